/**
 * Our reading of a frame beside tshark's (`-T ek`), field by field.
 *
 * @module
 */
import {
  type ArpPacket,
  type CarpAdvert,
  decodePassword,
  encodeCarp,
  encodeListenerReport,
  encodeNeighbour,
  encodeVrrpV2,
  encodeVrrpV3,
  type EthernetFrame,
  type IpAddress,
  type Ipv4Packet,
  type Ipv6Packet,
  type ListenerReport,
  type NeighbourMessage,
  NeighbourType,
  VrrpAuthType,
} from "@viptools/wire";
import type { DecodedFrame, VrrpAdvert } from "./decode.ts";

export type Fields = Readonly<Record<string, unknown>>;
export type Layers = Readonly<Record<string, Fields | undefined>>;

export interface Reading {
  /** Milliseconds since 1970: more tshark does not tell. */
  readonly timestamp: string;
  readonly layers: Layers;
}

/** One field, as we and as they read it. */
export type Pair = readonly [field: string, ours: unknown, theirs: unknown];

/** @param text tshark's output, which has an index line before every packet. */
export function parseReadings(text: string): Reading[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith('{"timestamp"'))
    .map((line) => JSON.parse(line) as Reading);
}

/**
 * Pairs tshark's readings, which leave out what a filter left out, with the frames of the capture, in order.
 *
 * @throws if a reading has no frame.
 */
export function pairFrames(
  frames: readonly DecodedFrame[],
  readings: readonly Reading[],
): [DecodedFrame, Layers][] {
  let at = 0;
  return readings.map(({ timestamp, layers }, n) => {
    const isTheSame = (frame: DecodedFrame): boolean =>
      String(frame.realtimeNs / 1_000_000n) === timestamp &&
      frame.ethernet.source === layers["eth"]!["eth_eth_src"];
    while (at < frames.length && !isTheSame(frames[at]!)) at += 1;
    const frame = frames[at];
    if (frame === undefined) throw new Error(`Cannot find the frame of reading ${n + 1}`);
    at += 1;
    return [frame, layers];
  });
}

/** Every field that our decoders give, of every layer that they went through. */
export function compareFrame(frame: DecodedFrame, layers: Layers): Pair[] {
  const { arp, ipv4, ipv6, neighbour, listener, vrrp, carp } = frame;
  const ip = ipv4 ?? ipv6;
  const theirs = (layer: string): Fields => layers[layer] ?? {};
  return [
    ...compareEthernet(frame.ethernet, theirs("eth")),
    ...(arp ? compareArp(arp, theirs("arp")) : []),
    ...(ipv4 ? compareIpv4(ipv4, theirs("ip")) : []),
    ...(ipv6 ? compareIpv6(ipv6, theirs("ipv6")) : []),
    ...(neighbour && ipv6 ? compareNeighbour(neighbour, ipv6, theirs("icmpv6")) : []),
    ...(listener && ipv6 ? compareListener(listener, ipv6, theirs("icmpv6")) : []),
    ...(vrrp && ip ? compareVrrp(vrrp, ip, theirs("vrrp")) : []),
    ...(carp ? compareCarp(carp, theirs("carp")) : []),
  ];
}

export function differences(pairs: readonly Pair[]): Pair[] {
  return pairs.filter(([, ours, theirs]) => JSON.stringify(ours) !== JSON.stringify(theirs));
}

/** tshark repeats a field that stands twice as an array. */
const list = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());
const text = (value: unknown): string => String(list(value)[0]);
const checksumOf = (bytes: Uint8Array): number => (bytes[6]! << 8) | bytes[7]!;

function compareEthernet(ours: EthernetFrame, theirs: Fields): Pair[] {
  return [
    ["eth.dst", ours.destination, text(theirs["eth_eth_dst"])],
    ["eth.src", ours.source, text(theirs["eth_eth_src"])],
    ["eth.type", ours.etherType, Number(theirs["eth_eth_type"])],
  ];
}

