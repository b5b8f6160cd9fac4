import assert from "node:assert/strict";
import test from "node:test";
import { type OutageEvent, type OutageSummary, OutageTracker } from "./outage.ts";

const GRACE = 50;

/** One ask at each of 0, 10, 20 …; "." is answered at once, "x" never. */
function run(pattern: string): { summary: OutageSummary; outages: Told[]; fates: string } {
  let fates = "";
  const tracker = new OutageTracker(GRACE, (_, { answeredAtUs }) => {
    fates += answeredAtUs === undefined ? "x" : ".";
  });
  const events: OutageEvent[] = [];
  [...pattern].forEach((mark, n) => {
    tracker.ask(n * 10);
    if (mark === ".") tracker.answer(n, n * 10 + 1);
    events.push(...tracker.look(n * 10 + 2));
  });
  const endUs = pattern.length * 10 + 1000;
  events.push(...tracker.look(endUs));
  return { summary: tracker.summarise(endUs), outages: outagesOf(events), fates };
}

type Told = [startUs: number, endUs: number | undefined, lost: number | undefined];

/** One that has not ended has a beginning only. */
function outagesOf(events: readonly OutageEvent[]): Told[] {
  const outages: Told[] = [];
  for (const event of events) {
    if (event.type === "lost") outages.push([event.startUs, undefined, undefined]);
    else outages.splice(-1, 1, [event.outage.startUs, event.outage.endUs, event.outage.lost]);
  }
  return outages;
}

const PATTERNS: [string, Told[]][] = [
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
  ["..xx", [[20, undefined, undefined]]],
  [
    `${".".repeat(5000)}xx${".".repeat(5000)}x.`,
    [
      [50_000, 50_020, 2],
      [100_020, 100_030, 1],
    ],
  ],
];
for (const [pattern, outages] of PATTERNS) {
  const name = pattern.length > 20 ? `${pattern.length} asks` : `"${pattern}"`;
  test(`OutageTracker finds the outages of ${name}`, () => {
    const told = run(pattern);
    assert.deepEqual(told.outages, outages);
    assert.equal(told.fates, pattern);
    const lastUs = (pattern.length - 1) * 10;
    assert.deepEqual(told.summary, {
      asked: pattern.length,
      lost: [...pattern].filter((mark) => mark === "x").length,
      outages: outages.length,
      longestUs: Math.max(0, ...outages.map(([start, end]) => (end ?? lastUs) - start)),
      isAway: pattern.endsWith("x"),
    });
  });
}

test("OutageTracker counts an answer after the grace as none, and a second one not at all", () => {
  const tracker = new OutageTracker(GRACE);
  tracker.ask(0);
  assert.equal(tracker.answer(0, GRACE + 1), false);
  tracker.ask(10);
  assert.equal(tracker.answer(1, 11), true);
  assert.equal(tracker.answer(1, 12), false);
  assert.equal(tracker.answer(99, 12), false);
  assert.equal(tracker.summarise(1000).lost, 1);
});

test("OutageTracker tells of an outage as soon as it can be known, and who answered around it", () => {
  const tracker = new OutageTracker(GRACE);
  tracker.answer(tracker.ask(0), 1, { mac: "02:00:00:00:00:01" });
  const entry = { neighbour: { state: "REACHABLE", mac: "02:00:00:00:00:01" } };
  tracker.ask(10, entry);
  assert.deepEqual(tracker.look(10 + GRACE), []);
  tracker.answer(tracker.ask(30), 31, { mac: "02:00:00:00:00:02" });
  const macBefore = "02:00:00:00:00:01";
  assert.deepEqual(tracker.look(10 + GRACE + 1), [
    { type: "lost", startUs: 10, sight: entry, macBefore },
    {
      type: "back",
      outage: { startUs: 10, endUs: 30, lost: 1 },
      sight: { mac: "02:00:00:00:00:02" },
      macBefore,
    },
  ]);
});

test("OutageTracker.answerUnnumbered() gives an answer to the newest ask, and what is left over to the last moments", () => {
  const tracker = new OutageTracker(1000);
  for (const atUs of [0, 100, 200]) tracker.ask(atUs);
  const counts = [201, 202, 203].map((atUs) => tracker.answerUnnumbered(atUs, 150));
  assert.deepEqual(counts, [true, true, false]);
  assert.deepEqual(outagesOf(tracker.look(5000)), [[0, 200, 1]]);
});

