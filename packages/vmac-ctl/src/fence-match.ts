/**
 * What the fence looks at in a frame, in nft's words. Pure.
 *
 * @module
 */
import {
  COUNTER,
  compare,
  DROP,
  inSet,
  type NftField,
  type NftTerm,
  PayloadBase,
  PROTOCOL,
  payloadField,
  TRANSPORT,
} from "@viptools/kernel";
import { EtherType, IpProtocol, type Mac, macToBytes } from "@viptools/wire";

export const LINK: number = PayloadBase.link;
export const NETWORK: number = PayloadBase.network;
export const TRANSPORT_HEADER: number = PayloadBase.transport;
export const ETHER_DESTINATION_AT = 0;
export const ETHER_SOURCE_AT = 6;
/** RFC 826, for Ethernet and IPv4. */
export const ARP_SENDER_MAC_AT = 8;
/** RFC 8200 §3. */
export const IP6_LENGTH_AT = 4;
export const IP6_SOURCE_AT = 8;
/** The MAC in the first option of a solicitation or an advertisement, behind its type and length. */
export const LINK_OPTION_AT = 26;
export const ETHER_DESTINATION: NftField = payloadField("ether daddr", LINK, ETHER_DESTINATION_AT, 6);
export const ETHER_SOURCE: NftField = payloadField("ether saddr", LINK, ETHER_SOURCE_AT, 6);
/** RFC 826, for Ethernet and IPv4. */
export const ARP_SENDER: NftField = payloadField("arp saddr ip", PayloadBase.network, 14, 4);
export const ARP_TARGET: NftField = payloadField("arp daddr ip", PayloadBase.network, 24, 4);
export const IP_SOURCE: NftField = payloadField("ip saddr", PayloadBase.network, 12, 4);
export const IP_DESTINATION: NftField = payloadField("ip daddr", PayloadBase.network, 16, 4);
export const IP6_SOURCE: NftField = payloadField("ip6 saddr", PayloadBase.network, IP6_SOURCE_AT, 16);
export const IP6_DESTINATION: NftField = payloadField("ip6 daddr", PayloadBase.network, 24, 16);
const ICMP6_TYPE: NftField = payloadField("icmpv6 type", PayloadBase.transport, 0, 1);
/** RFC 4861 §4.3, §4.4: octets 8 to 23 of a solicitation or an advertisement. */
const ND_TARGET: NftField = payloadField("@th,64,128", PayloadBase.transport, 8, 16);
/** The whole option, and the MAC in it. */
const LINK_OPTION: NftField = payloadField("@th,192,64", TRANSPORT_HEADER, 24, 8);
const LINK_OPTION_MAC: NftField = payloadField("@th,208,48", TRANSPORT_HEADER, LINK_OPTION_AT, 6);
const IGMP = 2;
const ICMP6 = 58;

/** Types of ICMPv6 that teach neighbours or switches (RFC 4861 §4, RFC 2710 §3, RFC 3810 §5). */
export const NdType = {
  listenerQuery: 130,
  routerSolicitation: 133,
  solicitation: 135,
  advertisement: 136,
  redirect: 137,
  listenerReport: 143,
} as const;

/** Who has not the permission is counted and dropped. */
export const REFUSED: readonly NftTerm[] = [COUNTER, DROP];

export function isArp(): NftTerm {
  return isEtherType(EtherType.arp, "arp");
}

export function isIpv4(): NftTerm {
  return isEtherType(EtherType.ipv4, "ip");
}

export function isIpv6(): NftTerm {
  return isEtherType(EtherType.ipv6, "ip6");
}

function isEtherType(etherType: number, shown: string): NftTerm {
  return compare(PROTOCOL, "==", Uint8Array.of(etherType >> 8, etherType & 0xff), shown);
}

export function isMac(field: NftField, mac: Mac): NftTerm {
  return compare(field, "==", macToBytes(mac), mac);
}

export function isIgmp(): NftTerm {
  return compare(TRANSPORT, "==", Uint8Array.of(IGMP), "igmp");
}

/** A type of ICMPv6, or one of a range. */
export function isIcmp6(from: number, to: number = from): NftTerm[] {
  const types =
    from === to
      ? [compare(ICMP6_TYPE, "==", Uint8Array.of(from), String(from))]
      : [
          compare(ICMP6_TYPE, ">=", Uint8Array.of(from), String(from)),
          compare(ICMP6_TYPE, "<=", Uint8Array.of(to), String(to)),
        ];
  return [isIpv6(), compare(TRANSPORT, "==", Uint8Array.of(ICMP6), "icmpv6"), ...types];
}

export function isNdTarget(set: string): NftTerm {
  return inSet(ND_TARGET, set);
}

/** The first option of a solicitation or an advertisement is this one, with this MAC (RFC 4861 §4.6.1). */
export function hasLinkOption(type: number, mac: Mac): NftTerm {
  const octets = Uint8Array.of(type, 1, ...macToBytes(mac));
  return compare(LINK_OPTION, "==", octets, hexadecimal(octets));
}

/** It has another MAC; a message without an option has none. */
export function hasOtherLink(mac: Mac): NftTerm {
  const octets = macToBytes(mac);
  return compare(LINK_OPTION_MAC, "!=", octets, hexadecimal(octets));
}

/** As `nft` writes what it has no type for. */
export function hexadecimal(octets: Uint8Array): string {
  return `0x${Buffer.from(octets).toString("hex")}`;
}

/** A VRRP advert, multicast or unicast. */
export function isAdvert(family: 4 | 6): NftTerm[] {
  const vrrp = Uint8Array.of(IpProtocol.vrrp);
  if (family === 4)
    return [isIpv4(), compare(payloadField("ip protocol", PayloadBase.network, 9, 1), "==", vrrp, "112")];
  return [isIpv6(), compare(payloadField("ip6 nexthdr", PayloadBase.network, 6, 1), "==", vrrp, "112")];
}
