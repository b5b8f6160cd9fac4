import assert from "node:assert/strict";
import test from "node:test";
import { ReaderLateness } from "./reader-lateness.ts";

const LEASE_MS = 250;

/** Each line: when, what happens, what is said of it. "late" begins, "unread" and "read" look. */
type Script = readonly (readonly [ms: number, event: "late" | "unread" | "read", verdict?: string])[];

const SCRIPTS: readonly (readonly [name: string, script: Script])[] = [
  [
    "trusts a reader that was late once as soon as it has read",
    [
      [0, "late"],
      [5, "unread", "wait"],
      [10, "read", "back"],
    ],
  ],
  [
    "gives up a reader that reads nothing for a second",
    [
      [0, "late"],
      [999, "unread", "wait"],
      [1000, "unread", "frozen"],
    ],
  ],
  [
    "waits a lease, then twice as long, for one that is late again",
    [
      [0, "late"],
      [10, "read", "back"],
      [300, "late"],
      [549, "read", "wait"],
      [550, "read", "back"],
      [800, "late"],
      [1299, "read", "wait"],
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
      [10_011, "read", "back"],
    ],
  ],
];

for (const [name, script] of SCRIPTS) {
  test(`ReaderLateness ${name}`, () => {
    const lateness = new ReaderLateness();
    for (const [ms, event, verdict] of script) {
      if (event === "late") lateness.late(ms * 1000, LEASE_MS * 1000);
      else assert.equal(lateness.look(ms * 1000, event === "read"), verdict, `at ${ms} ms`);
    }
  });
}

test("ReaderLateness never waits longer than five seconds for one that has read", () => {
  const lateness = new ReaderLateness();
  let nowUs = 0;
  for (let n = 0; n < 20; n += 1) {
    lateness.late(nowUs, LEASE_MS * 1000);
    nowUs += 5_000_000;
    assert.equal(lateness.look(nowUs, true), "back", `the ${n + 1}th time`);
  }
});
