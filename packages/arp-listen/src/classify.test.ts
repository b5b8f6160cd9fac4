import assert from "node:assert/strict";
import test from "node:test";
import { type ArpPacket, BROADCAST_MAC, encodeArp, ZERO_MAC } from "@viptools/wire";
import { flagNames } from "./flags.ts";
import { A, A_IP, arpFrame, arpOf, B, sight } from "./frames.fixture.ts";
import { KIND_NAMES } from "./kinds.ts";
import { Direction, Protocol } from "./sighting.ts";

const GRATUITOUS = { targetIp: A_IP };
const KINDS: readonly (readonly [kind: string, change: Partial<ArpPacket>])[] = [
  ["request", {}],
  ["reply", { operation: 2, targetMac: B }],
  ["probe", { senderIp: "0.0.0.0" }],
  ["probe", { senderIp: "0.0.0.0", targetMac: BROADCAST_MAC }],
  ["probe", { senderIp: "0.0.0.0", targetIp: "0.0.0.0" }],
  ["announcement", GRATUITOUS],
  ["gratuitous_request", { ...GRATUITOUS, targetMac: BROADCAST_MAC }],
  ["gratuitous_request", { ...GRATUITOUS, targetMac: A }],
  ["gratuitous_reply", { ...GRATUITOUS, operation: 2, targetMac: A }],
  ["gratuitous_reply", { ...GRATUITOUS, operation: 2 }],
  ["other", { operation: 8 }],
  ["other", { operation: 0x0101 }],
];
for (const [kind, change] of KINDS) {
  test(`classifyArp() names ${JSON.stringify(change)} ${kind}`, () => {
    const sighting = sight(arpFrame(change));
    assert.equal(sighting.protocol, Protocol.arp);
    assert.equal(KIND_NAMES[sighting.kind], kind);
  });
}

const cut = (bytes: Uint8Array, length: number): Uint8Array => bytes.subarray(0, length);
const withOctets = (bytes: Uint8Array, at: number, ...octets: number[]): Uint8Array => {
  bytes.set(octets, at);
  return bytes;
};
/** Linux cooked v1: sent by this host, Ethernet, six octets of MAC, ARP. */
const cooked = (packetType: number, macLength = 6): Uint8Array =>
  Uint8Array.of(0, packetType, 0, 1, 0, macLength, 2, 0, 0, 0, 0, 0x0a, 0, 0, 8, 6, ...encodeArp(arpOf()));
const cookedV2 = Uint8Array.of(
  8,
  6,
  0,
  0,
  0,
  0,
  0,
  2,
  0,
  1,
  0,
  6,
  2,
  0,
  0,
  0,
  0,
  0x0a,
  0,
  0,
  ...encodeArp(arpOf()),
);
const snap = (length: number): Uint8Array =>
  Uint8Array.of(
    ...arpFrame().subarray(0, 12),
    length >> 8,
    length,
    0xaa,
    0xaa,
    3,
    0,
    0,
    0,
    8,
    6,
    ...encodeArp(arpOf()),
  );

