/**
 * Scenarios in which everything has settled before the one thing happens that is looked at.
 *
 * @module
 */
import fc from "fast-check";
import { settledAfterUs } from "./bounds.ts";
import { type Limits, scenarios } from "./plans.ts";
import { configOf, type Disturbance, quietFromUs, type Scenario, WHO_IS_ACTIVE } from "./scenario.ts";

const CALM: Limits = {
  kinds: ["own_mac"],
  networks: 1,
  isLossy: false,
  isMixed: false,
  length: 0,
  events: 0,
};
/** Longer than anything that follows may take. */
const LONG = 3000;

/** Hundredths of an interval after which a fresh start has settled, and so has a hand-over. */
function settledAfter(scenario: Scenario): number {
  const handoverUs = Math.max(...scenario.hosts.map((plan) => configOf(scenario, plan).handoverUs));
  const us = quietFromUs({ ...scenario, script: [] }) + settledAfterUs(scenario) + 2 * handoverUs;
  return Math.ceil((us * 100) / scenario.advertUs);
}

const host = WHO_IS_ACTIVE;

/** The Active dies without a word. */
export const deaths: fc.Arbitrary<Scenario> = fc
  .tuple(
    scenarios(CALM),
    fc.constantFrom("crash", "freeze", "unplug", "choke"),
    fc.integer({ min: 0, max: 99 }),
  )
  .map(([scenario, type, phase]) => {
    const at = settledAfter(scenario) + phase;
    const one = { type, at, host, for: LONG, network: 0, isMidSend: false } as Disturbance;
    return { ...scenario, script: [one] };
  });

/** The Active says goodbye. */
export const farewells: fc.Arbitrary<Scenario> = fc
  .tuple(scenarios(CALM), fc.constantFrom("stop", "resign"), fc.boolean(), fc.integer({ min: 0, max: 99 }))
  .map(([scenario, type, isAbrupt, phase]) => {
    const at = settledAfter(scenario) + phase;
    return { ...scenario, script: [{ type, at, host, for: LONG, isAbrupt } as Disturbance] };
  });

/** One planned step after another, each when the one before has settled; all hand over in two steps. */
export const plannedSteps = (networks: 1 | 2): fc.Arbitrary<Scenario> =>
  fc
    .tuple(
      scenarios({ ...CALM, networks }),
      fc.array(
        fc.record({
          type: fc.constantFrom("stop", "resign", "priority"),
          host: fc.oneof(fc.constant(WHO_IS_ACTIVE), fc.integer({ min: 0, max: 6 })),
          priority: fc.integer({ min: 1, max: 254 }),
          phase: fc.integer({ min: 0, max: 99 }),
        }),
        { maxLength: 6 },
      ),
    )
    .map(([scenario, steps]) => {
      const hosts = scenario.hosts.map((plan) => ({ ...plan, handsOver: true }));
      const calm = { ...scenario, hosts };
      const pause = settledAfter(calm);
      const script = steps.map(({ phase, ...step }, n) => {
        return { ...step, at: pause * (2 * n + 1) + phase, for: pause, isAbrupt: false } as Disturbance;
      });
      return { ...calm, script };
    });
