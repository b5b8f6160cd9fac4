/**
 * Turns frames into records.
 *
 * @module
 */
import type { Context, Moment } from "@viptools/cli";
import type { RecordBody } from "@viptools/records";
import {
  ANY_IPV6,
  decodeArp,
  decodeIpv6,
  decodeLink,
  decodeNeighbour,
  EtherType,
  IpProtocol,
  type LinkFrame,
  NeighbourType,
  WireError,
} from "@viptools/wire";
import { classifyArp, flagArp } from "./classify.ts";

/** What the capture tells beside the octets. */
export interface Circumstances {
  readonly direction?: "in" | "out";
  readonly vlan?: number;
}

export class Reporter {
  readonly #context: Context;
  readonly #source: string;
  readonly #write: Context["write"];
  readonly #counts = { seen: 0, malformed: 0, other: 0 };

  /** @param source interface or file, for the records. @param tells false where standard output is not for records. */
  constructor(context: Context, source: string, tells = true) {
    this.#context = context;
    this.#source = source;
    this.#write = tells ? (body, moment) => this.#context.write(body, moment) : () => {};
  }

  /** ARP and neighbour discovery packets that were reported. */
  get seen(): number {
    return this.#counts.seen;
  }

  counters(): Record<string, number> {
    return { ...this.#counts };
  }

  /** Writes a packet; counts what is none, and names what is malformed. @returns whether it was one. */
  report(bytes: Uint8Array, linkType: number, moment: Moment, circumstances: Circumstances): boolean {
    const body = this.#read(bytes, linkType, circumstances);
    if (body === undefined) {
      this.#counts.other += 1;
      return false;
    }
    this.#counts.seen += 1;
    if (body.type.endsWith(".malformed")) this.#counts.malformed += 1;
    this.#write(body, moment);
    return true;
  }

  #read(bytes: Uint8Array, linkType: number, circumstances: Circumstances): RecordBody | undefined {
    let frame: LinkFrame;
    try {
      frame = decodeLink(bytes, linkType);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return undefined;
    }
    const isArp = frame.etherType === EtherType.arp;
    if (!isArp && !isNeighbour(frame)) return undefined;
    const vlan = frame.tags.map(({ vlan }) => vlan).find((number) => number > 0 && number < 4095);
    const common = {
      interface: this.#source,
      ...(vlan === undefined ? {} : { vlan }),
      ...(frame.direction === undefined ? {} : { direction: frame.direction }),
      ...circumstances,
      ...(frame.source === undefined ? {} : { eth_src: frame.source }),
      ...(frame.destination === undefined ? {} : { eth_dst: frame.destination }),
    };
    try {
      return { ...common, ...(isArp ? readArp(frame) : readNeighbour(frame)) };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const { check, message } = error;
      return { type: isArp ? "arp.malformed" : "ndp.malformed", ...common, flags: [check], detail: message };
    }
  }
}

function readArp(frame: LinkFrame) {
  const packet = decodeArp(frame.payload);
  return {
    type: "arp.seen" as const,
    kind: classifyArp(packet),
    operation: packet.operation,
    sha: packet.senderMac,
    spa: packet.senderIp,
    tha: packet.targetMac,
    tpa: packet.targetIp,
    flags: flagArp(frame, packet),
  };
}

function readNeighbour(frame: LinkFrame) {
  const packet = decodeIpv6(frame.payload);
  const message = decodeNeighbour(packet);
  const { source, destination } = packet;
  const { target, linkLayer } = message;
  const common = {
    type: "ndp.seen" as const,
    source,
    destination,
    target,
    ...(linkLayer === undefined ? {} : { lladdr: linkLayer }),
    flags: [],
  };
  if (message.type === NeighbourType.solicitation)
    return { ...common, kind: source === ANY_IPV6 ? ("dad" as const) : ("solicitation" as const) };
  const { isRouter, isSolicited, isOverride } = message;
  const flags = { is_router: isRouter, is_solicited: isSolicited, is_override: isOverride };
  return { ...common, ...flags, kind: "advertisement" as const };
}

const NEXT_HEADER_AT = 6;
const MESSAGE_AT = 40;

/** Before anything in it is believed. */
function isNeighbour({ etherType, payload }: LinkFrame): boolean {
  return (
    etherType === EtherType.ipv6 &&
    payload[NEXT_HEADER_AT] === IpProtocol.icmpv6 &&
    Object.values<number | undefined>(NeighbourType).includes(payload[MESSAGE_AT])
  );
}