function compareArp(ours: ArpPacket, theirs: Fields): Pair[] {
  return [
    ["arp.opcode", ours.operation, Number(theirs["arp_arp_opcode"])],
    ["arp.sha", ours.senderMac, theirs["arp_arp_src_hw_mac"]],
    ["arp.spa", ours.senderIp, theirs["arp_arp_src_proto_ipv4"]],
    ["arp.tha", ours.targetMac, theirs["arp_arp_dst_hw_mac"]],
    ["arp.tpa", ours.targetIp, theirs["arp_arp_dst_proto_ipv4"]],
  ];
}

function compareIpv4(ours: Ipv4Packet, theirs: Fields): Pair[] {
  return [
    ["ip.tos", ours.tos, Number(theirs["ip_ip_dsfield"])],
    ["ip.id", ours.id, Number(theirs["ip_ip_id"])],
    ["ip.ttl", ours.ttl, Number(theirs["ip_ip_ttl"])],
    ["ip.proto", ours.protocol, Number(theirs["ip_ip_proto"])],
    ["ip.src", ours.source, theirs["ip_ip_src"]],
    ["ip.dst", ours.destination, theirs["ip_ip_dst"]],
    ["ip.len", 20 + ours.options.length + ours.payload.length, Number(theirs["ip_ip_len"])],
  ];
}

function compareIpv6(ours: Ipv6Packet, theirs: Fields): Pair[] {
  return [
    ["ipv6.tclass", ours.trafficClass, Number(theirs["ipv6_ipv6_tclass"])],
    ["ipv6.flow", ours.flowLabel, Number(theirs["ipv6_ipv6_flow"])],
    ["ipv6.plen", ours.payload.length, Number(theirs["ipv6_ipv6_plen"])],
    ["ipv6.nxt", ours.nextHeader, Number(theirs["ipv6_ipv6_nxt"])],
    ["ipv6.hlim", ours.hopLimit, Number(theirs["ipv6_ipv6_hlim"])],
    ["ipv6.src", ours.source, theirs["ipv6_ipv6_src"]],
    ["ipv6.dst", ours.destination, theirs["ipv6_ipv6_dst"]],
  ];
}

/** The checksum is that of our encoder. */
function compareNeighbour(ours: NeighbourMessage, ip: Ipv6Packet, theirs: Fields): Pair[] {
  const { payload } = encodeNeighbour(ours, ip.source, ip.destination);
  const common: Pair[] = [
    ["nd.type", ours.type, Number(theirs["icmpv6_icmpv6_type"])],
    ["nd.checksum", (payload[2]! << 8) | payload[3]!, Number(theirs["icmpv6_icmpv6_checksum"])],
    ["nd.checksum.status", "1", theirs["icmpv6_icmpv6_checksum_status"]],
    ["nd.linkaddr", ours.linkLayer, theirs["icmpv6_icmpv6_opt_linkaddr"]],
  ];
  if (ours.type === NeighbourType.solicitation)
    return [...common, ["nd.target", ours.target, theirs["icmpv6_icmpv6_nd_ns_target_address"]]];
  return [
    ...common,
    ["nd.target", ours.target, theirs["icmpv6_icmpv6_nd_na_target_address"]],
    ["nd.router", ours.isRouter, theirs["icmpv6_icmpv6_nd_na_flag_r"]],
    ["nd.solicited", ours.isSolicited, theirs["icmpv6_icmpv6_nd_na_flag_s"]],
    ["nd.override", ours.isOverride, theirs["icmpv6_icmpv6_nd_na_flag_o"]],
  ];
}

