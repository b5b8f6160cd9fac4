/** Neighbour messages; the advertisements are vector N and keepalived's, in what they say and how receivers check it. */
import assert from "node:assert/strict";
import test from "node:test";
import { internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import type { WireCheck } from "./error.ts";
import { assertRefused, hex, type Row, row, testRows } from "./golden.fixture.ts";
import { decodeNeighbour, encodeNeighbour, type NeighbourMessage, NeighbourType } from "./icmpv6-nd.ts";
import { decodeIpv6, encodeIpv6, type Ipv6Packet } from "./ipv6.ts";

function neighbourRow(name: string, octets: string, message: NeighbourMessage): Row {
  const { source, destination } = decodeIpv6(hex(octets));
  return row(
    name,
    octets,
    message,
    (bytes) => decodeNeighbour(decodeIpv6(bytes)),
    (value) => encodeIpv6(encodeNeighbour(value, source, destination)),
  );
}

/** From fe80::a for 2001:db8::1, without the IPv6 header. */
const VECTOR_N = `88 00 4a 59 a0 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
  02 01 00 00 5e 00 02 01`;
const ADVERTISEMENT = `60 00 00 00 00 20 3a ff fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 0a
  ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 ${VECTOR_N}`;
const ANSWER = `60 00 00 00 00 20 3a ff 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 01 00
  fe 80 00 00 00 00 00 00 00 00 00 ff fe 00 00 03
  88 00 5a 7a 60 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 01 00 02 01 00 00 5e 00 02 33`;
const SOLICITATION = `60 00 00 00 00 20 3a ff fe 80 00 00 00 00 00 00 00 00 00 ff fe 00 00 03
  ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 01 00
  87 00 4a 5f 00 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 01 00 01 01 02 00 00 00 00 03`;
const DETECTION = `60 00 00 00 00 18 3a ff 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  ff 02 00 00 00 00 00 00 00 00 00 01 ff f5 00 00
  87 00 67 3c 00 00 00 00 fe 80 00 00 00 00 00 00 c0 00 54 ff fe f5 00 00`;

testRows([
  neighbourRow("ND-4.4-b ND-7.2.6-c ND-7.2.6-d ND-7.2.6-e vector N", ADVERTISEMENT, {
    type: NeighbourType.advertisement,
    isRouter: true,
    isSolicited: false,
    isOverride: true,
    target: "2001:db8::1",
    linkLayer: "00:00:5e:00:02:01",
  }),
  neighbourRow(
    "keepalived's advertisement of a link-local address",
    `60 00 00 00 00 20 3a ff fe 80 00 00 00 00 00 00 00 00 00 00 00 00 01 00
     ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01
     88 00 55 94 20 00 00 00 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 01 00 02 01 02 00 00 00 00 0a`,
    {
      type: NeighbourType.advertisement,
      isRouter: false,
      isSolicited: false,
      isOverride: true,
      target: "fe80::100",
      linkLayer: "02:00:00:00:00:0a",
    },
  ),
  neighbourRow("an answer that is solicited", ANSWER, {
    type: NeighbourType.advertisement,
    isRouter: false,
    isSolicited: true,
    isOverride: true,
    target: "2001:db8::100",
    linkLayer: "00:00:5e:00:02:33",
  }),
  neighbourRow("a solicitation", SOLICITATION, {
    type: NeighbourType.solicitation,
    target: "2001:db8::100",
    linkLayer: "02:00:00:00:00:03",
  }),
  neighbourRow("duplicate address detection, as another stack asks", DETECTION, {
    type: NeighbourType.solicitation,
    target: "fe80::c000:54ff:fef5:0",
    linkLayer: undefined,
  }),
]);

/** The packet with another payload, whose checksum is made to hold. */
function withPayload(packet: Ipv6Packet, change: (payload: number[]) => number[]): Ipv6Packet {
  const payload = Uint8Array.from(change([...packet.payload]));
  if (payload.length < 4) return { ...packet, payload };
  payload.fill(0, 2, 4);
  const start = pseudoHeaderSum(packet.source, packet.destination, packet.nextHeader, payload.length);
  new DataView(payload.buffer).setUint16(2, internetChecksum(payload, start));
  return { ...packet, payload };
}

const payload = (octets: string, change: (payload: number[]) => number[]): Ipv6Packet =>
  withPayload(decodeIpv6(hex(octets)), change);
const octet = (octets: string, at: number, value: number): Ipv6Packet =>
  payload(octets, (bytes) => bytes.with(at, value));
const header = (octets: string, more: Partial<Ipv6Packet>): Ipv6Packet =>
  withPayload({ ...decodeIpv6(hex(octets)), ...more }, (bytes) => bytes);

const REFUSED: readonly (readonly [name: string, packet: Ipv6Packet, check: WireCheck])[] = [
  ["a hop limit of 254", header(ADVERTISEMENT, { hopLimit: 254 }), "value"],
  ["a question that came over a router", header(SOLICITATION, { hopLimit: 63 }), "value"],
  ["another next header", header(ADVERTISEMENT, { nextHeader: 112 }), "type"],
  ["a router advertisement", octet(ADVERTISEMENT, 0, 134), "type"],
  ["code 1", octet(ADVERTISEMENT, 1, 1), "type"],
  ["a checksum for another source", { ...decodeIpv6(hex(ADVERTISEMENT)), source: "fe80::b" }, "checksum"],
  ["23 octets", payload(ADVERTISEMENT, (bytes) => bytes.slice(0, 23)), "length"],
  ["a type alone", payload(ADVERTISEMENT, (bytes) => bytes.slice(0, 1)), "checksum"],
  ["nothing", payload(ADVERTISEMENT, () => []), "type"],
  ["an option of length 0", octet(ADVERTISEMENT, 25, 0), "length"],
  ["an option past the end", octet(ADVERTISEMENT, 25, 2), "length"],
  ["an option of one octet", payload(ADVERTISEMENT, (bytes) => bytes.slice(0, 25)), "length"],
  ["an unknown option of length 0", payload(ANSWER, (bytes) => [...bytes, 200, 0]), "length"],
  [
    "a link-layer address of 14 octets",
    payload(ADVERTISEMENT, (bytes) => [...bytes.with(25, 2), 0, 0, 0, 0, 0, 0, 0, 0]),
    "length",
  ],
  ["a group as target", octet(ADVERTISEMENT, 8, 0xff), "value"],
  ["a group as target of a question", octet(SOLICITATION, 8, 0xff), "value"],
  ["a solicited answer to all", octet(ADVERTISEMENT, 4, 0x60), "value"],
  ["detection at one host", header(DETECTION, { destination: "fe80::1" }), "value"],
  ["detection at all", header(DETECTION, { destination: "ff02::1" }), "value"],
  ["detection that says a MAC", header(SOLICITATION, { source: "::" }), "value"],
];
for (const [name, packet, check] of REFUSED) {
  test(`ND-7.1.2-a decodeNeighbour() refuses ${name} as ${check}`, () =>
    assertRefused(() => decodeNeighbour(packet), check));
}

test("decodeNeighbour() skips options that it does not know, and takes the first that it does", () => {
  const packet = payload(SOLICITATION, (bytes) => [
    ...bytes.slice(0, 24),
    ...hex("0e 01 01 02 03 04 05 06 0e 02 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e"),
    ...bytes.slice(24),
    ...hex("01 01 02 00 00 00 00 99"),
  ]);
  assert.equal(decodeNeighbour(packet).linkLayer, "02:00:00:00:00:03");
});

test("decodeNeighbour() takes no source link-layer address for the target's", () => {
  assert.equal(decodeNeighbour(octet(ANSWER, 24, 1)).linkLayer, undefined);
});
