/**
 * Which MAC a frame says that an address has: by its Ethernet source, and by what ARP and neighbour discovery say inside.
 *
 * @module
 */
import {
  decodeArp,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeNeighbour,
  EtherType,
  type IpAddress,
  IpProtocol,
  type Mac,
  NeighbourType,
} from "@viptools/wire";
import type { RawFrame } from "./taps.ts";

const ICMPV6 = 58;

/** What a frame says of one address. */
export interface Said {
  readonly ip: IpAddress;
  readonly etherSource: Mac;
  /** In ARP, or in an option of discovery; undefined where nothing is said. */
  readonly inside: Mac | undefined;
  readonly kind: "arp" | "neighbour" | "tcp" | "udp" | "icmp" | "other";
}

const KINDS: Readonly<Record<number, Said["kind"]>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  [ICMPV6]: "icmp",
};

/**
 * @returns undefined for adverts and for what is no IP.
 * @throws {WireError} for a solicitation or an advertisement that no receiver would take: its checksum is wrong.
 */
export function macSaid({ bytes }: RawFrame): Said | undefined {
  const { source: etherSource, etherType, payload } = decodeEthernet(bytes);
  if (etherType === EtherType.arp) {
    const { senderIp, senderMac } = decodeArp(payload);
    return { ip: senderIp, etherSource, inside: senderMac, kind: "arp" };
  }
  if (etherType === EtherType.ipv4) {
    const { source, protocol } = decodeIpv4(payload);
    if (protocol === IpProtocol.vrrp) return undefined;
    return { ip: source, etherSource, inside: undefined, kind: KINDS[protocol] ?? "other" };
  }
  return etherType === EtherType.ipv6 ? ofIpv6(payload, etherSource) : undefined;
}

function ofIpv6(bytes: Uint8Array, etherSource: Mac): Said | undefined {
  const packet = decodeIpv6(bytes);
  const { source, nextHeader, payload } = packet;
  if (nextHeader === IpProtocol.vrrp) return undefined;
  const isNeighbour =
    nextHeader === ICMPV6 &&
    (payload[0] === NeighbourType.solicitation || payload[0] === NeighbourType.advertisement);
  if (!isNeighbour) return { ip: source, etherSource, inside: undefined, kind: KINDS[nextHeader] ?? "other" };
  const { linkLayer, type, target } = decodeNeighbour(packet);
  const ip = type === NeighbourType.advertisement ? target : source;
  return { ip, etherSource, inside: linkLayer, kind: "neighbour" };
}
