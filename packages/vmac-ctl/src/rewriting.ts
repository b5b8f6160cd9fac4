/**
 * Rules that have a NIC speak with a virtual MAC, without a link of its own: taken off what comes in, put on what goes out
 * from the VIPs. Pure.
 *
 * IPv6 has the MAC under a checksum as well, in an option of neighbour discovery (RFC 4861 §4.6.1). nf_tables makes that
 * checksum right only when it writes what it knows to be summed, and the packet's length is in the pseudo-header: so the
 * option is written as it is, the length is set to a number that differs from it as the two MACs do, which corrects the
 * checksum, and then put back as it is.
 *
 * @module
 */
import { ACCEPT, FOR_THIS_HOST, type NftTerm, writeOctets, writeSummedOctets } from "@viptools/kernel";
import { addressToBytes, type IpAddress, type Mac, macToBytes, onesComplementSum } from "@viptools/wire";
import {
  ARP_SENDER_MAC_AT,
  ETHER_DESTINATION_AT,
  ETHER_SOURCE_AT,
  hasLinkOption,
  hasOtherLink,
  hexadecimal,
  IP6_LENGTH_AT,
  IP6_SOURCE_AT,
  isArp,
  isIcmp6,
  LINK,
  LINK_OPTION_AT,
  NdType,
  NETWORK,
  REFUSED,
  TRANSPORT_HEADER,
} from "./fence-match.ts";

/** A solicitation or an advertisement with one option: 24 octets and 8. */
const ND_LENGTH = 32;
/** RFC 4861 §4.6.1: which type the option of a message has. */
const LINK_OPTIONS = [
  [NdType.solicitation, 1],
  [NdType.advertisement, 2],
] as const;

export interface Rewriting {
  readonly family: 4 | 6;
  readonly vmac: Mac;
  readonly nicMac: Mac;
}

/** What came for the virtual MAC is as if it had come for the NIC. In chains of ingress alone. */
export function takeOff({ nicMac }: Pick<Rewriting, "nicMac">): NftTerm[] {
  const toNic = writeOctets(`ether daddr set ${nicMac}`, LINK, ETHER_DESTINATION_AT, macToBytes(nicMac));
  return [toNic, FOR_THIS_HOST];
}

/** Ends an outgoing frame's way: it has the virtual MAC wherever it says one, or goes nowhere. */
export function putOn(rewriting: Rewriting): NftTerm[][] {
  const { family, vmac } = rewriting;
  const speak = [fromMac(vmac), ACCEPT];
  if (family === 4) {
    const sender = writeOctets(`arp saddr ether set ${vmac}`, NETWORK, ARP_SENDER_MAC_AT, macToBytes(vmac));
    return [[isArp(), sender, ...speak], speak];
  }
  return [...optionRules(rewriting, speak), speak];
}

export function fromMac(mac: Mac): NftTerm {
  return writeOctets(`ether saddr set ${mac}`, LINK, ETHER_SOURCE_AT, macToBytes(mac));
}

/** A part of the pseudo-header too: the kernel makes the checksum right. */
export function fromLinkLocal(address: IpAddress): NftTerm {
  return writeSummedOctets(`ip6 saddr set ${address}`, IP6_SOURCE_AT, addressToBytes(address));
}

/**
 * Only an option that has the NIC's MAC can be rewritten. One that has the virtual MAC already, as an announcement has, may
 * pass; any other would teach a wrong one, until the rules know the NIC's new MAC. A VIP asks for no routers.
 */
function optionRules(rewriting: Rewriting, speak: readonly NftTerm[]): NftTerm[][] {
  const { vmac, nicMac } = rewriting;
  return [
    ...LINK_OPTIONS.map(([message, option]) => [
      ...isIcmp6(message),
      hasLinkOption(option, nicMac),
      ...rewriteOption(rewriting),
      ...speak,
    ]),
    [...isIcmp6(NdType.solicitation, NdType.advertisement), hasOtherLink(vmac), ...REFUSED],
    [...isIcmp6(NdType.routerSolicitation), ...REFUSED],
  ];
}

function rewriteOption(rewriting: Rewriting): NftTerm[] {
  const { vmac } = rewriting;
  const octets = macToBytes(vmac);
  const correction = lengthThatCorrects(rewriting);
  return [
    writeOctets(`@th,208,48 set ${hexadecimal(octets)}`, TRANSPORT_HEADER, LINK_OPTION_AT, octets),
    writeSummedOctets(`ip6 length set ${correction}`, IP6_LENGTH_AT, twoOctets(correction)),
    writeOctets(`@nh,32,16 set ${ND_LENGTH}`, NETWORK, IP6_LENGTH_AT, twoOctets(ND_LENGTH)),
  ];
}

/** In one's complement: the length, plus the virtual MAC, minus the NIC's (RFC 1624). @returns 1 to 0xffff. */
export function lengthThatCorrects({ vmac, nicMac }: Pick<Rewriting, "vmac" | "nicMac">): number {
  const minus = macToBytes(nicMac).map((octet) => ~octet & 0xff);
  return onesComplementSum(minus, onesComplementSum(macToBytes(vmac), ND_LENGTH));
}

function twoOctets(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
