/**
 * A claim about every scenario of a class, tried on many of them.
 *
 * A failure names the seed and the shrunk scenario: that becomes a row of the table of regressions.
 *
 * @module
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import fc from "fast-check";
import { IS_FULL } from "../lab/stage.ts";
import type { Scenario } from "./scenario.ts";
import type { Verdict } from "./verdicts.ts";
import type { Tally } from "./watch.ts";
import { simulate } from "./world.ts";

export interface Claim {
  readonly scenarios: fc.Arbitrary<Scenario>;
  readonly verdicts: readonly Verdict[];
  /** How many scenarios on an ordinary day. */
  readonly runs: number;
  /** What must really have happened in them. */
  readonly needs: readonly string[];
}

const FULL_TIMES = 8;
/** `VIPTOOLS_SEED` repeats a run; ordinary days have one and the same. */
export const SEED: number = Number(process.env["VIPTOOLS_SEED"] ?? (IS_FULL ? Date.now() % 2 ** 30 : 1));

const total = { claims: 0, intervals: 0, ms: 0 };

export function claim(name: string, { scenarios, verdicts, runs, needs }: Claim): void {
  // Each claim has scenarios of its own.
  const seed = SEED + total.claims++;
  test(name, (t) => {
    const tally: Tally = {};
    const startMs = performance.now();
    const property = fc.property(scenarios, (scenario) => {
      const report = simulate(scenario);
      for (const verdict of verdicts) verdict(report);
      for (const [what, number] of Object.entries(report.counts)) tally[what] = (tally[what] ?? 0) + number;
    });
    const result = fc.check(property, { seed, numRuns: runs * (IS_FULL ? FULL_TIMES : 1) });
    if (result.failed) {
      const { numRuns, numShrinks, counterexample, errorInstance } = result;
      const what = `scenario ${numRuns} of seed ${seed}, shrunk ${numShrinks} times`;
      throw new Error(`${what}: ${JSON.stringify(counterexample?.[0])}`, { cause: errorInstance });
    }
    const { intervals = 0, ...others } = tally;
    const tookMs = performance.now() - startMs;
    total.intervals += intervals;
    total.ms += tookMs;
    t.diagnostic(`VIPTOOLS_SEED=${SEED}: ${intervals} advert intervals in ${Math.round(tookMs)} ms`);
    t.diagnostic(figures(others));
    for (const what of needs) assert.ok((tally[what] ?? 0) > 0, `${what}: needs some`);
  });
}

/** What all claims before it came to. */
export function sumUp(t: TestContext): void {
  const { intervals, ms } = total;
  t.diagnostic(`${intervals} advert intervals of network time in ${Math.round(ms)} ms`);
  assert.ok(!IS_FULL || intervals >= 1_000_000, `${intervals} advert intervals: needs a million`);
}

function figures(tally: Tally): string {
  return Object.entries(tally)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, number]) => `${what} ${number}`)
    .join(", ");
}
