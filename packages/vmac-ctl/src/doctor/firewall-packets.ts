/**
 * The packets without which no virtual router works, as a packet filter sees them: pure.
 *
 * @module
 */
import {
  BROADCAST_MAC,
  EtherType,
  type IpAddress,
  IpProtocol,
  type Mac,
  NeighbourType,
  vrrpGroup,
  vrrpGroupMac,
} from "@viptools/wire";
import type { Hook } from "./firewall.ts";
import type { Packet } from "./firewall-walk.ts";

export type PacketKind = "advert in" | "advert out" | "question in" | "answer out" | "frame in";

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

/** MACs on the wire, undefined where they are not known. */
export interface Voice {
  readonly family: 4 | 6;
  /** From which this host speaks. */
  readonly source: Mac | undefined;
  /** To which clients send, as chains that others made see it. */
  readonly destination: Mac | undefined;
}

/** @param target an address that is asked for, of each family; undefined for any. */
export function packetsOf(
  device: string,
  voices: readonly Voice[],
  target: (family: 4 | 6) => IpAddress | undefined,
): KnownPacket[] {
  return voices.flatMap(({ family, source, destination }): KnownPacket[] => {
    const known = (kind: PacketKind, packet: Packet, linkFields: Packet["linkFields"]): KnownPacket => ({
      kind,
      family,
      packet: { ...packet, linkFields },
    });
    const spoken = source === undefined ? {} : { "ether saddr": source };
    const group = { "ether daddr": vrrpGroupMac(family) };
    const all = family === 4 ? { "ether daddr": BROADCAST_MAC } : {};
    return [
      known("advert in", advert(device, family, IN), group),
      known("advert out", advert(device, family, OUT), { ...group, ...spoken }),
      known("question in", neighbour(device, family, IN, target(family)), all),
      known("answer out", neighbour(device, family, OUT, target(family)), spoken),
      ...(destination === undefined
        ? []
        : [known("frame in", frame(device, IN), { "ether daddr": destination })]),
    ];
  });
}

/** Any that clients send to a VIP: nothing is known but where it goes. */
function frame(device: string, hooks: readonly Hook[]): Packet {
  const fields = { "meta iifname": device, "meta iif": device, "meta iiftype": "ether" };
  return {
    families: ["netdev"],
    hooks,
    device,
    fields,
    linkFields: {},
    foreign: [],
    naming: ["ether daddr"],
  };
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
    linkFields: {},
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
    linkFields: {},
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
    linkFields: {},
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
