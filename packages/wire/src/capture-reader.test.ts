/** One table of files, each read whole, in small pieces, and cut at every octet. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  BIG,
  block,
  enhancedBlock,
  type FilePacket,
  interfaceBlock,
  joined,
  LITTLE,
  obsoleteBlock,
  pcapFile,
  sectionBlock,
  simpleBlock,
} from "./capture-files.fixture.ts";
import { CaptureReader } from "./capture-reader.ts";
import { CAPTURED_LENGTH_MAX, type CapturedPacket, LinkType } from "./captured-packet.ts";
import { type WireCheck, WireError } from "./error.ts";
import { encodePcapHeader, headerForWriting, PcapMagic, writePcapPacket } from "./pcap.ts";

const A = Uint8Array.of(1, 2, 3, 4, 5);
const B = Uint8Array.of(6, 7, 8);
/** 2026-11-25, with all nine digits of a fraction. */
const SECONDS = 1_795_600_000;
const NANOSECONDS = 123_456_789;
const NS = BigInt(SECONDS) * 1_000_000_000n + BigInt(NANOSECONDS);

type Told = Pick<CapturedPacket, "linkType" | "seconds" | "nanoseconds" | "length" | "interfaceName"> & {
  readonly bytes: readonly number[];
};

const told = (bytes: Uint8Array, more: Partial<Told> = {}): Told => ({
  linkType: LinkType.ethernet,
  seconds: SECONDS,
  nanoseconds: NANOSECONDS,
  length: bytes.length,
  interfaceName: undefined,
  ...more,
  bytes: [...bytes],
});

/** @param pieceBytes what is pushed at once. */
function readAll(file: Uint8Array, pieceBytes: number = file.length): Told[] {
  const reader = new CaptureReader();
  const found: Told[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) {
    reader.push(file.slice(at, at + pieceBytes));
    for (let packet = reader.next(); packet !== undefined; packet = reader.next())
      found.push({ ...packet, bytes: [...packet.bytes] });
  }
  reader.end();
  return found;
}

const PAIR: readonly FilePacket[] = [
  { seconds: SECONDS, fraction: NANOSECONDS, bytes: A, length: 60 },
  { seconds: SECONDS, fraction: NANOSECONDS, bytes: B, length: B.length },
];
const PAIR_US = PAIR.map((packet) => ({ ...packet, fraction: 123_456 }));
const TOLD_PAIR = [told(A, { length: 60 }), told(B)];
const TOLD_US = TOLD_PAIR.map((packet) => ({ ...packet, nanoseconds: 123_456_000 }));
const name = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const one = (bits: number): Uint8Array => Uint8Array.of(bits);

const FILES: readonly (readonly [what: string, file: Uint8Array, packets: readonly Told[]])[] = [
  ["pcap, little-endian, microseconds", pcapFile(LITTLE, PcapMagic.microseconds, 1, PAIR_US), TOLD_US],
  ["pcap, big-endian, microseconds", pcapFile(BIG, PcapMagic.microseconds, 1, PAIR_US), TOLD_US],
  ["pcap, little-endian, nanoseconds", pcapFile(LITTLE, PcapMagic.nanoseconds, 1, PAIR), TOLD_PAIR],
  ["pcap, big-endian, nanoseconds", pcapFile(BIG, PcapMagic.nanoseconds, 1, PAIR), TOLD_PAIR],
  ["pcap without packets", pcapFile(LITTLE, PcapMagic.nanoseconds, 1, []), []],
  [
    "pcap with a frame check sequence beside its link type",
    pcapFile(LITTLE, PcapMagic.nanoseconds, 0x5000_0071, PAIR),
    TOLD_PAIR.map((packet) => ({ ...packet, linkType: LinkType.cookedV1 })),
  ],
  [
    "pcap with a fraction of more than a second",
    pcapFile(BIG, PcapMagic.microseconds, 1, [{ seconds: 7, fraction: 2_000_001, bytes: B, length: 3 }]),
    [told(B, { seconds: 9, nanoseconds: 1000 })],
  ],
  ...[LITTLE, BIG].map(
    (write) =>
      [
        `pcapng, ${write === BIG ? "big" : "little"}-endian: a name, nanoseconds, unknown blocks`,
        joined([
          sectionBlock(write),
          interfaceBlock(write, LinkType.cookedV2, 0, [2, name("eth0")], [9, one(9)]),
          block(write, 5, write.of([4, 0], [4, 0], [4, 0])),
          enhancedBlock(write, 0, NS, A, 60),
          block(write, 0x0bad, new Uint8Array()),
          enhancedBlock(write, 0, NS, B),
        ]),
        TOLD_PAIR.map((packet) => ({ ...packet, linkType: LinkType.cookedV2, interfaceName: "eth0" })),
      ] as const,
  ),
  [
    "pcapng: two sections of different byte order, whose interfaces are counted anew",
    joined([
      sectionBlock(LITTLE),
      interfaceBlock(LITTLE, 1, 0, [9, one(9)]),
      interfaceBlock(LITTLE, LinkType.cookedV1, 0, [9, one(9)]),
      enhancedBlock(LITTLE, 1, NS, A, 60),
      sectionBlock(BIG),
      interfaceBlock(BIG, 1, 0, [9, one(9)]),
      enhancedBlock(BIG, 0, NS, B),
    ]),
    [told(A, { length: 60, linkType: LinkType.cookedV1 }), told(B)],
  ],
  ...(
    [
      ["microseconds unless it says", [], NS / 1000n, NANOSECONDS - 789],
      ["milliseconds", [[9, one(3)]], NS / 1_000_000n, 123_000_000],
      ["a tenth of nanoseconds", [[9, one(10)]], NS * 10n + 9n, NANOSECONDS],
      ["2^-10 seconds", [[9, one(0x8a)]], BigInt(SECONDS) * 1024n + 512n, 500_000_000],
      ["2^-32 seconds", [[9, one(0xa0)]], (BigInt(SECONDS) << 32n) + (1n << 30n), 250_000_000],
      [
        "nanoseconds with an offset",
        [
          [9, one(9)],
          [14, BIG.of([8, -3600])],
        ],
        NS + 3600n * 1_000_000_000n,
        NANOSECONDS,
      ],
    ] as const
  ).map(
    ([what, options, ticks, nanoseconds]) =>
      [
        `pcapng: ${what}`,
        joined([sectionBlock(BIG), interfaceBlock(BIG, 1, 0, ...options), enhancedBlock(BIG, 0, ticks, A)]),
        [told(A, { nanoseconds })],
      ] as const,
  ),
  [
    "pcapng: simple packets, which have no time, one of them cut to what the interface keeps",
    joined([
      sectionBlock(LITTLE),
      interfaceBlock(LITTLE, 1, 5),
      simpleBlock(LITTLE, A, 60),
      simpleBlock(LITTLE, B, 3),
    ]),
    [told(A, { length: 60, seconds: 0, nanoseconds: 0 }), told(B, { seconds: 0, nanoseconds: 0 })],
  ],
  [
    "pcapng: the packet blocks of old",
    joined([sectionBlock(BIG), interfaceBlock(BIG, 1, 0, [9, one(9)]), obsoleteBlock(BIG, 0, NS, A)]),
    [told(A)],
  ],
];

