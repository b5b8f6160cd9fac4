/** Health checks and what they do to a priority. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { effectivePriority, TrackBook } from "./track-book.ts";

const SECOND = 1_000_000;
type Track = RecordOf<"track.state">;
const track = (name: string, ok: boolean, more: Partial<Track> = {}): Track => ({
  v: 1,
  type: "track.state",
  tool: "vip-track",
  host: "a",
  pid: 1,
  ts: "2026-11-25T00:00:00.000000000Z",
  seq: 1,
  name,
  ok,
  ...more,
});

test("effectOn() adds positive weights of checks that pass and negative ones of checks that fail", () => {
  const book = new TrackBook(undefined);
  book.note(track("up", true, { weight: 20 }), 0);
  book.note(track("down", false, { weight: 20 }), 0);
  book.note(track("well", true, { weight: -30 }), 0);
  book.note(track("ill", false, { weight: -40 }), 0);
  assert.deepEqual(book.effectOn(undefined), { weight: -20, failed: [] });
  assert.deepEqual(book.effectOn(["up", "ill"]), { weight: -20, failed: [] });
  assert.deepEqual(book.effectOn(["up"]), { weight: 20, failed: [] });
});

test("effectOn() names failing checks without a weight, and only those that concern", () => {
  const book = new TrackBook(undefined);
  book.note(track("web", false), 0);
  book.note(track("db", true), 0);
  assert.deepEqual(book.effectOn(undefined).failed, ["web"]);
  assert.deepEqual(book.effectOn(["db"]).failed, []);
});

test("tick() lets a check fail that is silent for three of the intervals that it tells", () => {
  const book = new TrackBook(undefined);
  book.note(track("web", true, { interval_ms: 2000 }), 0);
  assert.deepEqual(book.tick(6 * SECOND - 1), []);
  assert.deepEqual(book.tick(6 * SECOND), ["web"]);
  assert.deepEqual(book.effectOn(undefined).failed, ["web"]);
  book.note(track("web", true, { interval_ms: 2000 }), 9 * SECOND);
  assert.deepEqual(book.effectOn(undefined).failed, []);
});

test("tick() learns the interval from the distance of two words", () => {
  const book = new TrackBook(undefined);
  book.note(track("web", true), 0);
  assert.deepEqual(book.tick(10 * SECOND - 1), []);
  book.note(track("web", true), SECOND);
  assert.deepEqual(book.tick(4 * SECOND - 1), []);
  assert.deepEqual(book.tick(4 * SECOND), ["web"]);
});

test("a timeout of the command line counts instead of intervals", () => {
  const book = new TrackBook(SECOND);
  book.note(track("web", true, { interval_ms: 9000 }), 0);
  assert.deepEqual(book.tick(SECOND), ["web"]);
});

test("a check that must be heard counts as failed until it is", () => {
  const book = new TrackBook(SECOND);
  book.expect(["web"], 0);
  assert.deepEqual(book.effectOn(undefined).failed, ["web"]);
  book.note(track("web", true), 10);
  assert.deepEqual(book.effectOn(undefined).failed, []);
});

test("expect() lets a check that was heard be, and has a new one be heard first", () => {
  const book = new TrackBook(SECOND);
  book.note(track("web", true), 0);
  book.expect(["web", "db"], 10);
  assert.deepEqual(book.effectOn(undefined).failed, ["db"]);
  assert.deepEqual(book.missing(), ["db"]);
});

test("note() forgets a check that says its last word, unless it must be heard", () => {
  const book = new TrackBook(SECOND);
  book.expect(["db"], 0);
  for (const name of ["web", "db"]) book.note(track(name, true), 0);
  for (const name of ["web", "db"]) book.note(track(name, true, { is_last: true }), 10);
  assert.deepEqual(book.tick(10 * SECOND), []);
  assert.deepEqual(book.effectOn(undefined).failed, ["db"]);
  assert.deepEqual(book.missing(), ["db"]);
});

test("note() remembers a bounded number of names", () => {
  const book = new TrackBook(undefined);
  const taken = Array.from({ length: 2000 }, (_, n) => book.note(track(`t${n}`, true), 0));
  assert.equal(taken.filter(Boolean).length, 1024);
});

const PRIORITIES: [configured: number, weight: number, effective: number][] = [
  [100, 20, 120],
  [100, -254, 1],
  [200, 254, 254],
  [255, -100, 255],
];
for (const [configured, weight, effective] of PRIORITIES) {
  test(`effectivePriority() of ${configured} with ${weight} is ${effective}`, () => {
    assert.equal(effectivePriority(configured, weight), effective);
  });
}
