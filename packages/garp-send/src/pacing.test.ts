import assert from "node:assert/strict";
import test from "node:test";
import { everyInterval, PRESETS, type PresetName } from "./campaign.ts";
import { Pacing } from "./pacing.ts";

const MS = 1000;
const S = 1000 * MS;

/** Sends as soon as it may, on a clock of its own. @param stalls microseconds that pass before the n-th look. */
function play(framesPerS: number, frames: number, stalls: Readonly<Record<number, number>> = {}): number[] {
  const pacing = new Pacing(framesPerS);
  const atUs: number[] = [];
  let nowUs = 5 * S;
  pacing.begin(nowUs);
  for (let look = 0; atUs.length < frames; look++) {
    nowUs = Math.max(nowUs, pacing.nextUs) + (stalls[look] ?? 0);
    const count = pacing.take(nowUs, frames - atUs.length);
    for (let n = 0; n < count; n++) atUs.push(nowUs - 5 * S);
  }
  return atUs;
}

test("Pacing: the first frame at once, the others evenly after it", () => {
  assert.deepEqual(play(1000, 4), [0, 1 * MS, 2 * MS, 3 * MS]);
  assert.equal(play(100_000, 10_000).at(-1), 9999 * 10);
});

test("Pacing: a short stall is made up for, a long one is not", () => {
  assert.deepEqual(play(1000, 5, { 1: 2 * MS }), [0, 3 * MS, 3 * MS, 3 * MS, 4 * MS]);
  const after = play(1000, 40, { 1: 500 * MS });
  assert.equal(after.filter((us) => us === 501 * MS).length, 11, "10 ms' worth, and the one that was due");
  assert.equal(after.at(-1), 529 * MS);
});

test("Pacing: a pause between rounds is not owed, and a round that begins too soon waits", () => {
  const pacing = new Pacing(1000);
  pacing.begin(0);
  assert.equal(pacing.take(0, 9), 1);
  pacing.begin(1 * S);
  assert.equal(pacing.take(1 * S, 9), 1);
  pacing.begin(1 * S);
  assert.equal(pacing.take(1 * S, 9), 0);
  assert.equal(pacing.nextUs, 1001 * MS);
});

const endless = { count: Number.POSITIVE_INFINITY, deadlineUs: Number.POSITIVE_INFINITY };
const ROUNDS: [string, Partial<Parameters<typeof everyInterval>[0]>, number[]][] = [
  ["a count", { count: 3 }, [0, 1 * S, 2 * S]],
  ["a deadline", { deadlineUs: 2.5 * S }, [0, 1 * S, 2 * S]],
  ["a deadline, at which nothing begins", { deadlineUs: 2 * S }, [0, 1 * S]],
  ["both, of which the first ends it", { count: 2, deadlineUs: 9 * S }, [0, 1 * S]],
  ["no pause", { count: 3, intervalUs: 0 }, [0, 0, 0]],
];
for (const [name, more, wanted] of ROUNDS) {
  test(`everyInterval(): rounds up to ${name}`, () => {
    const rounds = [...everyInterval({ forms: ["request"], intervalUs: 1 * S, ...endless, ...more })];
    assert.deepEqual(
      rounds.map(({ afterUs }) => afterUs),
      wanted,
    );
    assert.deepEqual(
      rounds.map(({ n }) => n),
      wanted.map((_, n) => n + 1),
    );
  });
}

/** At which times a frame of each kind leaves for one address of each family, in ms. */
function kindsOf(name: PresetName): Record<string, number[]> {
  const found: Record<string, number[]> = { request: [], reply: [], ipv6: [] };
  for (const { forms, afterUs, hasIpv6 } of PRESETS[name].rounds) {
    for (const form of forms) found[form]!.push(afterUs / MS);
    if (hasIpv6) found["ipv6"]!.push(afterUs / MS);
  }
  return found;
}

const KINDS: [PresetName, Record<string, number[]>][] = [
  [
    "keepalived",
    {
      request: [0, 0, 0, 0, 0, 5000, 5000, 5000, 5000, 5000],
      reply: [],
      ipv6: [0, 0, 0, 0, 0, 5000, 5000, 5000, 5000, 5000],
    },
  ],
  [
    "pacemaker",
    { request: [0, 200, 400, 600, 800], reply: [100, 300, 500, 700, 900], ipv6: [0, 200, 400, 600, 800] },
  ],
  [
    "metallb",
    {
      request: [0, 1100, 2200, 3300, 4400],
      reply: [0, 1100, 2200, 3300, 4400],
      ipv6: [0, 1100, 2200, 3300, 4400],
    },
  ],
  ["rfc9568", { request: [0], reply: [], ipv6: [0] }],
];
for (const [name, wanted] of KINDS) {
  test(`preset ${name}: what leaves when`, () => assert.deepEqual(kindsOf(name), wanted));
}