for (const [what, file, packets] of FILES) {
  test(`CaptureReader reads ${what}, in pieces of any size`, () => {
    for (const pieceBytes of [file.length, 1, 3, 16, 31])
      assert.deepEqual(readAll(file, pieceBytes), packets);
  });

  test(`CaptureReader tells that ${what} is cut, wherever that is not between two packets`, () => {
    let wholes = 0;
    for (let length = 0; length < file.length; length++) {
      try {
        const found = readAll(file.slice(0, length));
        assert.deepEqual(found, packets.slice(0, found.length));
        wholes += 1;
      } catch (error) {
        assert.ok(error instanceof WireError && error.check === "length", String(error));
        assert.match(error.message, new RegExp(`at offset ${length}, the file ends`));
      }
    }
    assert.ok(wholes <= 10, `${wholes} cuts were taken for ends`);
  });
}

const corrupt = (file: Uint8Array, at: number, octets: Uint8Array): Uint8Array => {
  const bad = file.slice();
  bad.set(octets, at);
  return bad;
};
const PCAP = pcapFile(LITTLE, PcapMagic.nanoseconds, 1, PAIR);
const PCAPNG = joined([
  sectionBlock(LITTLE),
  interfaceBlock(LITTLE, 1, 0, [9, one(9)]),
  enhancedBlock(LITTLE, 0, NS, A),
]);
const SECTION = sectionBlock(LITTLE).length;
const PACKET = SECTION + interfaceBlock(LITTLE, 1, 0, [9, one(9)]).length;

