/**
 * Frames and files of the captures that are kept, as inputs to begin with.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as wire from "@viptools/wire";
import { TOP } from "../../lab/shell.ts";

const LIVE = join(TOP, "test/vectors/live");
const OF_EACH = 12;

export function captureFiles(): Uint8Array[] {
  return readdirSync(LIVE)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => Uint8Array.from(readFileSync(join(LIVE, name))));
}

/** A few of each file, and as many of other lengths. */
export function framesOf(linkType: number): Uint8Array[] {
  return captureFiles().flatMap((file) => {
    const reader = new wire.CaptureReader();
    reader.push(file);
    const byLength = new Map<number, Uint8Array>();
    for (let packet = reader.next(); packet !== undefined && byLength.size < OF_EACH; packet = reader.next())
      if (packet.linkType === linkType) byLength.set(packet.bytes.length, packet.bytes.slice());
    return [...byLength.values()];
  });
}

/** What a codec reads of a frame; nothing for frames that carry something else. */
type Cut = (frame: Uint8Array) => Uint8Array | undefined;

const packetOf = (frame: Uint8Array): wire.Ipv4Packet | wire.Ipv6Packet | undefined => {
  const { etherType, payload } = wire.decodeTags(wire.decodeEthernet(frame));
  if (etherType === wire.EtherType.ipv4) return wire.decodeIpv4(payload);
  return etherType === wire.EtherType.ipv6 ? wire.decodeIpv6(payload) : undefined;
};
const carrying =
  (protocol: number, version: number): Cut =>
  (frame) => {
    const packet = packetOf(frame);
    const carried = packet && ("nextHeader" in packet ? packet.nextHeader : packet.protocol);
    return carried === protocol && packet!.payload[0]! >> 4 === version ? packet!.payload : undefined;
  };
const ofType =
  (wanted: number): Cut =>
  (frame) => {
    const { etherType, payload } = wire.decodeEthernet(frame);
    return etherType === wanted ? payload : undefined;
  };
const icmpv6 = (frame: Uint8Array): Uint8Array | undefined => {
  const packet = packetOf(frame);
  return packet && "nextHeader" in packet && packet.nextHeader === wire.IpProtocol.icmpv6
    ? packet.payload
    : undefined;
};
const listener = (frame: Uint8Array): Uint8Array | undefined => {
  const packet = packetOf(frame);
  const isBehind = packet && "nextHeader" in packet && packet.nextHeader === wire.IpProtocol.hopByHop;
  return isBehind ? packet.payload.subarray(8) : undefined;
};

/** The same payload as IEEE 802.3 has it. */
const asSnap = (frame: Uint8Array): Uint8Array => {
  const { destination, source, etherType, payload } = wire.decodeEthernet(frame);
  return wire.encodeEthernet({ destination, source, ...wire.encodeSnap({ etherType, payload }) });
};

const CUTS: Readonly<Record<string, Cut>> = {
  arp: ofType(wire.EtherType.arp),
  ipv4: ofType(wire.EtherType.ipv4),
  ipv6: ofType(wire.EtherType.ipv6),
  neighbour: icmpv6,
  listener,
  "vrrp-v2": carrying(wire.IpProtocol.vrrp, 2),
  "vrrp-v3": carrying(wire.IpProtocol.vrrp, 3),
  "vrrp-v3-ip6": carrying(wire.IpProtocol.vrrp, 3),
  snap: asSnap,
  carp: carrying(wire.IpProtocol.vrrp, 2),
  "icmp-echo": (frame) => packetOf(frame)?.payload,
};
const LINK_TYPES: Readonly<Record<string, number>> = {
  "cooked-v1": wire.LinkType.cookedV1,
  "cooked-v2": wire.LinkType.cookedV2,
};

/** @param codec its name among the targets. */
export function headersOf(codec: string): Uint8Array[] {
  const cut: Cut = CUTS[codec] ?? ((frame) => frame);
  return framesOf(LINK_TYPES[codec] ?? wire.LinkType.ethernet).flatMap((frame) => {
    try {
      return cut(frame) ?? [];
    } catch {
      return [];
    }
  });
}
