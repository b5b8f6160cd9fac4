/**
 * The packets without which no virtual router works, as a packet filter sees them: pure.
 *
 * @module
 */
import { EtherType, type IpAddress, IpProtocol, NeighbourType, vrrpGroup } from "@viptools/wire";
import type { Hook } from "./firewall.ts";
import type { Packet } from "./firewall-walk.ts";

export type PacketKind = "advert in" | "advert out" | "question in" | "answer out";

/** One of {@link PacketKind} for one family. */
export interface KnownPacket {
  readonly kind: PacketKind;
  readonly family: 4 | 6;
  readonly packet: Packet;
}

const IN: readonly Hook[] = ["ingress", "prerouting", "input"];
const OUT: readonly Hook[] = ["output", "postrouting", "egress"];
/** `meta nfproto`, `meta pkttype` as the kernel numbers them (linux/netfilter.h, linux/if_packet.h). */
const NFPROTO = { 4: 2, 6: 10 } as const;
const PACKET_TYPE = { broadcast: 1, multicast: 2 } as const;
/** Protocols that rules speak of. */
const TRANSPORTS = ["tcp", "udp", "udplite", "sctp", "dccp", "icmp", "igmp", "gre", "esp", "ah", "comp"];
const DEFENDED_TTL = 255;

/** @param target an address that is asked for, of each family; undefined for any. */
export function packetsOf(
  device: string,
  families: readonly (4 | 6)[],
  target: (family: 4 | 6) => IpAddress | undefined,
): KnownPacket[] {
  return families.flatMap((family): KnownPacket[] => [
    { kind: "advert in", family, packet: advert(device, family, IN) },
    { kind: "advert out", family, packet: advert(device, family, OUT) },
    { kind: "question in", family, packet: neighbour(device, family, IN, target(family)) },
    { kind: "answer out", family, packet: neighbour(device, family, OUT, target(family)) },
  ]);
}

function advert(device: string, family: 4 | 6, hooks: readonly Hook[]): Packet {
  const layer = family === 4 ? "ip" : "ip6";
  return {
    families: ["netdev", "inet", layer],
    hooks,
    device,
    fields: {
      ...common(device, hooks, family === 4 ? EtherType.ipv4 : EtherType.ipv6),
      "meta nfproto": NFPROTO[family],
      "meta l4proto": IpProtocol.vrrp,
      "meta pkttype": PACKET_TYPE.multicast,
      [`${layer} ${family === 4 ? "protocol" : "nexthdr"}`]: IpProtocol.vrrp,
      [`${layer} ${family === 4 ? "ttl" : "hoplimit"}`]: DEFENDED_TTL,
      [`${layer} daddr`]: vrrpGroup(family),
      "ct state": "new",
    },
    foreign: [...TRANSPORTS, "icmpv6", "arp", family === 4 ? "ip6" : "ip"],
    naming: ["meta l4proto", `${layer} protocol`, `${layer} nexthdr`],
  };
}

/** ARP, and what IPv6 has in its place. */
function neighbour(
  device: string,
  family: 4 | 6,
  hooks: readonly Hook[],
  target: IpAddress | undefined,
): Packet {
  const isQuestion = hooks === IN;
  if (family === 4) return arp(device, hooks, target);
  return {
    families: ["netdev", "inet", "ip6"],
    hooks,
    device,
    fields: {
      ...common(device, hooks, EtherType.ipv6),
      "meta nfproto": NFPROTO[6],
      "meta l4proto": IpProtocol.icmpv6,
      "ip6 nexthdr": IpProtocol.icmpv6,
      "ip6 hoplimit": DEFENDED_TTL,
      "icmpv6 type": isQuestion ? NeighbourType.solicitation : NeighbourType.advertisement,
      "icmpv6 code": 0,
      ...(isQuestion ? { "meta pkttype": PACKET_TYPE.multicast } : {}),
      // The kernel does not track neighbour discovery (nf_conntrack_proto_icmpv6.c).
      "ct state": "untracked",
    },
    foreign: [...TRANSPORTS, "arp", "ip"],
    naming: ["icmpv6 type"],
  };
}

function arp(device: string, hooks: readonly Hook[], target: IpAddress | undefined): Packet {
  const isQuestion = hooks === IN;
  const addressField = isQuestion ? "arp daddr ip" : "arp saddr ip";
  return {
    families: ["netdev", "arp"],
    hooks,
    device,
    fields: {
      ...common(device, hooks, EtherType.arp),
      "arp htype": 1,
      "arp ptype": EtherType.ipv4,
      "arp hlen": 6,
      "arp plen": 4,
      "arp operation": isQuestion ? 1 : 2,
      ...(isQuestion ? { "meta pkttype": PACKET_TYPE.broadcast } : {}),
      ...(target === undefined ? {} : { [addressField]: target }),
    },
    foreign: [...TRANSPORTS, "icmpv6", "ip", "ip6", "ct", "th"],
    naming: ["meta protocol", "ether type", "arp operation", "arp htype", addressField],
  };
}

function common(device: string, hooks: readonly Hook[], etherType: number): Record<string, string | number> {
  const side = hooks === IN ? "i" : "o";
  return {
    "meta protocol": etherType,
    "ether type": etherType,
    [`meta ${side}ifname`]: device,
    [`meta ${side}if`]: device,
    [`meta ${side}iftype`]: "ether",
  };
}