const WRONG: readonly (readonly [what: string, file: Uint8Array, check: WireCheck, said: RegExp])[] = [
  ["an empty file", new Uint8Array(), "length", /at offset 0, the file ends: it is empty/],
  ["text", name("root:x:0:0"), "type", /at offset 0, 0x726f6f74 stands, needs the magic of pcap or pcapng/],
  [
    "what gzip wrote",
    Uint8Array.of(0x1f, 0x8b, 8, 0, 0),
    "type",
    /0x1f8b0800 stands \(gzip: unpack it first\)/,
  ],
  [
    "pcap of version 3",
    corrupt(PCAP, 4, LITTLE.of([2, 3])),
    "version",
    /at offset 4, the version of pcap is 3, needs 2/,
  ],
  [
    "a packet of 262,145 octets",
    corrupt(PCAP, 24 + 8, LITTLE.of([4, CAPTURED_LENGTH_MAX + 1])),
    "length",
    /at offset 24, a packet of 262145 octets begins, needs 262144 at most/,
  ],
  [
    "the second packet too",
    corrupt(PCAP, 45 + 8, LITTLE.of([4, 0xffff_ffff])),
    "length",
    /at offset 45, a packet of 4294967295/,
  ],
  [
    "pcapng of version 2",
    corrupt(PCAPNG, 12, LITTLE.of([2, 2])),
    "version",
    /at offset 12, the version of pcapng is 2, needs 1/,
  ],
  [
    "a section without a byte order",
    corrupt(PCAPNG, 8, LITTLE.of([4, 1])),
    "type",
    /at offset 8, 0x01000000 stands/,
  ],
  [
    "a block of 30 octets",
    corrupt(PCAPNG, 4, LITTLE.of([4, 30])),
    "length",
    /at offset 0, a block of 30 octets begins, needs a multiple of 4/,
  ],
  [
    "a block of 8 octets",
    corrupt(PCAPNG, SECTION + 4, LITTLE.of([4, 8])),
    "length",
    /a block of 8 octets begins/,
  ],
  [
    "a block of a gigabyte",
    corrupt(PCAPNG, SECTION + 4, LITTLE.of([4, 1 << 30])),
    "length",
    /a block of 1073741824 octets/,
  ],
  [
    "two lengths of a block",
    corrupt(PCAPNG, PCAPNG.length - 4, LITTLE.of([4, 44])),
    "length",
    /its end says 44/,
  ],
  [
    "an interface that is not described",
    corrupt(PCAPNG, PACKET + 8, LITTLE.of([4, 1])),
    "value",
    /of interface 1, and 1 are described/,
  ],
  [
    "a packet longer than its block",
    corrupt(PCAPNG, PACKET + 20, LITTLE.of([4, 9])),
    "length",
    /of 9 octets is in a block that holds 8/,
  ],
  [
    "a time after 9999",
    joined([sectionBlock(BIG), interfaceBlock(BIG, 1, 0), enhancedBlock(BIG, 0, -1n, A)]),
    "value",
    /of second 18446744073709 since 1970/,
  ],
  [
    "a time before 1970",
    joined([
      sectionBlock(BIG),
      interfaceBlock(BIG, 1, 0, [14, BIG.of([8, -5])]),
      enhancedBlock(BIG, 0, 1n, A),
    ]),
    "value",
    /of second -5 since 1970/,
  ],
  [
    "an option longer than its block",
    joined([sectionBlock(BIG), block(BIG, 1, BIG.of([2, 1], [2, 0], [4, 0], [2, 2], [2, 5]))]),
    "length",
    /option 2 of an interface has 5 octets/,
  ],
  [
    "a resolution without an octet",
    joined([sectionBlock(BIG), interfaceBlock(BIG, 1, 0, [9, new Uint8Array()])]),
    "length",
    /option 9 of an interface has 0 octets/,
  ],
  [
    "a simple packet before any interface",
    joined([sectionBlock(BIG), simpleBlock(BIG, A, 5)]),
    "value",
    /and 0 are described/,
  ],
];
for (const [what, file, check, said] of WRONG) {
  test(`CaptureReader refuses ${what}, and says where`, () => {
    for (const pieceBytes of [file.length, 1]) {
      assert.throws(
        () => readAll(file, Math.max(1, pieceBytes)),
        (error) => error instanceof WireError && error.check === check && said.test(error.message),
      );
    }
  });
}

test("packets before one that cannot be read are given", () => {
  const reader = new CaptureReader();
  reader.push(corrupt(PCAP, 45 + 8, LITTLE.of([4, 0xffff_ffff])));
  assert.deepEqual([...reader.next()!.bytes], [...A]);
  assert.throws(() => reader.next(), WireError);
});

test("what the writer writes, octet by octet, is what the reader reads", () => {
  const file = new Uint8Array(24 + 21 + 19);
  file.set(encodePcapHeader(headerForWriting(LinkType.ethernet)));
  const next = writePcapPacket(file, 24, {
    bytes: A,
    seconds: SECONDS,
    nanoseconds: NANOSECONDS,
    length: 60,
  });
  const end = writePcapPacket(file, next, {
    bytes: B,
    seconds: SECONDS,
    nanoseconds: NANOSECONDS,
    length: 3,
  });
  assert.equal(end, file.length);
  assert.deepEqual(file, PCAP);
  assert.deepEqual(readAll(file), TOLD_PAIR);
});

test("a file of a thousand packets in pieces that never end with one keeps its place", () => {
  const packets = Array.from({ length: 1000 }, (_, n) => ({
    seconds: n,
    fraction: n,
    bytes: Uint8Array.from({ length: 1 + (n % 700) }, () => n & 0xff),
    length: 1500,
  }));
  const file = pcapFile(BIG, PcapMagic.nanoseconds, 1, packets);
  const found = readAll(file, 4093);
  assert.equal(found.length, packets.length);
  found.forEach((packet, n) => {
    assert.deepEqual([packet.seconds, packet.nanoseconds, packet.bytes.length], [n, n, 1 + (n % 700)]);
    assert.ok(packet.bytes.every((octet) => octet === (n & 0xff)));
  });
});
