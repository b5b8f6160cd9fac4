/** SNAP and Linux cooked headers as golden rows, and what lies behind any of them. */
import assert from "node:assert/strict";
import test from "node:test";
import { LinkType } from "./captured-packet.ts";
import { decodeEthernet, encodeEthernet } from "./ethernet.ts";
import { assertRefused, hex, row, testRefusals, testRows } from "./golden.fixture.ts";
import { decodeLink, type LinkFrame } from "./link-frame.ts";
import {
  CookedPacketType,
  decodeCookedV1,
  decodeCookedV2,
  encodeCookedV1,
  encodeCookedV2,
} from "./linux-cooked.ts";
import { decodeSnap, encodeSnap, type TypedPayload } from "./llc-snap.ts";
import { insertTag } from "./vlan.ts";

const PAYLOAD = "de ad be ef";
const octets = hex(PAYLOAD);
const MACS = "ff ff ff ff ff ff 02 00 00 00 00 0a";
const SNAP = `${MACS} 00 0c aa aa 03 00 00 00 08 06 ${PAYLOAD}`;
const COOKED_V1 = `00 01 00 01 00 06 02 00 00 00 00 0a 00 00 08 06 ${PAYLOAD}`;
const COOKED_V2 = `08 06 00 00 00 00 00 07 00 01 04 06 02 00 00 00 00 0a 00 00 ${PAYLOAD}`;

/** Through the frame, for a length says nothing without what it measures. */
const openSnap = (bytes: Uint8Array): TypedPayload => decodeSnap(decodeEthernet(bytes));
const frameSnap = (value: TypedPayload): Uint8Array =>
  encodeEthernet({ ...decodeEthernet(hex(`${MACS} 00 00`)), ...encodeSnap(value) });

testRows([
  row("SNAP", SNAP, { etherType: 0x0806, payload: octets }, openSnap, frameSnap),
  row(
    "Linux cooked v1",
    COOKED_V1,
    {
      packetType: CookedPacketType.broadcast,
      hardwareType: 1,
      source: "02:00:00:00:00:0a",
      protocol: 0x0806,
      ifindex: 0,
      payload: octets,
    },
    decodeCookedV1,
    encodeCookedV1,
    16,
  ),
  row(
    "Linux cooked v2",
    COOKED_V2,
    {
      packetType: CookedPacketType.outgoing,
      hardwareType: 1,
      source: "02:00:00:00:00:0a",
      protocol: 0x0806,
      ifindex: 7,
      payload: octets,
    },
    decodeCookedV2,
    encodeCookedV2,
    20,
  ),
  row(
    "Linux cooked v1 of a link without addresses",
    `00 00 02 08 00 00 00 00 00 00 00 00 00 00 86 dd ${PAYLOAD}`,
    {
      packetType: CookedPacketType.host,
      hardwareType: 520,
      source: undefined,
      protocol: 0x86dd,
      ifindex: 0,
      payload: octets,
    },
    decodeCookedV1,
    encodeCookedV1,
    16,
  ),
]);

testRefusals([
  ["LLC without SNAP", SNAP, openSnap, 14, 0x42, "type"],
  ["SNAP with an OUI", SNAP, openSnap, 19, 0x01, "type"],
  ["a length of less than the header", SNAP, openSnap, 13, 7, "length"],
  ["an EtherType for a length", SNAP, openSnap, 12, 0x06, "length"],
]);

test("Linux cooked v1 has no place for an ifindex, SNAP none for 1,493 octets", () => {
  assert.throws(() => encodeCookedV1({ ...decodeCookedV1(hex(COOKED_V1)), ifindex: 1 }), RangeError);
  assert.equal(encodeSnap({ etherType: 0x0806, payload: new Uint8Array(1492) }).etherType, 1500);
  assert.throws(() => encodeSnap({ etherType: 0x0806, payload: new Uint8Array(1493) }), RangeError);
});

const TAG = { tpid: 0x88a8, priority: 5, dropEligible: true, vlan: 200 };
const frame = (more: Partial<LinkFrame>): LinkFrame => ({
  source: "02:00:00:00:00:0a",
  destination: "ff:ff:ff:ff:ff:ff",
  direction: undefined,
  tags: [],
  etherType: 0x0806,
  payload: octets,
  ...more,
});
const PADDED = `${SNAP} 00 00 00 00`;
const TAGGED = `${MACS} 88 a8 b0 c8 08 06 ${PAYLOAD}`;
const UNTAGGED = `${MACS} 08 06 ${PAYLOAD}`;

const LINKS: readonly (readonly [what: string, linkType: number, octets: string, value: LinkFrame])[] = [
  ["Ethernet", LinkType.ethernet, UNTAGGED, frame({})],
  ["Ethernet with a tag", LinkType.ethernet, TAGGED, frame({ tags: [TAG] })],
  ["SNAP, padded", LinkType.ethernet, PADDED, frame({})],
  [
    "SNAP behind a tag",
    LinkType.ethernet,
    SNAP.replace("00 0c", "88 a8 b0 c8 00 0c"),
    frame({ tags: [TAG] }),
  ],
  [
    "a spanning tree's LLC, as it is",
    LinkType.ethernet,
    `${MACS} 00 04 42 42 03 00`,
    frame({ etherType: 4, payload: hex("42 42 03 00") }),
  ],
  ["cooked v1 to everybody", LinkType.cookedV1, COOKED_V1, frame({ direction: "in" })],
  ["cooked v2 of our own", LinkType.cookedV2, COOKED_V2, frame({ direction: "out", destination: undefined })],
  [
    "cooked v1 with a tag",
    LinkType.cookedV1,
    COOKED_V1.replace("08 06", "88 a8 b0 c8 08 06"),
    frame({ direction: "in", tags: [TAG] }),
  ],
  [
    "cooked v1 with SNAP",
    LinkType.cookedV1,
    COOKED_V1.replace("08 06", "00 04 aa aa 03 00 00 00 08 06"),
    frame({ direction: "in" }),
  ],
];
for (const [what, linkType, octets, value] of LINKS) {
  test(`decodeLink() opens ${what}`, () => assert.deepEqual(decodeLink(hex(octets), linkType), value));
}

test("decodeLink() refuses a link type that it does not know", () =>
  assertRefused(() => decodeLink(hex(UNTAGGED), 107), "type"));

test("insertTag() puts back what was taken off", () =>
  assert.deepEqual(insertTag(hex(UNTAGGED), TAG), hex(TAGGED)));