interface Row {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly flags: string[];
  readonly linkType?: number;
  readonly kernelVlan?: number;
  readonly length?: number;
  readonly vlan?: number;
  readonly direction?: number;
  readonly detail?: RegExp;
}
const FRAMES: readonly Row[] = [
  { name: "a healthy packet", bytes: arpFrame(), flags: [] },
  { name: "another Ethernet source", bytes: arpFrame({}, B), flags: ["eth_mismatch"] },
  {
    name: "a broadcast sender MAC",
    bytes: arpFrame({ senderMac: BROADCAST_MAC }),
    flags: ["eth_mismatch", "group_sha"],
  },
  {
    name: "a group as Ethernet source",
    bytes: arpFrame({ senderMac: "03:00:00:00:00:01" }, "03:00:00:00:00:01"),
    flags: ["group_sha", "group_source"],
  },
  { name: "hardware of IEEE 802", bytes: withOctets(arpFrame(), 14, 0, 6), flags: ["unknown_hardware"] },
  {
    name: "hardware with eight octets",
    bytes: withOctets(arpFrame(), 14, 0, 24, 8, 0, 8),
    flags: ["unknown_hardware"],
    detail: /hardware 24 .* 8 and 4 octets, needs Ethernet/,
  },
  {
    name: "another protocol",
    bytes: withOctets(arpFrame(), 16, 0x80, 0x9b),
    flags: ["unknown_protocol"],
    detail: /protocol 0x809b/,
  },
  {
    name: "27 octets",
    bytes: cut(arpFrame(), 41),
    flags: ["truncated"],
    detail: /^ARP packet has 27 octets, needs 28$/,
  },
  {
    name: "27 octets of a capture",
    bytes: cut(arpFrame(), 41),
    length: 60,
    flags: ["truncated"],
    detail: /the capture has 41 of 60 octets/,
  },
  { name: "7 octets", bytes: cut(arpFrame(), 21), flags: ["truncated"], detail: /needs 8$/ },
  { name: "no octet", bytes: cut(arpFrame(), 14), flags: ["truncated"], detail: /has 0 octets/ },
  { name: "one tag", bytes: arpFrame({}, A, [7]), flags: [], vlan: 7 },
  {
    name: "two tags: the outer one",
    bytes: arpFrame({}, A, [100, 7]),
    flags: ["stacked_vlan"],
    vlan: 100,
  },
  {
    name: "a tag of a provider",
    bytes: withOctets(arpFrame({}, A, [7]), 12, 0x88, 0xa8),
    flags: ["stacked_vlan"],
    vlan: 7,
  },
  { name: "a priority tag", bytes: arpFrame({}, A, [0]), flags: [], vlan: 0 },
  { name: "a priority tag around another", bytes: arpFrame({}, A, [0, 9]), flags: [], vlan: 9 },
  {
    name: "a tag that the kernel took off, and one within",
    bytes: arpFrame({}, A, [7]),
    kernelVlan: 5,
    flags: ["stacked_vlan"],
    vlan: 5,
  },
  { name: "a tag that the kernel took off", bytes: arpFrame(), kernelVlan: 5, flags: [], vlan: 5 },
  { name: "LLC/SNAP", bytes: snap(36), flags: ["llc_snap"] },
  {
    name: "LLC/SNAP that ends early",
    bytes: snap(35),
    flags: ["llc_snap", "truncated"],
    detail: /27 octets/,
  },
  {
    name: "LLC/SNAP that is longer by its length field than it is",
    bytes: snap(37),
    flags: ["llc_snap", "truncated"],
    detail: /^LLC frame has 50 octets, its length field needs 51$/,
  },
  {
    name: "LLC/SNAP whose padding the capture has not",
    bytes: snap(37),
    length: 60,
    flags: ["llc_snap"],
  },
  {
    name: "LLC/SNAP that ends behind its header",
    bytes: cut(snap(580), 22),
    flags: ["llc_snap", "truncated"],
    detail: /^LLC frame has 22 octets, its length field needs 594$/,
  },
  { name: "cooked, sent", bytes: cooked(4), linkType: 113, flags: [], direction: Direction.out },
  { name: "cooked, received", bytes: cooked(1), linkType: 113, flags: [], direction: Direction.in },
  { name: "cooked without a MAC", bytes: cooked(1, 0), linkType: 113, flags: [], direction: Direction.in },
  { name: "cooked v2", bytes: cookedV2, linkType: 276, flags: [], direction: Direction.in },
];
for (const row of FRAMES) {
  test(`readFrame() gives [${row.flags}] for ${row.name}`, () => {
    const sighting = sight(row.bytes, row.linkType, row.kernelVlan, row.length);
    assert.equal(sighting.protocol, Protocol.arp);
    assert.deepEqual(flagNames(sighting.flags), row.flags);
    assert.equal(sighting.vlan, row.vlan ?? 0);
    assert.equal(sighting.direction, row.direction ?? Direction.unknown);
    assert.equal(sighting.isMalformed, row.detail !== undefined);
    if (row.detail !== undefined) assert.match(sighting.detail, row.detail);
  });
}

const NEITHER: readonly (readonly [name: string, bytes: Uint8Array, linkType: number])[] = [
  ["an Ethernet header that is cut", cut(arpFrame(), 13), 1],
  ["a tag that is cut", cut(arpFrame({}, A, [7]), 17), 1],
  ["IPv4", withOctets(arpFrame(), 12, 8, 0), 1],
  ["LLC without SNAP", withOctets(snap(36), 14, 0x42, 0x42), 1],
  ["a cooked header that is cut", cut(cooked(1), 15), 113],
  ["a link type that nobody told of", arpFrame(), 12],
  ["nothing", new Uint8Array(), 1],
];
for (const [name, bytes, linkType] of NEITHER) {
  test(`readFrame() finds neither ARP nor NDP in ${name}`, () => {
    assert.equal(sight(bytes, linkType).protocol, Protocol.none);
  });
}

test("classifyArp() names a sender MAC of zeros", () => {
  assert.deepEqual(flagNames(sight(arpFrame({ senderMac: ZERO_MAC })).flags), ["eth_mismatch", "zero_sha"]);
});
