import assert from "node:assert/strict";
import test from "node:test";
import { OutageTracker } from "./outage.ts";

const GRACE = 50;

/** One ask at each of 0, 10, 20 …; "." is answered at once, "x" never. */
function run(pattern: string): ReturnType<OutageTracker["summarise"]> {
  const tracker = new OutageTracker(GRACE);
  [...pattern].forEach((mark, n) => {
    tracker.ask(n * 10);
    if (mark === ".") tracker.answer(n, n * 10 + 1);
  });
  return tracker.summarise(pattern.length * 10 + 1000);
}

const PATTERNS: [string, [number, number | undefined, number][]][] = [
  ["", []],
  ["....", []],
  ["..xx..", [[20, 40, 2]]],
  [
    "..x.x..",
    [
      [20, 30, 1],
      [40, 50, 1],
    ],
  ],
  ["xx..", [[0, 20, 2]]],
  ["..xx", [[20, undefined, 2]]],
];
for (const [pattern, outages] of PATTERNS) {
  test(`OutageTracker finds the outages of "${pattern}"`, () => {
    const summary = run(pattern);
    assert.deepEqual(
      summary.outages.map(({ startUs, endUs, lost }) => [startUs, endUs, lost]),
      outages,
    );
    assert.equal(summary.asked, pattern.length);
    assert.equal(summary.lost, [...pattern].filter((mark) => mark === "x").length);
    const lastUs = (pattern.length - 1) * 10;
    assert.equal(summary.longestUs, Math.max(0, ...outages.map(([start, end]) => (end ?? lastUs) - start)));
    assert.equal(summary.isAway, pattern.endsWith("x"));
  });
}

test("OutageTracker counts an answer after the grace as none, and a second one not at all", () => {
  const tracker = new OutageTracker(GRACE);
  tracker.ask(0);
  tracker.answer(0, GRACE + 1);
  tracker.ask(10);
  tracker.answer(1, 11);
  tracker.answer(1, 12);
  tracker.answer(99, 12);
  assert.equal(tracker.summarise(1000).lost, 1);
});

test("OutageTracker tells of an outage as soon as it can be known", () => {
  const tracker = new OutageTracker(GRACE);
  tracker.ask(0);
  assert.deepEqual(tracker.look(GRACE), []);
  assert.deepEqual(tracker.look(GRACE + 1), [{ type: "lost", startUs: 0 }]);
  const n = tracker.ask(100);
  tracker.answer(n, 101);
  assert.deepEqual(tracker.look(102), [{ type: "back", outage: { startUs: 0, endUs: 100, lost: 1 } }]);
});

test("OutageTracker.answerNewest() gives an unnumbered answer to the newest ask of the last moments", () => {
  const tracker = new OutageTracker(1000);
  for (const atUs of [0, 100, 200]) tracker.ask(atUs);
  tracker.answerNewest(201, 150);
  tracker.answerNewest(202, 150);
  tracker.answerNewest(203, 150);
  assert.deepEqual(
    tracker.summarise(5000).outages.map(({ startUs, endUs }) => [startUs, endUs]),
    [[0, 100]],
  );
});

test("OutageTracker.answerNewest() shifts nothing after an outage", () => {
  const tracker = new OutageTracker(50);
  for (let n = 0; n < 20; n++) {
    tracker.ask(n * 2);
    if (n >= 10) tracker.answerNewest(n * 2 + 1, 5);
  }
  const { lost, outages } = tracker.summarise(1000);
  assert.deepEqual([lost, outages.length, outages[0]?.endUs], [10, 1, 20]);
});
