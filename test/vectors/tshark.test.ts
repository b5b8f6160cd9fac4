/** The project's own captures, field by field against tshark's reading of the same octets. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type DecodedFrame, decodeCapture } from "./decode.ts";
import { TOP } from "../lab/shell.ts";

const FOLDER = join(TOP, "test/vectors/live");
const CAPTURES = ["arping-tools", "vrrp2-noauth-vmac", "vrrp2-pass", "vrrp3-v4", "vrrp3-v6", "carp-ucarp"];

type Fields = Readonly<Record<string, unknown>>;
type Layers = Readonly<Record<string, Fields | undefined>>;

interface Reading {
  /** Milliseconds since 1970: more tshark does not tell. */
  readonly timestamp: string;
  readonly layers: Layers;
}

/** tshark writes an index line before every packet. */
function readReadings(name: string): Reading[] {
  return readFileSync(join(FOLDER, `${name}.ek.ndjson`), "utf8")
    .split("\n")
    .filter((line) => line.startsWith('{"timestamp"'))
    .map((line) => JSON.parse(line) as Reading);
}

/** Pairs tshark's readings, which leave out what is neither ARP nor VRRP, with the frames of the capture, in order. */
function pair(frames: readonly DecodedFrame[], readings: readonly Reading[]): [DecodedFrame, Layers][] {
  let at = 0;
  return readings.map(({ timestamp, layers }) => {
    const isTheSame = (frame: DecodedFrame): boolean =>
      String(frame.realtimeNs / 1_000_000n) === timestamp && frame.ethernet.source === layers["eth"]!["eth_eth_src"];
    while (at < frames.length && !isTheSame(frames[at]!)) at += 1;
    assert.ok(at < frames.length, "every reading has its frame");
    at += 1;
    return [frames[at - 1]!, layers];
  });
}

/** tshark repeats a field that stands twice as an array. */
const list = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());
const text = (value: unknown): string => String(list(value)[0]);

/** [ours, theirs] for each field that both have. */
function compare(frame: DecodedFrame, layers: Layers): [string, unknown, unknown][] {
  const eth = layers["eth"]!;
  const pairs: [string, unknown, unknown][] = [
    ["eth.dst", frame.ethernet.destination, text(eth["eth_eth_dst"])],
    ["eth.src", frame.ethernet.source, text(eth["eth_eth_src"])],
    ["eth.type", frame.ethernet.etherType, Number(eth["eth_eth_type"])],
  ];
  const { arp, ipv4, vrrp } = frame;
  if (arp !== undefined) {
    const theirs = layers["arp"]!;
    pairs.push(
      ["arp.opcode", arp.operation, Number(theirs["arp_arp_opcode"])],
      ["arp.sha", arp.senderMac, theirs["arp_arp_src_hw_mac"]],
      ["arp.spa", arp.senderIp, theirs["arp_arp_src_proto_ipv4"]],
      ["arp.tha", arp.targetMac, theirs["arp_arp_dst_hw_mac"]],
      ["arp.tpa", arp.targetIp, theirs["arp_arp_dst_proto_ipv4"]],
    );
  }
  if (ipv4 !== undefined) {
    const theirs = layers["ip"]!;
    pairs.push(
      ["ip.tos", ipv4.tos, Number(theirs["ip_ip_dsfield"])],
      ["ip.id", ipv4.id, Number(theirs["ip_ip_id"])],
      ["ip.ttl", ipv4.ttl, Number(theirs["ip_ip_ttl"])],
      ["ip.proto", ipv4.protocol, Number(theirs["ip_ip_proto"])],
      ["ip.src", ipv4.source, theirs["ip_ip_src"]],
      ["ip.dst", ipv4.destination, theirs["ip_ip_dst"]],
      ["ip.len", 20 + ipv4.options.length + ipv4.payload.length, Number(theirs["ip_ip_len"])],
    );
  }
  if (vrrp !== undefined) {
    const theirs = layers["vrrp"]!;
    pairs.push(
      ["vrrp.version", vrrp.version, Number(theirs["vrrp_vrrp_version"])],
      ["vrrp.vrid", vrrp.vrid, Number(theirs["vrrp_vrrp_virt_rtr_id"])],
      ["vrrp.prio", vrrp.priority, Number(theirs["vrrp_vrrp_prio"])],
      ["vrrp.count", vrrp.addresses.length, Number(theirs["vrrp_vrrp_addr_count"])],
      ["vrrp.addresses", vrrp.addresses, list(theirs["vrrp_vrrp_ip_addr"])],
      vrrp.version === 3
        ? ["vrrp.interval", vrrp.intervalCs, Number(theirs["vrrp_vrrp_short_adver_int"])]
        : ["vrrp.interval", vrrp.intervalS, Number(theirs["vrrp_vrrp_adver_int"])],
      vrrp.version === 3
        ? ["vrrp.checksum", vrrp.checksumForm, "pseudo-header"]
        : ["vrrp.auth", vrrp.authType, Number(theirs["vrrp_vrrp_auth_type"])],
    );
  }
  return pairs;
}

for (const name of CAPTURES) {
  test(`${name}: our decoders and tshark agree in every field`, async (t) => {
    const frames = await decodeCapture(join(FOLDER, `${name}.pcap`));
    const pairs = pair(frames, readReadings(name));
    let fields = 0;
    const skipped = new Map<string, number>([["not in tshark's text", frames.length - pairs.length]]);
    pairs.forEach(([frame, layers], n) => {
      const reason = skipReason(frame, layers);
      if (reason !== undefined) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      const { realtimeNs, ethernet } = frame;
      const compared = compare(reason === undefined ? frame : { realtimeNs, ethernet }, layers);
      for (const [field, ours, theirs] of compared) assert.deepEqual(ours, theirs, `reading ${n + 1}: ${field}`);
      fields += compared.length;
    });
    const reasons = [...skipped].filter(([, count]) => count > 0).map(([reason, count]) => `${count} ${reason}`);
    t.diagnostic(`${pairs.length} frames, ${fields} fields compared; skipped: ${reasons.join("; ") || "none"}`);
  });
}

/** @returns why a frame is compared no further than its Ethernet header. */
function skipReason(frame: DecodedFrame, layers: Layers): string | undefined {
  if (layers["ipv6"] !== undefined) return "past Ethernet: IPv6, which this version does not decode";
  if (layers["carp"] !== undefined) return "past Ethernet: CARP, which shares VRRP's number and is refused";
  assert.equal(frame.refused, undefined, "nothing else is refused");
  return undefined;
}
