import assert from "node:assert/strict";
import test from "node:test";
import { failed, type Outcome, passed } from "./check.ts";
import type { Health } from "./health.ts";
import { trackBody } from "./told.ts";

const OK: Health = { state: "ok", failures: 0 };
const FAILED: Health = { state: "failed", successes: 0 };
const WEB = { name: "web", everyUs: 1_000_000, weight: undefined };
const bodyOf = (health: Health, outcome: Outcome, weight?: number) =>
  trackBody({ ...WEB, weight }, health, { outcome, tookUs: 1500 });

test("trackBody() tells the last run and the interval", () => {
  assert.deepEqual(bodyOf(OK, passed("connected")), {
    type: "track.state",
    name: "web",
    ok: true,
    detail: "connected",
    took_ms: 1.5,
    interval_ms: 1000,
  });
});

test("trackBody() of a check without a result is not ok", () => {
  const body = trackBody(WEB, { state: "unknown" }, undefined);
  assert.deepEqual([body.ok, body.detail, body.took_ms], [false, "no result yet", undefined]);
});

test("trackBody() tells what is believed, not what the last run found", () => {
  assert.equal(bodyOf({ state: "ok", failures: 1 }, failed("ECONNREFUSED")).ok, true);
  assert.equal(bodyOf({ state: "failed", successes: 1 }, passed()).ok, false);
});

test("trackBody() carries a weight whether the check passes or not", () => {
  assert.deepEqual(
    [OK, FAILED].map((health) => bodyOf(health, passed(), -20).weight),
    [-20, -20],
  );
});

const SCORES: readonly (readonly [score: number, ok: boolean, weight: number | undefined])[] = [
  [0, true, undefined],
  [20, true, 20],
  [-20, false, -20],
  [1000, true, 254],
  [-253, false, -253],
  [-254, false, undefined],
  [-1000, false, undefined],
];
for (const [score, ok, weight] of SCORES) {
  test(`trackBody() of a file worth ${score} is ${ok ? "ok" : "not ok"} with weight ${weight}`, () => {
    const body = bodyOf(OK, { hasPassed: true, score });
    assert.deepEqual([body.ok, body.weight], [ok, weight]);
  });
}

test("trackBody() keeps details short and harmless", () => {
  const { detail } = bodyOf(FAILED, failed(`\u001b[2J${"x".repeat(500)}`));
  assert.match(detail!, /^\\x1b\[2Jx+…$/);
  assert.equal([...detail!].length, 120);
});
