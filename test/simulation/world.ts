/**
 * Plays a scenario: hosts and networks, what befalls them, then quiet until everything must have settled.
 *
 * @module
 */
import { Agenda } from "./agenda.ts";
import { settledAfterUs } from "./bounds.ts";
import { befall, type Stage } from "./disturbances.ts";
import { Host } from "./host.ts";
import type { Meeting, Span } from "./leases.ts";
import { type Machine, SHIPPED } from "./machine.ts";
import { Network } from "./network.ts";
import { overlapOf } from "./overlap.ts";
import { Random } from "./random.ts";
import type { Router } from "./router.ts";
import type { Violation } from "./rules.ts";
import { inUs, quietFromUs, type Scenario } from "./scenario.ts";
import { type Change, type Outage, type Tally, Watch } from "./watch.ts";

export interface Report {
  readonly scenario: Scenario;
  /** When the last disturbance was over. */
  readonly quietUs: number;
  readonly settledUs: number;
  readonly endUs: number;
  readonly changes: readonly Change[];
  readonly meetings: readonly Meeting[];
  readonly serves: readonly Span[];
  readonly voices: readonly Span[];
  readonly outages: readonly Outage[];
  readonly violations: readonly Violation[];
  /** Adverts that were sent after everything must have settled. */
  readonly advertsSettled: number;
  readonly counts: Tally;
  readonly routers: readonly Router[];
}

interface World extends Stage {
  readonly watch: Watch;
  readonly quietUs: number;
  readonly settledUs: number;
  readonly endUs: number;
}

export function simulate(scenario: Scenario, machine: Machine = SHIPPED): Report {
  const world = create(scenario, machine);
  const { agenda, hosts, networks, watch, quietUs, endUs } = world;
  for (const host of hosts) agenda.at(inUs(scenario, host.plan.startsAt), () => host.start());
  for (const one of scenario.script)
    agenda.at(inUs(scenario, one.at), () => {
      if (befall(world, one)) watch.count(one.type);
    });
  agenda.at(quietUs, () => {
    for (const network of networks) network.calm();
  });
  agenda.playUntil(endUs);
  return report(world);
}

function create(scenario: Scenario, machine: Machine): World {
  const agenda = new Agenda();
  const random = new Random(scenario.seed);
  const quietUs = quietFromUs(scenario);
  const settledUs = quietUs + settledAfterUs(scenario);
  const watch = new Watch(scenario, agenda, settledUs);
  const hosts: Host[] = [];
  const networks = Array.from({ length: scenario.networks }, (_, index) => {
    return new Network(scenario, agenda, random, (to, packet) => hosts[to]!.receive(index, packet));
  });
  const around = { scenario, machine, agenda, random, networks, watch };
  for (const index of scenario.hosts.keys()) hosts.push(new Host(index, around));
  return { scenario, agenda, hosts, networks, watch, quietUs, settledUs, endUs: 2 * settledUs - quietUs };
}

function report({ scenario, hosts, networks, watch, quietUs, settledUs, endUs }: World): Report {
  const routers = hosts.flatMap((host) => host.routers);
  const { changes, outages, counts, advertsSettled } = watch;
  const { meetings, serves, voices } = watch.leases;
  watch.rules.finish(routers, endUs);
  watch.count("intervals", Math.round(endUs / scenario.advertUs));
  for (const network of networks)
    for (const [what, number] of Object.entries(network.counts)) watch.count(`packets ${what}`, number);
  watch.count("meetings", meetings.length);
  for (const meeting of meetings) {
    const { fromUs, toUs, awakeUs } = overlapOf(meeting, outages);
    if (awakeUs < toUs - fromUs) watch.count("meetings with one who cannot act");
  }
  const { violations } = watch.rules;
  const times = { quietUs, settledUs, endUs };
  const told = { changes, meetings, serves, voices, outages, violations, advertsSettled };
  return { scenario, ...times, ...told, counts, routers };
}
