/**
 * Turns frames into records.
 *
 * @module
 */
import type { Context, Moment } from "@viptools/cli";
import { decodeArp, decodeEthernet, type EthernetFrame, EtherType, WireError } from "@viptools/wire";
import { classifyArp, flagArp } from "./classify.ts";

/** What the capture tells beside the octets. */
export interface Circumstances {
  readonly direction?: "in" | "out";
  readonly vlan?: number;
}

export class Reporter {
  readonly #context: Context;
  readonly #source: string;
  readonly #counts = { seen: 0, malformed: 0, other: 0 };

  /** @param source interface or file, for the records. */
  constructor(context: Context, source: string) {
    this.#context = context;
    this.#source = source;
  }

  /** ARP packets that were reported. */
  get seen(): number {
    return this.#counts.seen;
  }

  counters(): Record<string, number> {
    return { ...this.#counts };
  }

  /** Writes an ARP packet; counts what is none, and names what is malformed. */
  report(bytes: Uint8Array, moment: Moment, circumstances: Circumstances): void {
    try {
      const frame = decodeEthernet(bytes);
      if (frame.etherType === EtherType.arp) this.#write(frame, moment, circumstances);
      else this.#counts.other += 1;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#counts.malformed += 1;
      this.#context.write(
        { type: "tool.error", code: `malformed_${error.check}`, message: error.message },
        moment,
      );
    }
  }

  #write(frame: EthernetFrame, moment: Moment, circumstances: Circumstances): void {
    const packet = decodeArp(frame.payload);
    this.#counts.seen += 1;
    this.#context.write(
      {
        type: "arp.seen",
        interface: this.#source,
        ...circumstances,
        kind: classifyArp(packet),
        operation: packet.operation,
        eth_src: frame.source,
        eth_dst: frame.destination,
        sha: packet.senderMac,
        spa: packet.senderIp,
        tha: packet.targetMac,
        tpa: packet.targetIp,
        flags: flagArp(frame, packet),
      },
      moment,
    );
  }
}