test("OutageTracker.answerUnnumbered() shifts nothing after an outage", () => {
  const tracker = new OutageTracker(50);
  for (let n = 0; n < 20; n++) {
    tracker.ask(n * 2);
    if (n >= 10) tracker.answerUnnumbered(n * 2 + 1, 5);
  }
  assert.deepEqual(outagesOf(tracker.look(1000)), [[0, 20, 10]]);
});

test("OutageTracker.answerUnnumbered() books answers that are read together each on its own ask", () => {
  const tracker = new OutageTracker(1000);
  for (let n = 0; n < 20; n++) tracker.ask(n * 50);
  for (let n = 0; n < 20; n++) tracker.answerUnnumbered(n * 50 + 4, 5);
  assert.deepEqual(outagesOf(tracker.look(5000)), []);
});

test("OutageTracker.answerUnnumbered() knows that a process may be held up before it sends", () => {
  const tracker = new OutageTracker(1000);
  tracker.sent(tracker.ask(0), 100);
  tracker.ask(110);
  assert.equal(tracker.answerUnnumbered(111, 5), true);
  assert.equal(tracker.answerUnnumbered(104, 5), true);
  assert.deepEqual(outagesOf(tracker.look(5000)), []);
});

test("OutageTracker.answerUnnumbered() takes an answer that is slow, and none before it was asked", () => {
  const tracker = new OutageTracker(1000);
  tracker.ask(0);
  assert.equal(tracker.answerUnnumbered(-1, 5), false);
  assert.equal(tracker.answerUnnumbered(300, 5), true);
  assert.equal(tracker.answerUnnumbered(301, 5), false);
});

/** Milliseconds around the moment when an address came, one ask each 10 ms, and when each was answered. */
type Answered = (atMs: number) => number | undefined;
/** The kernel keeps what waits for a neighbour, until its socket has no more room. */
const BY_QUEUE: Answered = (atMs) => {
  if (atMs < -758 || (atMs >= -238 && atMs < 232)) return undefined;
  return atMs < 232 ? 231 + (atMs + 758) / 1000 : atMs + 0.1;
};
const LATE: readonly (readonly [name: string, answered: Answered, outages: Told[]])[] = [
  ["asks that waited in a queue, and lost ones behind them", BY_QUEUE, [[-1828, 232, 154]]],
  [
    "asks that all waited in a queue",
    (atMs) => (atMs < -758 ? undefined : Math.max(atMs + 0.1, 231)),
    [[-1828, 232, 107]],
  ],
  [
    "two losses in a network that takes 500 ms",
    (atMs) => (atMs < -758 || (atMs >= -238 && atMs < 232) ? undefined : atMs + 500),
    [
      [-1828, -758, 107],
      [-238, 232, 47],
    ],
  ],
  [
    "a network that takes 500 to 700 ms",
    (atMs) => (atMs < -758 ? undefined : atMs + 500 + ((atMs + 2000) % 7) * 30),
    [[-1828, -758, 107]],
  ],
];
for (const [name, answered, outages] of LATE) {
  test(`OutageTracker finds the outages of ${name}`, () => {
    const tracker = new OutageTracker(1000);
    const events: OutageEvent[] = [];
    const waiting: [n: number, atMs: number][] = [];
    for (let nowMs = -1828; nowMs <= 2000; nowMs += 10) {
      while (waiting.length > 0 && waiting[0]![1] <= nowMs) {
        const [n, atMs] = waiting.shift()!;
        tracker.answer(n, atMs);
      }
      events.push(...tracker.look(nowMs));
      const n = tracker.ask(nowMs);
      const answerMs = answered(nowMs);
      if (answerMs !== undefined) waiting.push([n, answerMs]);
      waiting.sort(([, one], [, other]) => one - other);
    }
    for (const [n, atMs] of waiting) tracker.answer(n, atMs);
    events.push(...tracker.look(9000));
    assert.deepEqual(outagesOf(events), outages);
    assert.equal(tracker.summarise(9000).isAway, false);
  });
}

test("OutageTracker ends an outage where the last asks had waited, and none was made after them", () => {
  const tracker = new OutageTracker(1000);
  for (let n = 0; n < 5; n++) tracker.ask(n * 100);
  for (let n = 2; n < 5; n++) tracker.answer(n, 410);
  assert.deepEqual(outagesOf(tracker.look(2000)), [[0, 400, 2]]);
});
