import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { firstDueUs, nextDue } from "./schedule.ts";

const SECOND = 1_000_000;

test("firstDueUs() spreads over an interval, and no wider than a second", () => {
  assert.equal(firstDueUs(5, 100_000, 0.5), 50_005);
  assert.equal(firstDueUs(5, 60 * SECOND, 0.5), 500_005);
});

const ROWS: readonly (readonly [
  name: string,
  nowUs: number,
  random: number,
  dueUs: number,
  skipped: number,
])[] = [
  ["a middle number gives the interval", 10, 0.5, SECOND, 0],
  ["0 gives a tenth less", 10, 0, 0.9 * SECOND, 0],
  ["1 gives a tenth more", 10, 1, 1.1 * SECOND, 0],
  ["lateness does not add up", 0.8 * SECOND, 0.5, SECOND, 0],
  ["what has just passed is skipped", SECOND, 0.5, 2 * SECOND, 1],
  ["after a stall nothing is caught up on", 7.5 * SECOND, 0.5, 8 * SECOND, 7],
];
for (const [name, nowUs, random, dueUs, skipped] of ROWS)
  test(`nextDue(): ${name}`, () => assert.deepEqual(nextDue(0, nowUs, SECOND, random), { dueUs, skipped }));

test("nextDue() is after now, and no more than 1.1 intervals after now or the time before", () => {
  const time = fc.integer({ min: 0, max: 3600 * SECOND });
  const every = fc.integer({ min: 10_000, max: 60 * SECOND });
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(time, time, every, random, (lastUs, lateUs, everyUs, number) => {
      const nowUs = lastUs + lateUs;
      const { dueUs } = nextDue(lastUs, nowUs, everyUs, number);
      assert.ok(dueUs > nowUs && dueUs <= Math.max(nowUs, lastUs) + 1.1 * everyUs + 1);
    }),
  );
});

test("nextDue() keeps the interval over many runs, and leads two checks apart", () => {
  const numbers = (seed: number) => (n: number) => ((n * seed) % 997) / 996;
  const play = (random: (n: number) => number): number => {
    let dueUs = 0;
    for (let n = 0; n < 1000; n += 1) dueUs = nextDue(dueUs, dueUs, SECOND, random(n)).dueUs;
    return dueUs;
  };
  const [one, other] = [play(numbers(613)), play(numbers(137))];
  for (const dueUs of [one, other]) assert.ok(Math.abs(dueUs / 1000 / SECOND - 1) < 0.01, String(dueUs));
  assert.notEqual(one, other);
});
