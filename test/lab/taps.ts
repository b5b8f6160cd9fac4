/**
 * tcpdump on every port of the switch: what each host really sent, by a program that nobody here wrote.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { readCaptureFile } from "@viptools/kernel";
import { decodeArp, decodeEthernet, decodeIpv4, EtherType, IpProtocol, WireError } from "@viptools/wire";
import { type Network, VIP } from "./network.ts";
import { VMAC } from "./router.ts";
import { waitFor } from "./shell.ts";

/** A frame that entered the switch. */
export interface PortFrame {
  /** The host behind the port. */
  readonly host: string;
  readonly atUs: number;
  readonly source: string;
  readonly kind: "advert" | "arp_request" | "arp_reply" | "ipv4" | "other";
  /** Priority of an advert. */
  readonly priority: number | undefined;
  /** Sent as the virtual router: from its MAC, or ARP for its address. */
  readonly isVoice: boolean;
}

export class Taps {
  readonly #network: Network;
  readonly #children: { host: string; file: string; child: ChildProcess }[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  /** Listens on the ports of these hosts; returns when all listen. */
  async open(hosts: readonly string[]): Promise<void> {
    await Promise.all(hosts.map((host) => this.#openOne(host)));
  }

  /** @returns all frames of all ports in the order of their time (CLOCK_REALTIME, microseconds). */
  async close(): Promise<PortFrame[]> {
    const frames: PortFrame[] = [];
    for (const { host, file, child } of this.#children) {
      child.kill("SIGINT");
      await waitFor("tcpdump to end", 5000, () =>
        child.exitCode !== null || child.signalCode !== null ? true : undefined,
      );
      await readCaptureFile(file, "", ({ bytes, realtimeNs }) => {
        frames.push(describe(host, Number(realtimeNs / 1000n), bytes));
      });
    }
    this.#children.length = 0;
    return frames.sort((a, b) => a.atUs - b.atUs);
  }

  async #openOne(host: string): Promise<void> {
    const file = join(this.#network.folder, `port-${host}-${Date.now()}.pcap`);
    const argv = [
      "tcpdump",
      "-Z",
      "root",
      "-i",
      this.#network.host(host).port,
      "-Q",
      "in",
      "--immediate-mode",
      "-U",
      "-n",
      "-w",
      file,
    ];
    const child = this.#network.start("switch", argv, ["ignore", "ignore", "pipe"]);
    await new Promise<void>((resolve, reject) => {
      child.stderr!.on("data", (text: Buffer) => {
        if (text.includes("listening on")) resolve();
      });
      child.once("exit", () => reject(new Error("tcpdump did not start")));
    });
    this.#children.push({ host, file, child });
  }
}

function describe(host: string, atUs: number, bytes: Uint8Array): PortFrame {
  const frame = decodeEthernet(bytes);
  const isFromVmac = frame.source === VMAC;
  const base = { host, atUs, source: frame.source, priority: undefined };
  try {
    if (frame.etherType === EtherType.arp) {
      const arp = decodeArp(frame.payload);
      const kind = arp.operation === 2 ? "arp_reply" : "arp_request";
      return { ...base, kind, isVoice: isFromVmac || arp.senderIp === VIP };
    }
    if (frame.etherType === EtherType.ipv4) {
      const packet = decodeIpv4(frame.payload);
      if (packet.protocol === IpProtocol.vrrp) {
        return { ...base, kind: "advert", priority: packet.payload[2], isVoice: isFromVmac };
      }
      return { ...base, kind: "ipv4", isVoice: isFromVmac };
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  return { ...base, kind: "other", isVoice: isFromVmac };
}
