/**
 * How fast somebody else is Active, who that is, and whether somebody serves all the time.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ElectionConfig } from "vrrp-elect/dist/election.js";
import { activeDownUs, skewUs } from "vrrp-elect/dist/timers.js";
import { delayUs } from "./bounds.ts";
import { type HostPlan, inUs, rateOf } from "./scenario.ts";
import type { Report } from "./world.ts";

const ROUNDING_US = 6;
/** Nobody else joins the one that took over for so long: then others may return. */
const ALONE_FOR = 1500;

/** How long one host waits on the network's clock, from the Active's last word: at least, and at most until it speaks. */
interface Wait {
  readonly host: number;
  readonly priority: number;
  readonly leastUs: number;
  readonly mostUs: number;
}

/** After a death in silence: the Active_Down_Interval of the one with the shortest. */
export function takesOverFromTheDead(report: Report): void {
  takesOver(report, (config, plan) => {
    const downUs = activeDownUs(config, config.advertUs);
    return { leastUs: downUs, mostUs: downUs + inUs(report.scenario, plan.lateness) * rateOf(plan) };
  });
}

/** After priority 0: the shortest skew, and the settling of whoever has it. */
export function takesOverFromTheLeaver(report: Report): void {
  takesOver(report, (config, plan) => {
    const skew = skewUs(config.version, config.priority, config.advertUs);
    const latenessUs = inUs(report.scenario, plan.lateness) * rateOf(plan);
    return { leastUs: skew, mostUs: skew + config.settleUs + 2 * latenessUs };
  });
}

function takesOver(
  report: Report,
  wait: (config: ElectionConfig, plan: HostPlan) => Pick<Wait, "leastUs" | "mostUs">,
): void {
  const { scenario, changes, routers, voices } = report;
  const atUs = inUs(scenario, scenario.script[0]!.at);
  const active = voices.find(({ fromUs, toUs }) => fromUs < atUs && toUs >= atUs)!.host;
  const waits = routers
    .filter(({ host }) => host.index !== active)
    .map(({ host, config }): Wait => {
      const { leastUs, mostUs } = wait(config, host.plan);
      return {
        host: host.index,
        priority: config.priority,
        leastUs: leastUs / host.rate,
        mostUs: mostUs / host.rate,
      };
    });
  const soonest = waits.reduce((one, other) => (other.mostUs < one.mostUs ? other : one));
  const first = voices.find(({ fromUs, host }) => fromUs >= atUs && host !== active);
  const tookUs = (first?.fromUs ?? Infinity) - atUs;
  const mostUs = delayUs(scenario) + soonest.mostUs + ROUNDING_US;
  assert.ok(tookUs <= mostUs, `takes ${tookUs} us: needs at most ${mostUs}`);
  // Where its first advert may overtake the last word of the Active, anything goes.
  if (tookUs < inUs(scenario, scenario.network.jitter)) return;
  const untilUs = atUs + inUs(scenario, ALONE_FOR);
  const highest = waits.find(({ host }) => host === first?.host)!.priority;
  for (const { host, priority, leastUs } of waits) {
    if (priority > Math.min(soonest.priority, highest)) continue;
    if (inUs(scenario, scenario.network.delay) + leastUs <= delayUs(scenario) + mostUs) continue;
    const wrong = changes.find(
      (one) => one.host === host && one.to === "active" && one.atUs > atUs && one.atUs < untilUs,
    );
    assert.equal(wrong, undefined, `host ${host} is Active too, though its skew should have kept it waiting`);
  }
}

/** S7: from the first one on there is always somebody who serves. */
export function alwaysServes(report: Report): void {
  for (let network = 0; network < report.scenario.networks; network++) {
    const spans = report.serves
      .filter((span) => span.network === network)
      .sort((a, b) => a.fromUs - b.fromUs);
    let servedUs = spans[0]!.fromUs;
    for (const { fromUs, toUs, host, cause } of spans) {
      assert.ok(
        fromUs <= servedUs,
        `network ${network}: nobody serves from ${servedUs} to ${fromUs} us, when host ${host} does (${cause})`,
      );
      servedUs = Math.max(servedUs, toUs);
    }
    assert.ok(servedUs >= report.endUs, `network ${network}: nobody serves from ${servedUs} us on`);
  }
}
