/**
 * Sends what a host that is no router can invent, from eth0, at a steady rate.
 *
 * usage, on a host: node forger.js KIND PER_SECOND COUNT ADDRESS [VRID]
 *
 * - `claims`: gratuitous ARP for the address, each from another MAC.
 * - `questions`: who has the address? Each from another MAC.
 * - `goodbyes`: adverts for the VRID, by turns of priority 200 and 0.
 */
import { ArpOperation, encodeArpBroadcast, macFromBytes, virtualMac, ZERO_MAC } from "@viptools/wire";
import { FORGER, forgedAdvert } from "./forged-advert.ts";
import { sendSteadily } from "./steady-sender.ts";

const BURST_MAX = 64;
const SOURCE_MAC_AT = 6;
const SENDER_MAC_AT = 22;

function arp(senderIp: string, targetIp: string): Uint8Array {
  const senderMac = macFromBytes(Uint8Array.of(2, 0xff, 0, 0, 0, 0));
  return encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac,
    senderIp,
    targetMac: ZERO_MAC,
    targetIp,
  });
}

/** @returns the n-th frame. */
function framesOf(kind: string, address: string, vrid: number): (n: number) => Uint8Array {
  if (kind === "goodbyes") {
    const sourceMac = virtualMac(4, vrid);
    const turns = [200, 0].map((priority) => forgedAdvert({ vrid, priority, address, sourceMac }));
    return (n) => turns[n % turns.length]!;
  }
  const frame = arp(kind === "claims" ? address : FORGER, address);
  return (n) => {
    for (const at of [SOURCE_MAC_AT, SENDER_MAC_AT]) frame.set([n >> 16, n >> 8, n], at + 3);
    return frame;
  };
}

const [kind = "", perSecond, count, address = "", vrid] = process.argv.slice(2);
await sendSteadily({
  perSecond: Number(perSecond),
  count: Number(count),
  burstMax: BURST_MAX,
  frameOf: framesOf(kind, address, Number(vrid)),
});
