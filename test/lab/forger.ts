/**
 * Sends what a host that is no router can invent, from eth0, at a steady rate.
 *
 * usage, on a host: node forger.js KIND PER_SECOND COUNT ADDRESS [VRID]
 *
 * - `claims`: gratuitous ARP for the address, each from another MAC.
 * - `questions`: who has the address? Each from another MAC.
 * - `goodbyes`: adverts for the VRID, by turns of priority 200 and 0.
 */
import { Alarm, findInterface, KernelError, monotonicUs, PacketSocket } from "@viptools/kernel";
import {
  ArpOperation,
  EtherType,
  encodeArpBroadcast,
  encodeEthernet,
  encodeIpv4,
  encodeVrrpV3,
  macFromBytes,
  VRRP_GROUP,
  VRRP_GROUP_MAC,
  VRRP_TTL,
  virtualMac,
  ZERO_MAC,
} from "@viptools/wire";

const FORGER = "192.0.2.66";
/** A sender that was held up does not make good for it all at once: the lab's links hold a thousand frames. */
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

function advert(vrid: number, priority: number, address: string): Uint8Array {
  const fields = { version: 3, vrid, priority, intervalCs: 10, checksumForm: "pseudo-header" } as const;
  const payload = encodeIpv4({
    tos: 0xc0,
    id: 0,
    fragment: 0,
    ttl: VRRP_TTL,
    protocol: 112,
    source: FORGER,
    destination: VRRP_GROUP,
    options: new Uint8Array(),
    payload: encodeVrrpV3({ ...fields, addresses: [address] }, FORGER, VRRP_GROUP),
  });
  const source = virtualMac(4, vrid);
  return encodeEthernet({ destination: VRRP_GROUP_MAC, source, etherType: EtherType.ipv4, payload });
}

/** @returns the n-th frame. */
function framesOf(kind: string, address: string, vrid: number): (n: number) => Uint8Array {
  if (kind === "goodbyes") {
    const turns = [advert(vrid, 200, address), advert(vrid, 0, address)];
    return (n) => turns[n % turns.length]!;
  }
  const frame = arp(kind === "claims" ? address : FORGER, address);
  return (n) => {
    for (const at of [SOURCE_MAC_AT, SENDER_MAC_AT]) frame.set([n >> 16, n >> 8, n], at + 3);
    return frame;
  };
}

const [kind = "", perSecond, count, address = "", vrid] = process.argv.slice(2);
const frameOf = framesOf(kind, address, Number(vrid));
const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
const startUs = monotonicUs();
let sent = 0;
const alarm = new Alarm(() => {
  const due = Math.floor(((monotonicUs() - startUs) / 1e6) * Number(perSecond)) + 1;
  const end = Math.min(Number(count), due, sent + BURST_MAX);
  for (; sent < end; sent++) {
    try {
      socket.send(frameOf(sent));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  }
  if (sent < Number(count)) alarm.set(Math.max(monotonicUs(), startUs + (sent / Number(perSecond)) * 1e6));
  else alarm.close();
});
alarm.set(startUs);
