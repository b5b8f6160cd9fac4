/**
 * A router advertisement that offers a prefix (RFC 4861 §4.2 and §4.6.2), and no way out: hosts make themselves an
 * address of it, with all that goes with one.
 *
 * @module
 */
import { ALL_NODES_GROUP, encodeIpv6Frame, internetChecksum, pseudoHeaderSum } from "@viptools/wire";
import type { Host } from "./network.ts";

const ICMPV6 = 58;
const ROUTER_ADVERTISEMENT = 134;
/** The prefix that is offered: 2001:db8:2::/64. */
export const OFFERED_PREFIX = "2001:db8:2:";
const PREFIX = "20010db8000200000000000000000000";
const LIFETIME_S = 600;

/** @returns the whole frame. */
export function routerAdvertisement({ mac, linkLocal }: Host): Uint8Array {
  const lifetime = LIFETIME_S.toString(16).padStart(8, "0");
  // Type 3, 4 times 8 octets, 64 bits, on-link and autonomous.
  const option = `030440c0${lifetime}${lifetime}00000000${PREFIX}`;
  const header = `${ROUTER_ADVERTISEMENT.toString(16)}000000400000000000000000000000`;
  const message = Buffer.from(header + option, "hex");
  message.writeUInt16BE(
    internetChecksum(message, pseudoHeaderSum(linkLocal, ALL_NODES_GROUP, ICMPV6, message.length)),
    2,
  );
  const packet = {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: 255,
    nextHeader: ICMPV6,
    source: linkLocal,
    destination: ALL_NODES_GROUP,
    payload: message,
  };
  return encodeIpv6Frame(packet, mac);
}