/** The checksum is that of our encoder. Sources are one list, of all records in turn. */
function compareListener({ records }: ListenerReport, ip: Ipv6Packet, theirs: Fields): Pair[] {
  const report = encodeListenerReport({ records }, ip.source).payload.subarray(8);
  const numbers = (value: unknown): number[] => list(value).map(Number);
  return [
    ["mld.checksum", (report[2]! << 8) | report[3]!, Number(theirs["icmpv6_icmpv6_checksum"])],
    ["mld.checksum.status", "1", theirs["icmpv6_icmpv6_checksum_status"]],
    ["mld.count", records.length, Number(theirs["icmpv6_icmpv6_mldr_nb_mcast_records"])],
    ["mld.types", records.map(({ type }) => type), numbers(theirs["icmpv6_icmpv6_mldr_mar_record_type"])],
    ["mld.groups", records.map(({ group }) => group), list(theirs["icmpv6_icmpv6_mldr_mar_multicast_address"])],
    [
      "mld.counts",
      records.map(({ sources }) => sources.length),
      numbers(theirs["icmpv6_icmpv6_mldr_mar_nb_sources"]),
    ],
    [
      "mld.sources",
      records.flatMap(({ sources }) => sources),
      list(theirs["icmpv6_icmpv6_mldr_mar_source_address"]),
    ],
  ];
}

/** The checksum is that of our encoder, for the decoder only says that it holds. */
function compareVrrp(ours: VrrpAdvert, ip: { source: IpAddress; destination: IpAddress }, theirs: Fields): Pair[] {
  const encoded = ours.version === 2 ? encodeVrrpV2(ours) : encodeVrrpV3(ours, ip.source, ip.destination);
  return [
    ["vrrp.version", ours.version, Number(theirs["vrrp_vrrp_version"])],
    ["vrrp.vrid", ours.vrid, Number(theirs["vrrp_vrrp_virt_rtr_id"])],
    ["vrrp.prio", ours.priority, Number(theirs["vrrp_vrrp_prio"])],
    ["vrrp.count", ours.addresses.length, Number(theirs["vrrp_vrrp_addr_count"])],
    ["vrrp.addresses", ours.addresses, list(theirs["vrrp_vrrp_ip_addr"] ?? theirs["vrrp_vrrp_ipv6_addr"])],
    ["vrrp.checksum", checksumOf(encoded), Number(theirs["vrrp_vrrp_checksum"])],
    ["vrrp.checksum.status", "1", theirs["vrrp_vrrp_checksum_status"]],
    ...(ours.version === 2
      ? ([
          ["vrrp.interval", ours.intervalS, Number(theirs["vrrp_vrrp_adver_int"])],
          ["vrrp.auth", ours.authType, Number(theirs["vrrp_vrrp_auth_type"])],
          ["vrrp.password", passwordOf(ours), theirs["vrrp_vrrp_auth_string"]],
        ] as const)
      : ([
          ["vrrp.interval", ours.intervalCs, Number(theirs["vrrp_vrrp_short_adver_int"])],
          // The only form that tshark 4.0 calls good.
          ["vrrp.checksum.form", ours.checksumForm, "pseudo-header"],
        ] as const)),
  ];
}

function passwordOf(advert: { authType: number; authData: Uint8Array }): string | undefined {
  return advert.authType === VrrpAuthType.simplePassword ? decodePassword(advert.authData) : undefined;
}

function compareCarp(ours: CarpAdvert, theirs: Fields): Pair[] {
  return [
    ["carp.version", ours.version, Number(theirs["carp_carp_version"])],
    ["carp.vhid", ours.vhid, Number(theirs["carp_carp_vhid"])],
    ["carp.advskew", ours.advskew, Number(theirs["carp_carp_advskew"])],
    ["carp.authlen", ours.authLength, Number(theirs["carp_carp_authlen"])],
    ["carp.demotion", ours.demotion, Number(theirs["carp_carp_demotion"])],
    ["carp.interval", ours.advbaseS, Number(theirs["carp_carp_adver_int"])],
    ["carp.checksum", checksumOf(encodeCarp(ours)), Number(theirs["carp_carp_checksum"])],
    ["carp.checksum.status", "1", theirs["carp_carp_checksum_status"]],
    ["carp.counter", String(ours.counter), theirs["carp_carp_counter"]],
    ["carp.hmac", Buffer.from(ours.digest).toString("hex"), String(theirs["carp_carp_hmac"]).replaceAll(":", "")],
  ];
}
