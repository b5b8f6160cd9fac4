/**
 * How long things may take at most, on the network's clock.
 *
 * @module
 */
import { activeDownUs } from "vrrp-elect/dist/timers.js";
import { configOf, type HostPlan, inUs, rateOf, type Scenario } from "./scenario.ts";

const most = (scenario: Scenario, what: (plan: HostPlan) => number): number =>
  Math.max(...scenario.hosts.map(what));

/** The longest delay of a packet. */
export const delayUs = (scenario: Scenario): number =>
  inUs(scenario, scenario.network.delay + scenario.network.jitter);

export const latenessUs = (scenario: Scenario): number =>
  inUs(
    scenario,
    most(scenario, ({ lateness }) => lateness),
  );

/** The longest advert interval that anybody has, by the slowest clock. */
export const intervalUs = (scenario: Scenario): number =>
  (scenario.advertUs * most(scenario, ({ pace }) => pace)) / slowest(scenario);

/** From one advert out of turn to the next. */
export const answerSpacingUs = (scenario: Scenario): number =>
  5000 / slowest(scenario) + latenessUs(scenario);

/** The longest Active_Down_Interval that anybody may wait for, by the slowest clock. */
export function downUs(scenario: Scenario): number {
  const longestUs = scenario.advertUs * most(scenario, ({ pace }) => pace);
  const lowest = { version: scenario.version, priority: 1, downCount: scenario.downCount };
  return activeDownUs(lowest, longestUs) / slowest(scenario);
}

/**
 * From quiet to the last change: an advert that was on its way begins a down interval, a stall may add an interval, then
 * come the delays that were asked for. In a group the loser's other member says goodbye, and serves on for a
 * while.
 */
export function settledAfterUs(scenario: Scenario): number {
  const delays = most(
    scenario,
    ({ preemptDelay, startupDelay, settle }) => preemptDelay + startupDelay + settle,
  );
  const leavingUs = most(scenario, (plan) => configOf(scenario, plan).handoverUs) / slowest(scenario);
  const groupUs = scenario.networks === 1 ? 0 : leavingUs + 2 * delayUs(scenario) + latenessUs(scenario);
  return (
    downUs(scenario) +
    intervalUs(scenario) +
    2 * delayUs(scenario) +
    4 * latenessUs(scenario) +
    inUs(scenario, delays) / slowest(scenario) +
    groupUs
  );
}

function slowest(scenario: Scenario): number {
  return Math.min(...scenario.hosts.map(rateOf));
}
