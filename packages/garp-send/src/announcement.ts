/**
 * The frames that tell neighbours where an IPv4 address is.
 *
 * @module
 */
import { ArpOperation, encodeArpBroadcast, type Ipv4, type Mac } from "@viptools/wire";

/** A request updates every cache that has the address; a reply convinces those that want replies. */
export type Form = "request" | "reply";

/**
 * A gratuitous ARP, broadcast: sender and target are the address itself, both MACs are the announced one.
 *
 * The target MAC of a request is that of RFC 9568 (errata 7947, 7949). That of a reply has to be the sender's, or Linux
 * ignores it while an entry is younger than its locktime (`arp_is_garp`, net/ipv4/arp.c).
 *
 * @param mac what switches and neighbours shall learn.
 */
export function encodeAnnouncement(form: Form, address: Ipv4, mac: Mac): Uint8Array {
  return encodeArpBroadcast({
    operation: form === "request" ? ArpOperation.request : ArpOperation.reply,
    senderMac: mac,
    senderIp: address,
    targetMac: mac,
    targetIp: address,
  });
}
