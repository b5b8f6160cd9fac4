/** What is read in place is what the codecs of `packages/wire` read: the same protocol at the same place. */
import assert from "node:assert/strict";
import test from "node:test";
import { decodeLink, EtherType, encodeArp, LinkType, WireError } from "@viptools/wire";
import { arpFrame, arpOf, generator } from "./frames.fixture.ts";
import { findPayload } from "./link-layer.ts";
import { Direction, Sighting } from "./sighting.ts";

const ARP = encodeArp(arpOf());
const MACS = arpFrame().subarray(0, 12);
const SNAP = [0xaa, 0xaa, 3, 0, 0, 0, 8, 6];
const COOKED_MAC = [2, 0, 0, 0, 0, 0x0a, 0, 0];
const SEEDS: readonly (readonly [bytes: Uint8Array, linkType: number])[] = [
  [arpFrame(), LinkType.ethernet],
  [arpFrame({}, undefined, [100, 7]), LinkType.ethernet],
  [Uint8Array.of(...MACS, 0, SNAP.length + ARP.length, ...SNAP, ...ARP), LinkType.ethernet],
  [Uint8Array.of(0, 1, 0, 1, 0, 6, ...COOKED_MAC, 8, 6, ...ARP), LinkType.cookedV1],
  [Uint8Array.of(0, 1, 0, 1, 0, 6, ...COOKED_MAC, 0, 4, ...SNAP, ...ARP), LinkType.cookedV1],
  [Uint8Array.of(8, 6, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, ...COOKED_MAC, ...ARP), LinkType.cookedV2],
];
const READ: readonly number[] = [EtherType.arp, EtherType.ipv6];
const HEADERS_LENGTH = 40;
const MUTANTS = 100_000;

interface Found {
  readonly etherType: number;
  readonly at: number;
}

/** @returns undefined for what is refused: a codec refuses what is cut, of which the quick reader tells what is there. */
function byCodecs(bytes: Uint8Array, linkType: number): Found | undefined {
  try {
    const { etherType, payload } = decodeLink(bytes, linkType);
    return { etherType, at: payload.byteOffset - bytes.byteOffset };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function inPlace(sighting: Sighting, bytes: Uint8Array, linkType: number): Found | undefined {
  sighting.reset(bytes, 0, Direction.unknown);
  return findPayload(sighting, linkType) ? { etherType: sighting.etherType, at: sighting.at } : undefined;
}

const ofInterest = (found: Found | undefined): Found | undefined =>
  found !== undefined && READ.includes(found.etherType) ? found : undefined;

test(`findPayload() agrees with decodeLink() over ${MUTANTS} bent headers`, () => {
  const random = generator(Number(process.env["VIPTOOLS_SEED"] ?? 20_261_126));
  const sighting = new Sighting();
  let found = 0;
  for (let n = 0; n < MUTANTS; n++) {
    const [seed, linkType] = SEEDS[n % SEEDS.length]!;
    const bytes = seed.slice(0, random(8) === 0 ? random(seed.length + 1) : seed.length);
    for (let bends = random(3); bends > 0 && bytes.length > 0; bends--)
      bytes[random(Math.min(HEADERS_LENGTH, bytes.length))] = random(256);
    const decoded = byCodecs(bytes, linkType);
    if (decoded === undefined) continue;
    const wanted = ofInterest(decoded);
    const hex = Buffer.from(bytes).toString("hex");
    assert.deepEqual(ofInterest(inPlace(sighting, bytes, linkType)), wanted, hex);
    if (wanted !== undefined) found += 1;
  }
  assert.ok(found > MUTANTS / 2, `${found} had ARP or IPv6`);
});
