/** Frames and files that are almost right: our error or a value, and nothing is kept of them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  CaptureReader,
  decodeLink,
  encodePcapHeader,
  EtherType,
  headerForWriting,
  LinkType,
  WireError,
  writePcapPacket,
} from "@viptools/wire";
import { TOP } from "../lab/shell.ts";
import { IS_FULL } from "../lab/stage.ts";
import { decodeFrame } from "./decode.ts";
import { type Fuzz, fuzz } from "./mutation.ts";

const LIVE = join(TOP, "test/vectors/live");
const FILES = readdirSync(LIVE).filter((name) => /\.pcap(ng)?$/.test(name)).map((name) => readFileSync(join(LIVE, name)));
const FRAMES = FILES.flatMap(framesOf);
/** A few packets of each: of a long file, most of the time would go to what is in order. */
const SHORT_FILES = [...FILES.map((file) => file.subarray(0, 600)), ...FILES.map((file) => shortPcap(framesOf(file)))];

/** The project promises a million; every day has three seconds for it. */
const ROUNDS = 1_000_000;
const EVERYDAY_MS = 1500;
const GROWTH_BYTES_MAX = 4 << 20;

function framesOf(file: Uint8Array): Uint8Array[] {
  const reader = new CaptureReader();
  const frames: Uint8Array[] = [];
  reader.push(file);
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) frames.push(packet.bytes.slice());
  return frames;
}

function shortPcap(frames: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(1 << 16);
  const header = encodePcapHeader(headerForWriting(LinkType.ethernet));
  file.set(header);
  let at = header.length;
  for (const [n, bytes] of frames.slice(0, 4).entries())
    at = writePcapPacket(file, at, { bytes, seconds: n, nanoseconds: n, length: bytes.length });
  return file.subarray(0, at);
}

/** Everything that we have for a frame, whatever its link is said to be. */
function readFrame(bytes: Uint8Array): void {
  let error: WireError | undefined;
  for (const linkType of Object.values(LinkType)) {
    try {
      decodeLink(bytes, linkType);
    } catch (caught) {
      if (!(caught instanceof WireError)) throw caught;
      error ??= caught;
    }
  }
  error ??= decodeFrame(bytes, 0n).refused;
  if (error !== undefined) throw error;
}

/** In pieces of random size, as a pipe gives it. */
function readFile(file: Uint8Array, random: () => number): void {
  const reader = new CaptureReader();
  for (let at = 0; at < file.length; ) {
    const piece = file.subarray(at, at + 1 + (random() % 200));
    at += piece.length;
    reader.push(piece);
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
      assert.ok(packet.nanoseconds >= 0 && packet.nanoseconds < 1e9 && Number.isInteger(packet.seconds));
      ignoreRefusal(() => readFrame(packet!.bytes));
    }
  }
  reader.end();
}

function ignoreRefusal(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

const LIMITS = { seed: 20_261_125, rounds: ROUNDS, forMs: IS_FULL ? Number.POSITIVE_INFINITY : EVERYDAY_MS };
const TARGETS: readonly (readonly [what: string, fuzz: Fuzz])[] = [
  ["frames", { ...LIMITS, seeds: FRAMES, target: readFrame }],
  ["capture files", { ...LIMITS, seeds: SHORT_FILES, target: readFile }],
];

for (const [what, job] of TARGETS) {
  test(`mutated ${what}: a WireError or a value, and no memory is kept`, (t) => {
    const { rounds, refused, crash, grownBytes } = fuzz(job);
    t.diagnostic(`${rounds} inputs, ${refused} refused, memory grew by ${(grownBytes / 1024).toFixed(0)} KiB`);
    assert.equal(crash, undefined, `${crash?.error} for ${Buffer.from(crash?.input ?? []).toString("hex")}`);
    assert.ok(refused > rounds / 50 && rounds - refused > rounds / 50, "both answers happen");
    assert.ok(grownBytes < GROWTH_BYTES_MAX, `${grownBytes} octets more`);
  });
}

test("a decoder that looks one octet too far is found", () => {
  const target = (bytes: Uint8Array): void => {
    const { etherType, payload } = decodeLink(bytes, LinkType.ethernet);
    if (etherType !== EtherType.arp || payload.length < 27) return;
    new DataView(payload.buffer, payload.byteOffset, payload.length).getUint8(27);
  };
  const { crash } = fuzz({ ...LIMITS, seeds: FRAMES, target });
  assert.ok(crash?.error instanceof RangeError);
  assert.equal(decodeLink(crash.input, LinkType.ethernet).payload.length, 27);
});

test("a reader that keeps what it has read is found", () => {
  const kept: Uint8Array[] = [];
  const { grownBytes } = fuzz({ ...LIMITS, rounds: 100_000, seeds: FRAMES, target: (bytes) => void kept.push(bytes) });
  assert.ok(grownBytes > GROWTH_BYTES_MAX, `${grownBytes} octets of ${kept.length} inputs`);
});
