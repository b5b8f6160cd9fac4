/**
 * The frames that tell neighbours where an IPv4 address is.
 *
 * @module
 */
import {
  ArpOperation,
  BROADCAST_MAC,
  EtherType,
  encodeArp,
  encodeEthernet,
  type Ipv4,
  type Mac,
} from "@viptools/wire";

/** A request updates every cache that has the address; a reply convinces those that want replies. */
export type Form = "request" | "reply";

/**
 * A gratuitous ARP: sender and target are the address itself.
 *
 * The target MAC of a request is by default that of RFC 9568 (errata 7947, 7949). That of a reply has to be the sender's,
 * or Linux ignores it while an entry is younger than its locktime (`arp_is_garp`, net/ipv4/arp.c).
 *
 * @param mac what switches and neighbours shall learn.
 * @param targetMac other speakers leave it unset, or set all its bits.
 * @param to one neighbour; everybody if left out.
 */
export function encodeAnnouncement(
  form: Form,
  address: Ipv4,
  mac: Mac,
  targetMac: Mac = mac,
  to: Mac = BROADCAST_MAC,
): Uint8Array {
  const payload = encodeArp({
    operation: form === "request" ? ArpOperation.request : ArpOperation.reply,
    senderMac: mac,
    senderIp: address,
    targetMac,
    targetIp: address,
  });
  return encodeEthernet({ destination: to, source: mac, etherType: EtherType.arp, payload });
}
