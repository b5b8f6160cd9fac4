import assert from "node:assert/strict";
import test from "node:test";
import { AnswerTimes } from "./answer-times.ts";

function timesOf(us: Iterable<number>): AnswerTimes {
  const times = new AnswerTimes();
  for (const one of us) times.add(one);
  return times;
}

/** What a sorted list of all of them says. */
function exactUs(us: readonly number[], share: number): number {
  const sorted = us.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

const range = (count: number, of: (n: number) => number): number[] =>
  Array.from({ length: count }, (_, n) => of(n));

const SETS: readonly (readonly [name: string, us: readonly number[]])[] = [
  ["one answer", [137]],
  ["one answer at once", [0]],
  ["every microsecond to 5 ms", range(5000, (n) => n)],
  ["seconds and hours", range(400, (n) => 1.06 ** n)],
  ["most quick, few slow", [...range(990, () => 90), ...range(10, (n) => 1_000_000 + n)]],
  ["around each power of two", range(60, (n) => 2 ** Math.floor(n / 2) - (n % 2))],
];
for (const [name, us] of SETS) {
  test(`AnswerTimes.percentileUs() is at most 3.2 % above the exact one: ${name}`, () => {
    const times = timesOf(us);
    for (const share of [0, 0.5, 0.95, 0.99, 1]) {
      const exact = Math.round(exactUs(us, share));
      const found = times.percentileUs(share)!;
      assert.ok(found >= exact && found <= exact * 1.032, `${share}: ${found} for ${exact}`);
    }
    assert.equal(times.maxUs, Math.round(Math.max(...us)));
    assert.equal(times.percentileUs(1), times.maxUs);
  });
}

test("AnswerTimes.percentileUs() of no answer is none", () => {
  assert.equal(new AnswerTimes().percentileUs(0.5), undefined);
});
