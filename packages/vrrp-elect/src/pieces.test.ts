/** The small pure parts: sync groups, deadlines, rivals, the checksum to send. */
import assert from "node:assert/strict";
import test from "node:test";
import { ChecksumChoice } from "./checksum-choice.ts";
import { Deadlines } from "./deadlines.ts";
import { CONFIG } from "./election.fixture.ts";
import { Rivalry } from "./rivalry.ts";
import { StallLog } from "./stall-log.ts";
import { INITIAL, type State, waitFor } from "./states.ts";
import { coordinate } from "./sync-group.ts";

const GROUPED = { ...CONFIG, advertUs: 100_000, isGrouped: true };
const backup: State = waitFor(GROUPED, 100_000, 0);
const ready: State = { ...waitFor(GROUPED, 100_000, 0), isReady: true };
const active: State = { name: "active", advertAtUs: 0, answerFromUs: 0 };
const settling: State = { name: "settling", activeAdvertUs: 0, firstAdvertAtUs: 0 };
const silent: State = {
  name: "silent",
  untilUs: 0,
  reason: "",
};
const leaving: State = { name: "leaving", untilUs: 0, reason: "", next: "backup", hasResigned: false };

const GROUPS: [string, State[], (string | undefined)[]][] = [
  ["waits while one hears an Active", [ready, backup], [undefined, undefined]],
  ["takes over when all are ready", [ready, ready], ["take", "take"]],
  ["completes itself", [active, ready, settling], [undefined, "take", undefined]],
  ["is at rest when all are Active", [active, active], [undefined, undefined]],
  ["yields when one becomes Backup", [active, backup], ["yield", undefined]],
  [
    "yields when one is disabled",
    [INITIAL, active, settling, ready],
    [undefined, "yield", "yield", undefined],
  ],
  ["waits for one that is silent", [silent, active], [undefined, undefined]],
  ["yields, and who is silent too", [silent, active, backup], ["yield", "yield", undefined]],
  ["takes over beside one that is silent", [silent, ready], [undefined, "take"]],
  ["waits while one leaves", [leaving, ready], [undefined, undefined]],
];
for (const [name, members, orders] of GROUPS) {
  test(`coordinate(): a sync group ${name}`, () => assert.deepEqual(coordinate(members), orders));
}

test("Deadlines.next() is the earliest, whatever was moved", () => {
  const deadlines = new Deadlines<string>();
  assert.equal(deadlines.next(), undefined);
  deadlines.set("a", 5);
  deadlines.set("b", 3);
  assert.equal(deadlines.next(), 3);
  deadlines.set("b", 9);
  assert.equal(deadlines.next(), 5);
  deadlines.set("a", undefined);
  assert.equal(deadlines.next(), 9);
  assert.deepEqual(deadlines.due(8), []);
  assert.deepEqual(deadlines.due(9), ["b"]);
  deadlines.set("b", undefined);
  assert.equal(deadlines.next(), undefined);
});

test("Deadlines agrees with a plain search over many moves", () => {
  const deadlines = new Deadlines<number>();
  const plain = new Map<number, number>();
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % below;
  };
  for (let n = 0; n < 20_000; n++) {
    const key = random(20);
    const at = random(5) === 0 ? undefined : random(1000);
    deadlines.set(key, at);
    if (at === undefined) plain.delete(key);
    else plain.set(key, at);
    const earliest = plain.size === 0 ? undefined : Math.min(...plain.values());
    assert.equal(deadlines.next(), earliest);
  }
});

test("Rivalry: one crossing advert is no conflict, a row of them is, a long row goes one way", () => {
  const rivalry = new Rivalry();
  const heard = Array.from({ length: 5 }, () => rivalry.note("192.0.2.9", 0, 3000).cause);
  assert.deepEqual(heard, [undefined, "two_active", "two_active", "one_way", "one_way"]);
  rivalry.forget();
  assert.equal(rivalry.note("192.0.2.9", 0, 3000).cause, undefined);
});

test("Rivalry: a rival is new once, and again when it was silent for long", () => {
  const rivalry = new Rivalry();
  const isNew = [0, 1000, 2000, 4999, 7999, 8000].map((us) => rivalry.note("192.0.2.9", us, 3000).isNew);
  assert.deepEqual(isNew, [true, false, false, false, true, false]);
  const strangers = Array.from({ length: 20 }, (_, n) => rivalry.note(`192.0.2.${n + 100}`, 9000, 3000));
  assert.equal(strangers.filter((one) => one.isNew).length, 15, "a forger is not followed for ever");
});

test("V3-2.5-a StallLog tells the first lateness at once, and then the worst of each second", () => {
  const stalls = new StallLog();
  assert.equal(stalls.due(0), undefined);
  assert.equal(stalls.note(6000, 10_000), 6000);
  const told = Array.from({ length: 99 }, (_, n) => stalls.note(n === 7 ? 9000 : 6000, 20_000 + n * 10_000));
  assert.ok(told.every((lateUs) => lateUs === undefined));
  assert.equal(stalls.note(5000, 1_010_000), 9000);
  assert.equal(stalls.due(9_000_000), undefined);
});

test("V3-5.2.8-d ChecksumChoice learns as Backup, keeps its form as Active, and tells of two forms", () => {
  const choice = new ChecksumChoice("auto");
  assert.equal(choice.form, "pseudo-header");
  assert.equal(choice.hear("rfc9568", false), true);
  assert.equal(choice.form, "pseudo-header");
  const fresh = new ChecksumChoice("auto");
  assert.equal(fresh.hear("rfc9568", true), false);
  assert.equal(fresh.form, "rfc9568");
  assert.equal(fresh.hear("pseudo-header", true), true);
  assert.equal(fresh.form, "pseudo-header");
});

test("ChecksumChoice sends what it is told to, and says that another form is there", () => {
  const choice = new ChecksumChoice("rfc9568");
  assert.equal(choice.hear("pseudo-header", true), true);
  assert.equal(choice.form, "rfc9568");
});
