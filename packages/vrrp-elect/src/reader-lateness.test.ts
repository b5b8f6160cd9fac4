import assert from "node:assert/strict";
import test from "node:test";
import { ReaderLateness } from "./reader-lateness.ts";

const LEASE_MS = 250;

/** Each line: when, what happens, what is said of it. "late" begins, "unread" and "read" look each 10 ms up to then. */
type Script = readonly (readonly [ms: number, event: "late" | "unread" | "read", verdict?: string])[];

const SCRIPTS: readonly (readonly [name: string, script: Script])[] = [
  [
    "trusts a reader that was late once as soon as it has read",
    [
      [0, "late"],
      [10, "unread", "wait"],
      [20, "read", "back"],
    ],
  ],
  [
    "gives up a reader that reads nothing for a second",
    [
      [0, "late"],
      [990, "unread", "wait"],
      [1000, "unread", "frozen"],
    ],
  ],
  [
    "waits a lease, then twice as long, for one that is late again",
    [
      [0, "late"],
      [10, "read", "back"],
      [300, "late"],
      [540, "read", "wait"],
      [550, "read", "back"],
      [800, "late"],
      [1290, "read", "wait"],
      [1300, "read", "back"],
    ],
  ],
  [
    "gives up one that is late again no later",
    [
      [0, "late"],
      [10, "read", "back"],
      [300, "late"],
      [1300, "unread", "frozen"],
    ],
  ],
  [
    "trusts one that was in time for ten seconds",
    [
      [0, "late"],
      [10, "read", "back"],
      [10_010, "late"],
      [10_020, "read", "back"],
    ],
  ],
];

for (const [name, script] of SCRIPTS) {
  test(`ReaderLateness ${name}`, () => {
    const lateness = new ReaderLateness();
    let lookedMs = 0;
    for (const [ms, event, verdict] of script) {
      if (event === "late") {
        lateness.late(ms * 1000, LEASE_MS * 1000);
        lookedMs = ms;
        continue;
      }
      for (lookedMs += 10; lookedMs < ms; lookedMs += 10)
        assert.equal(lateness.look(lookedMs * 1000, event === "read"), "wait", `at ${lookedMs} ms`);
      assert.equal(lateness.look(ms * 1000, event === "read"), verdict, `at ${ms} ms`);
    }
  });
}

test("ReaderLateness does not give up a reader because we were held up ourselves", () => {
  const lateness = new ReaderLateness();
  lateness.late(0, LEASE_MS * 1000);
  assert.equal(lateness.look(5_000_000, false), "wait");
  assert.equal(lateness.look(5_010_000, true), "back");
});

test("ReaderLateness trusts one that was in time for five leases, if that is more than ten seconds", () => {
  const [lateness, leaseUs] = [new ReaderLateness(), 25_000_000];
  lateness.late(0, leaseUs);
  assert.equal(lateness.look(10_000, true), "back");
  lateness.late(124_000_000, leaseUs);
  assert.equal(lateness.look(124_010_000, true), "wait");
});

test("ReaderLateness never waits longer than five seconds for one that has read", () => {
  const lateness = new ReaderLateness();
  let nowUs = 0;
  for (let n = 0; n < 20; n += 1) {
    lateness.late(nowUs, LEASE_MS * 1000);
    for (const endUs = nowUs + 5_000_000; nowUs < endUs; nowUs += 10_000) lateness.look(nowUs, true);
    assert.equal(lateness.look(nowUs, true), "back", `the ${n + 1}th time`);
  }
});
