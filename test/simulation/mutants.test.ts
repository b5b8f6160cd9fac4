/** Each mutant of the election breaks a claim, and the one that is shipped does not. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { SEED } from "./claims.ts";
import { type Machine, SHIPPED } from "./machine.ts";
import {
  DEAF_TO_GOODBYES,
  FORGETS_ITS_READER,
  FORGETS_PREPARATION,
  JUDGES_BEFORE_DRAINING,
  LEASES_TOO_LONG,
  NEVER_PREEMPTS,
  PREEMPTS_THE_BETTER,
  SPEAKS_UNHEARD,
  WITHOUT_COHESION,
  WITHOUT_SKEW,
  WITHOUT_TIE_BREAK,
} from "./mutants.ts";
import { type Limits, scenarios } from "./plans.ts";
import type { Scenario } from "./scenario.ts";
import { deaths, farewells } from "./staged.ts";
import { takesOverFromTheDead, takesOverFromTheLeaver } from "./takeovers.ts";
import { hasOneVoice, keeps, settles, type Verdict } from "./verdicts.ts";
import { simulate } from "./world.ts";

const CLEAR: Limits = {
  kinds: ["freeze", "crash", "stop", "unplug", "priority"],
  networks: 1,
  isLossy: false,
  isMixed: false,
  length: 40,
  events: 12,
};
const FROZEN: Limits = { ...CLEAR, kinds: ["freeze"] };
const RUNS = 200;

interface Row {
  /** What it does wrong. */
  readonly name: string;
  readonly mutant: Machine;
  readonly scenarios: fc.Arbitrary<Scenario>;
  readonly verdict: Verdict;
}

const ROWS: readonly Row[] = [
  { name: "no preemption", mutant: NEVER_PREEMPTS, scenarios: scenarios(CLEAR), verdict: settles },
  {
    name: "preemption of the better",
    mutant: PREEMPTS_THE_BETTER,
    scenarios: scenarios(CLEAR),
    verdict: settles,
  },
  { name: "a skew of 0 for all", mutant: WITHOUT_SKEW, scenarios: deaths, verdict: takesOverFromTheDead },
  {
    name: "a timer believed before the packets that wait",
    mutant: JUDGES_BEFORE_DRAINING,
    scenarios: scenarios(FROZEN),
    verdict: keeps("drain"),
  },
  {
    name: "leases that outlive patience",
    mutant: LEASES_TOO_LONG,
    scenarios: scenarios(FROZEN),
    verdict: hasOneVoice,
  },
  {
    name: "goodbyes that nobody hears",
    mutant: DEAF_TO_GOODBYES,
    scenarios: farewells,
    verdict: takesOverFromTheLeaver,
  },
  {
    name: "ties that nobody breaks",
    mutant: WITHOUT_TIE_BREAK,
    scenarios: scenarios(CLEAR),
    verdict: settles,
  },
  {
    name: "a preparation that is not taken back",
    mutant: FORGETS_PREPARATION,
    scenarios: scenarios(CLEAR),
    verdict: keeps("preparation"),
  },
  {
    name: "a voice that nobody acts for",
    mutant: SPEAKS_UNHEARD,
    scenarios: scenarios({ ...CLEAR, kinds: ["unread"] }),
    verdict: keeps("silence"),
  },
  {
    name: "a hold that is forgotten",
    mutant: FORGETS_ITS_READER,
    scenarios: scenarios({ ...CLEAR, kinds: ["unread"] }),
    verdict: keeps("silence"),
  },
  {
    name: "a group that goes several ways",
    mutant: WITHOUT_COHESION,
    scenarios: scenarios({ ...CLEAR, networks: 2 }),
    verdict: settles,
  },
];

/** @returns after how many scenarios the verdict failed; undefined if it never did. */
function failsAfter({ scenarios: all, verdict }: Row, machine: Machine, numRuns: number): number | undefined {
  const property = fc.property(all, (scenario) => verdict(simulate(scenario, machine)));
  const result = fc.check(property, { seed: SEED, numRuns, endOnFailure: true });
  return result.failed ? result.numRuns : undefined;
}

for (const row of ROWS) {
  test(`the claims notice ${row.name}`, (t) => {
    const runs = failsAfter(row, row.mutant, RUNS);
    assert.ok(runs !== undefined, `not noticed in ${RUNS} scenarios`);
    t.diagnostic(`after ${runs} scenarios`);
    assert.equal(failsAfter(row, SHIPPED, runs), undefined);
  });
}
