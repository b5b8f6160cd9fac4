/** What is rendered in bulk is what RecordOutput would write: the same octets for whatever frame. */
import assert from "node:assert/strict";
import test from "node:test";
import { formatLine, formatTimestamp, parseLine } from "@viptools/records";
import { ALL_NODES_GROUP, ANY_IPV6, NeighbourType } from "@viptools/wire";
import { A, A_IP6, arpFrame, B, generator, ndpFrame, sight } from "./frames.fixture.ts";
import { LineRenderer, type PacketTime } from "./line-renderer.ts";
import { readFrame } from "./read-frame.ts";
import { bodyOf } from "./record-body.ts";
import { Protocol, Sighting } from "./sighting.ts";

const WRITER = { tool: "arp-listen", host: 'h "1"\u00e4', pid: 4711 };
const SOURCES = ["eth0", "/tmp/a file \u00e4.pcap"];
const NS = 1_000_000_000n;

function slowLine(sighting: Sighting, source: number, time: PacketTime, seq: number): string {
  const { seconds, nanoseconds, monoSeconds, monoNanoseconds } = time;
  const ts = formatTimestamp(BigInt(seconds) * NS + BigInt(nanoseconds));
  const mono_ns = monoSeconds < 0 ? undefined : String(BigInt(monoSeconds) * NS + BigInt(monoNanoseconds));
  return formatLine({ ...WRITER, ts, mono_ns, seq }, bodyOf(sighting, SOURCES[source]!));
}

function fastLine(renderer: LineRenderer, sighting: Sighting, source: number, time: PacketTime, seq: number) {
  const out = new Uint8Array(8192);
  const end = renderer.render(out, 100, sighting, source, time, seq);
  return Buffer.from(out.subarray(100, end)).toString("utf8");
}

const timeOf = (seconds: number, nanoseconds: number, monoSeconds = -1, monoNanoseconds = 0): PacketTime => ({
  seconds,
  nanoseconds,
  monoSeconds,
  monoNanoseconds,
});

const cooked = Uint8Array.of(0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, ...arpFrame().subarray(14));
const advertisement = (flags: number): Uint8Array => {
  const message = {
    type: NeighbourType.advertisement,
    isRouter: (flags & 4) !== 0,
    isSolicited: (flags & 2) !== 0,
    isOverride: (flags & 1) !== 0,
    target: "2001:db8::100",
    linkLayer: flags === 0 ? undefined : B,
  } as const;
  return ndpFrame(message, A_IP6, ALL_NODES_GROUP);
};
const ROWS: readonly (readonly [name: string, sighting: Sighting, time: PacketTime, seq: number])[] = [
  ["a request", sight(arpFrame()), timeOf(1_790_000_000, 1), 1],
  ["numbers that grow", sight(arpFrame()), timeOf(1_790_000_000, 999_999_999, 7, 5), 999],
  ["a thousand", sight(arpFrame()), timeOf(0, 0, 0, 0), 1000],
  ["a million and one", sight(arpFrame()), timeOf(1_790_000_001, 1_000_000, 0, 999), 1_000_001],
  [
    "a high number",
    sight(arpFrame()),
    timeOf(253_402_300_799, 7, 9_007_199, 254_740_991),
    Number.MAX_SAFE_INTEGER,
  ],
  ["a VLAN", sight(arpFrame({}, A, [4094])), timeOf(5, 5), 12],
  [
    "flags",
    sight(arpFrame({ senderMac: "ff:ff:ff:ff:ff:ff", senderIp: "255.255.255.255" }, B)),
    timeOf(5, 5),
    12,
  ],
  ["an operation", sight(arpFrame({ operation: 65535 })), timeOf(5, 5), 12],
  ["no MAC at all", sight(cooked, 113), timeOf(5, 5), 12],
  ...Array.from(
    { length: 8 },
    (_, n) => [`advertisement ${n}`, sight(advertisement(n)), timeOf(5, 5), n] as const,
  ),
  [
    "detection",
    sight(
      ndpFrame({ type: NeighbourType.solicitation, target: "::", linkLayer: undefined }, ANY_IPV6, "ff02::1"),
    ),
    timeOf(5, 5, 1, 1),
    3,
  ],
];
for (const [name, sighting, time, seq] of ROWS) {
  test(`LineRenderer writes ${name} as RecordOutput does`, () => {
    const renderer = new LineRenderer(WRITER, SOURCES);
    for (const source of [0, 1]) {
      const line = slowLine(sighting, source, time, seq);
      assert.equal(fastLine(renderer, sighting, source, time, seq), line);
      assert.equal(parseLine(line.trimEnd()).kind, "record");
      assert.ok(Buffer.byteLength(line) < 4096);
    }
  });
}

const MUTANTS = 200_000;
test(`LineRenderer agrees with RecordOutput over ${MUTANTS} bent frames, and nothing that is read throws`, () => {
  const random = generator(Number(process.env["VIPTOOLS_SEED"] ?? 20_261_125));
  const renderer = new LineRenderer(WRITER, SOURCES);
  const seeds = [
    [arpFrame(), 1],
    [arpFrame({ operation: 2, targetMac: B }, A, [7]), 1],
    [arpFrame({ targetIp: "192.0.2.1" }, A, [1, 2]), 1],
    [cooked, 113],
    [advertisement(7), 1],
    [ndpFrame({ type: NeighbourType.solicitation, target: A_IP6, linkLayer: A }, A_IP6, "ff02::1"), 1],
  ] as const;
  const sighting = new Sighting();
  let compared = 0;
  for (let n = 0; n < MUTANTS; n++) {
    const [seed, linkType] = seeds[n % seeds.length]!;
    const bytes = seed.slice(0, random(8) === 0 ? random(seed.length + 1) : seed.length);
    for (let bends = random(4); bends > 0 && bytes.length > 0; bends--)
      bytes[random(bytes.length)] = random(256);
    readFrame(sighting, bytes, linkType, bytes.length, random(3) === 0 ? random(4095) : 0, random(3));
    if (sighting.protocol === Protocol.none) continue;
    const time = timeOf(random(2 ** 31 - 1), random(1e9), random(2) === 0 ? -1 : random(1e6), random(1e9));
    const line = slowLine(sighting, n % 2, time, n);
    assert.equal(parseLine(line.trimEnd()).kind, "record", line);
    if (sighting.isMalformed) continue;
    compared += 1;
    if (fastLine(renderer, sighting, n % 2, time, n) !== line)
      assert.equal(fastLine(renderer, sighting, n % 2, time, n), line);
  }
  assert.ok(compared > MUTANTS / 2, `${compared} were compared`);
});
