/**
 * tcpdump on every port of the switch: what each host really sent, by a program that nobody here wrote.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { readCaptureFile } from "@viptools/kernel";
import {
  addressToBytes,
  decodeArp,
  decodeEthernet,
  decodeIpv4,
  EtherType,
  IpProtocol,
  ipv6FromBytes,
  WireError,
} from "@viptools/wire";
import { type Network, VIP, VIP6, VIP6_LL } from "./network.ts";
import { VMAC, VMAC6 } from "./router.ts";
import { hasEnded, waitFor } from "./shell.ts";

/** Octets of each frame that are kept: a whole advert, however many addresses it lists. */
const SNAPSHOT_OCTETS = "1600";
/** The ring has a slot of that size for each frame, and those of the other direction pass through it too. */
const RING_KIB = "16384";

/** A frame that entered the switch. */
export interface PortFrame {
  /** The host behind the port. */
  readonly host: string;
  readonly atUs: number;
  readonly source: string;
  readonly kind:
    | "advert"
    | "arp_request"
    | "arp_reply"
    | "solicitation"
    | "advertisement"
    | "ipv4"
    | "ipv6"
    | "other";
  /** Priority of an advert. */
  readonly priority: number | undefined;
  /** Whereto a packet of kind "ipv4" or "ipv6" goes. */
  readonly destinationIp?: string | undefined;
  /** The address of a gratuitous ARP: sender and target are the same. */
  readonly announcedIp?: string | undefined;
  /**
   * Sent as the virtual router, whatever its form: from one of its MACs, ARP from its address, an advertisement of its
   * address, asked for or not, a solicitation from its address, or a check whether one may have it (DAD).
   */
  readonly isVoice: boolean;
}

/** A frame that entered the switch, as it was captured. */
export interface RawFrame {
  /** The host behind the port. */
  readonly host: string;
  readonly atUs: number;
  readonly bytes: Uint8Array;
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
    return (await this.closeRaw()).map(({ host, atUs, bytes }) => describe(host, atUs, bytes));
  }

  /** The same, undecoded. */
  async closeRaw(): Promise<RawFrame[]> {
    const frames: RawFrame[] = [];
    for (const { host, file, child } of this.#children) {
      child.kill("SIGINT");
      await waitFor("tcpdump to end", 15_000, () => hasEnded(child) || undefined);
      await readCaptureFile(file, "", ({ bytes, realtimeNs }) => {
        frames.push({ host, atUs: Number(realtimeNs / 1000n), bytes });
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
      "-s",
      SNAPSHOT_OCTETS,
      "-B",
      RING_KIB,
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

const IPV6_HEADER_LENGTH = 40;
const IPV6_NEXT_HEADER_AT = 6;
const ICMPV6 = 58;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const VIPS6 = [VIP6, VIP6_LL].map((vip) => Buffer.from(addressToBytes(vip)).toString("hex"));

type Meaning = Pick<PortFrame, "kind" | "isVoice" | "destinationIp" | "announcedIp"> & {
  readonly priority?: number | undefined;
};

/** @returns what a frame is that entered the switch from this host. */
export function describe(host: string, atUs: number, bytes: Uint8Array): PortFrame {
  const { source, etherType, payload } = decodeEthernet(bytes);
  const base = { host, atUs, source, priority: undefined };
  const isVoice = source === VMAC || source === VMAC6;
  try {
    if (etherType === EtherType.arp) return { ...base, ...readArp(payload, isVoice) };
    if (etherType === EtherType.ipv4) return { ...base, ...readIpv4(payload, isVoice) };
    if (etherType === EtherType.ipv6) return { ...base, ...readIpv6(payload, isVoice) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  return { ...base, kind: "other", isVoice };
}

function readArp(payload: Uint8Array, isFromVmac: boolean): Meaning {
  const { operation, senderIp, targetIp } = decodeArp(payload);
  return {
    kind: operation === 2 ? "arp_reply" : "arp_request",
    announcedIp: senderIp === targetIp ? senderIp : undefined,
    isVoice: isFromVmac || senderIp === VIP,
  };
}

function readIpv4(bytes: Uint8Array, isVoice: boolean): Meaning {
  const { protocol, payload, destination } = decodeIpv4(bytes);
  if (protocol !== IpProtocol.vrrp) return { kind: "ipv4", isVoice, destinationIp: destination };
  return { kind: "advert", priority: payload[2], isVoice };
}

/** Extension headers stand before MLD alone, which is not told from the rest. */
function readIpv6(packet: Uint8Array, isFromVmac: boolean): Meaning {
  const payload = packet.subarray(IPV6_HEADER_LENGTH);
  const nextHeader = packet[IPV6_NEXT_HEADER_AT];
  if (nextHeader === IpProtocol.vrrp) return { kind: "advert", priority: payload[2], isVoice: isFromVmac };
  const source = packet.subarray(8, 24);
  const target = payload.subarray(8, 24);
  if (nextHeader === ICMPV6 && payload[0] === NEIGHBOUR_SOLICITATION) {
    const isDad = source.every((octet) => octet === 0) && isVip6(target);
    return { kind: "solicitation", isVoice: isFromVmac || isVip6(source) || isDad };
  }
  if (nextHeader === ICMPV6 && payload[0] === NEIGHBOUR_ADVERTISEMENT)
    return { kind: "advertisement", isVoice: isFromVmac || isVip6(target) };
  return { kind: "ipv6", isVoice: isFromVmac, destinationIp: ipv6FromBytes(packet, 24) };
}

function isVip6(address: Uint8Array): boolean {
  return VIPS6.includes(Buffer.from(address).toString("hex"));
}
