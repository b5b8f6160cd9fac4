/** When rounds leave, by a clock that the test moves. */
import assert from "node:assert/strict";
import test from "node:test";
import { REPAIR_EVERY_US, REPAIRS_AT_ONCE } from "./repair-budget.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";

const S = 1_000_000;
const PLAIN: ScheduleOptions = { againAfterUs: 0, againEveryUs: 0, refreshUs: 0 };

/** All rounds up to a time, each as `seconds: n forms`. */
function playTo(schedule: Schedule, endUs: number): string[] {
  const rounds: string[] = [];
  for (let atUs = schedule.deadlineUs(); atUs !== undefined && atUs <= endUs; atUs = schedule.deadlineUs()) {
    const { n, forms } = schedule.take(atUs)!;
    rounds.push(`${atUs / S}: ${n} ${forms.join("+")}`);
  }
  return rounds;
}

const TAKEN: [string, Partial<ScheduleOptions>, number, string[]][] = [
  [
    "requests at once, replies 1.1 s later, both again",
    { againAfterUs: 5 * S },
    100 * S,
    ["10: 1 request", "11.1: 2 reply", "15: 3 request+reply"],
  ],
  [
    "a refresh goes on, from when it was sent",
    { refreshUs: 60 * S },
    140 * S,
    ["10: 1 request", "11.1: 2 reply", "70: 3 request", "130: 4 request"],
  ],
  [
    "both again and again, and what is due together is one round",
    { againAfterUs: 5 * S, againEveryUs: 1.1 * S },
    100 * S,
    [
      "10: 1 request",
      "11.1: 2 request+reply",
      "12.2: 3 request+reply",
      "13.3: 4 request+reply",
      "14.4: 5 request+reply",
    ],
  ],
];
for (const [name, options, endUs, wanted] of TAKEN) {
  test(`Schedule.begin(): ${name}`, () => {
    const schedule = new Schedule({ ...PLAIN, ...options });
    schedule.begin(10 * S);
    assert.deepEqual(playTo(schedule, endUs), wanted);
  });
}

test("Schedule.take() is undefined before the time has come, and gathers what was held back", () => {
  const schedule = new Schedule({ ...PLAIN, refreshUs: 60 * S });
  schedule.begin(0);
  assert.deepEqual(schedule.take(2 * S), { n: 1, forms: ["request", "reply"] });
  assert.equal(schedule.take(59 * S), undefined);
  assert.deepEqual(schedule.take(61 * S), { n: 2, forms: ["request"] });
  assert.equal(schedule.deadlineUs(), 121 * S);
});

test("Schedule: taking again begins anew, losing cancels all, repairs too", () => {
  const schedule = new Schedule({ againAfterUs: 5 * S, againEveryUs: 0, refreshUs: 60 * S });
  schedule.begin(0);
  schedule.take(0);
  schedule.begin(1 * S);
  assert.deepEqual(schedule.take(1 * S), { n: 1, forms: ["request"] });
  schedule.repair(20 * S);
  schedule.cancel();
  assert.equal(schedule.deadlineUs(), undefined);
  assert.deepEqual(playTo(schedule, 1000 * S), []);
});

/** Times of trouble in seconds, after an address that was taken at 0, and the rounds that come of it after 10 s. */
const REPAIRS: [string, number[], string[]][] = [
  ["at once, and once more when locktime is over", [20], ["20: 3 request", "21.1: 4 reply"]],
  ["trouble that is reported twice is one repair", [20, 20.005], ["20: 3 request", "21.1: 4 reply"]],
  [
    "what happens after a repair is answered anew, and the repetition put off",
    [20, 20.5],
    ["20: 3 request", "20.5: 4 request", "21.6: 5 reply"],
  ],
  [
    "more than there is a budget for waits for it, as one",
    [20, 20.3, 20.6, 20.9, 21.2, 21.5],
    [
      "20: 3 request",
      "20.3: 4 request",
      "20.6: 5 request",
      "20.9: 6 request",
      "22: 7 request+reply",
      "23.1: 8 reply",
    ],
  ],
];
for (const [name, atS, wanted] of REPAIRS) {
  test(`Schedule.repair(): ${name}`, () => {
    const schedule = new Schedule(PLAIN);
    schedule.begin(0);
    playTo(schedule, 10 * S);
    const rounds = atS.flatMap((seconds) => {
      const before = playTo(schedule, seconds * S - 1);
      schedule.repair(seconds * S);
      return [...before, ...playTo(schedule, seconds * S)];
    });
    assert.deepEqual([...rounds, ...playTo(schedule, 100 * S)], wanted);
  });
}

test("Schedule.repair(): trouble right after taking is covered by the round that follows", () => {
  const schedule = new Schedule(PLAIN);
  schedule.begin(0);
  schedule.take(0);
  assert.equal(schedule.repair(0.1 * S), false);
  assert.deepEqual(playTo(schedule, 100 * S), ["1.1: 2 reply"]);
  assert.equal(schedule.repair(1.2 * S), true, "there is no other round to come");
});

test("Schedule.repair(): a flood of conflicts costs so many rounds in any time, and the last one is answered", () => {
  const schedule = new Schedule(PLAIN);
  schedule.begin(0);
  playTo(schedule, 10 * S);
  const atUs: number[] = [];
  const lastUs = 70 * S;
  for (let nowUs = 10 * S; nowUs <= 100 * S; nowUs += 1000) {
    if (nowUs <= lastUs) schedule.repair(nowUs);
    if (schedule.take(nowUs) !== undefined) atUs.push(nowUs);
  }
  const windowUs = 10 * S;
  const most = 2 * (REPAIRS_AT_ONCE + windowUs / REPAIR_EVERY_US);
  for (const [n, fromUs] of atUs.entries()) {
    const inWindow = atUs.slice(n).filter((us) => us < fromUs + windowUs).length;
    assert.ok(inWindow <= most, `${inWindow} rounds in ${windowUs} us from ${fromUs}, needs at most ${most}`);
  }
  assert.ok(atUs.length >= 60 / (REPAIR_EVERY_US / S), `${atUs.length} rounds: it goes on repairing`);
  assert.ok(atUs.at(-1)! > lastUs, "what came last is answered after it");
});
