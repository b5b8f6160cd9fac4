/**
 * Names that listings of rules have for numbers: pure.
 *
 * @module
 */
import { EtherType, IpProtocol } from "@viptools/wire";
import type { FieldValue } from "./firewall.ts";

type Names = Readonly<Record<string, number>>;

/** What /etc/protocols calls them; `carp` is the same number in other systems. */
const PROTOCOLS: Names = {
  vrrp: IpProtocol.vrrp,
  carp: IpProtocol.vrrp,
  icmp: IpProtocol.icmp,
  "ipv6-icmp": IpProtocol.icmpv6,
  icmpv6: IpProtocol.icmpv6,
};
const ETHER_TYPES: Names = {
  arp: EtherType.arp,
  ip: EtherType.ipv4,
  ip6: EtherType.ipv6,
  vlan: EtherType.vlan,
  "8021q": EtherType.vlan,
};

const NAMES: Readonly<Record<string, Names>> = {
  "meta l4proto": PROTOCOLS,
  "ip protocol": PROTOCOLS,
  "ip6 nexthdr": PROTOCOLS,
  "meta protocol": ETHER_TYPES,
  "ether type": ETHER_TYPES,
  "arp ptype": ETHER_TYPES,
  "meta nfproto": { ipv4: 2, ipv6: 10 },
  "meta pkttype": { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
  "arp operation": { request: 1, reply: 2 },
  "icmpv6 type": {
    "nd-router-solicit": 133,
    "nd-router-advert": 134,
    "nd-neighbor-solicit": 135,
    "nd-neighbor-advert": 136,
    "nd-redirect": 137,
    "router-solicitation": 133,
    "router-advertisement": 134,
    "neighbour-solicitation": 135,
    "neighbor-solicitation": 135,
    "neighbour-advertisement": 136,
    "neighbor-advertisement": 136,
  },
};

/** @returns the number that a name stands for in this field; numbers in hexadecimal digits too; other text as it is. */
export function numberOf(field: string, value: FieldValue): FieldValue {
  const names = NAMES[field];
  if (names === undefined || typeof value === "number") return value;
  return names[value.toLowerCase()] ?? (/^(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : value);
}
