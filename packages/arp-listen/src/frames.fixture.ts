/** Frames for tests, built by the codecs. */
import {
  type ArpPacket,
  BROADCAST_MAC,
  EtherType,
  encodeArp,
  encodeEthernet,
  encodeIpv6,
  encodeNeighbour,
  encodeTagged,
  type Ipv6,
  type Ipv6Packet,
  ipv6GroupMac,
  type Mac,
  type NeighbourMessage,
  ZERO_MAC,
} from "@viptools/wire";
import { readFrame } from "./read-frame.ts";
import { Direction, Sighting } from "./sighting.ts";

export const A = "02:00:00:00:00:0a";
export const B = "02:00:00:00:00:0b";
export const A_IP = "192.0.2.1";
export const A_IP6 = "fe80::a";

export const arpOf = (change: Partial<ArpPacket> = {}): ArpPacket => ({
  operation: 1,
  senderMac: A,
  senderIp: A_IP,
  targetMac: ZERO_MAC,
  targetIp: "192.0.2.2",
  ...change,
});

export function arpFrame(change: Partial<ArpPacket> = {}, source: Mac = A, vlans: number[] = []): Uint8Array {
  const tags = vlans.map((vlan) => ({ tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan }));
  const tagged = encodeTagged({ tags, etherType: EtherType.arp, payload: encodeArp(arpOf(change)) });
  return encodeEthernet({ destination: BROADCAST_MAC, source, ...tagged });
}

export function ndpFrame(
  message: NeighbourMessage,
  source: Ipv6,
  destination: Ipv6,
  change: Partial<Ipv6Packet> = {},
): Uint8Array {
  const packet = { ...encodeNeighbour(message, source, destination), ...change };
  return encodeEthernet({
    destination: ipv6GroupMac(destination),
    source: A,
    etherType: EtherType.ipv6,
    payload: encodeIpv6(packet),
  });
}

/** Reads one Ethernet frame, as if all of it had been captured. */
export function sight(bytes: Uint8Array, linkType = 1, vlan = 0, length: number = bytes.length): Sighting {
  const sighting = new Sighting();
  readFrame(sighting, bytes, linkType, length, vlan, Direction.unknown);
  return sighting;
}

/** Lehmer's generator: the same sequence in every run, so that a failure can be repeated. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}
