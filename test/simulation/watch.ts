/**
 * What is noted of a run: changes, leases, outages, broken rules, and figures that show that it was not empty.
 *
 * @module
 */
import { type Action, type Input, roleOf, type State } from "vrrp-elect/dist/election.js";
import type { Agenda } from "./agenda.ts";
import { type LeaseKind, Leases } from "./leases.ts";
import type { Packet } from "./network.ts";
import type { Router } from "./router.ts";
import { Rules } from "./rules.ts";
import { inUs, type Scenario } from "./scenario.ts";

export interface Change {
  readonly atUs: number;
  readonly host: number;
  readonly network: number;
  readonly from: State["name"];
  readonly to: State["name"];
  readonly reason: string;
}

/** A time in which a host could not act. */
export interface Outage {
  readonly host: number;
  readonly fromUs: number;
  toUs: number;
}

export type Tally = Record<string, number>;

export class Watch {
  readonly changes: Change[] = [];
  readonly outages: Outage[] = [];
  readonly counts: Tally = {};
  readonly leases: Leases;
  readonly rules: Rules;
  readonly #agenda: Agenda;
  readonly #open = new Map<number, Outage>();
  readonly #settledUs: number;
  #advertsSettled = 0;

  /** @param settledUs network time at which everything must have settled. */
  constructor(scenario: Scenario, agenda: Agenda, settledUs: number) {
    const { hosts, network, networks } = scenario;
    this.#agenda = agenda;
    this.#settledUs = settledUs;
    this.leases = new Leases(networks, hosts.length, inUs(scenario, network.delay + network.jitter));
    this.rules = new Rules(hosts.map(({ lateness }) => inUs(scenario, lateness)));
  }

  /** Adverts since everything must have settled. */
  get advertsSettled(): number {
    return this.#advertsSettled;
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  stepped(router: Router, before: State, input: Input, actions: readonly Action[]): void {
    const { nowUs } = this.#agenda;
    this.rules.stepped(router, before, input, actions, nowUs);
    const { state } = router;
    for (const action of actions)
      if (action.type === "prepare" || action.type === "stalled") this.count(action.type);
    if (state.name === before.name) return;
    const told = actions.find((action) => action.type === "become");
    const reason = told?.type === "become" ? told.reason : "";
    if (roleOf(state) === "active" && roleOf(before) !== "active") this.count(`take-over ${reason}`);
    const { network, host } = router;
    this.changes.push({ atUs: nowUs, host: host.index, network, from: before.name, to: state.name, reason });
  }

  became(router: Router, { to, reason }: Extract<Action, { type: "become" }>): void {
    const { nowUs } = this.#agenda;
    if (to === "active") this.leases.becameActive(router, reason, nowUs);
    else this.leases.released(router, nowUs);
    if (reason === "active_alive") this.count(reason);
  }

  /** @param sinceUs network time from which it counts. @param validUs on the clock of the host. */
  granted(router: Router, kind: LeaseKind, sinceUs: number, validUs: number): void {
    this.leases.granted(router, kind, sinceUs, sinceUs + validUs / router.host.rate, this.#agenda.nowUs);
  }

  sent(router: Router, priority: number, hasLeft: boolean): void {
    const { nowUs } = this.#agenda;
    this.count(hasLeft ? "adverts" : "adverts that did not leave");
    if (nowUs > this.#settledUs) this.#advertsSettled += 1;
    if (priority > 0) this.rules.spoken(router, nowUs);
    // Neither a farewell nor the last word of one who yields begins a cadence.
    if (priority === 0 || router.state.name !== "active") return;
    this.rules.sent(router, hasLeft, nowUs);
    this.leases.sent(router, hasLeft, nowUs);
  }

  arrived(router: Router, packet: Packet): void {
    this.rules.arrived(router, packet, this.#agenda.nowUs);
  }

  crashed(router: Router): void {
    const { nowUs } = this.#agenda;
    const endUs = this.leases.abandoned(router);
    this.rules.forget(router);
    this.changes.push({
      atUs: nowUs,
      host: router.host.index,
      network: router.network,
      from: router.state.name,
      to: "initialize",
      reason: "crash",
    });
    if (endUs > nowUs) this.outages.push({ host: router.host.index, fromUs: nowUs, toUs: endUs });
  }

  awake(host: number, isAwake: boolean): void {
    const { nowUs } = this.#agenda;
    const open = this.#open.get(host);
    if (isAwake) {
      if (open !== undefined) open.toUs = nowUs;
      this.#open.delete(host);
      return;
    }
    this.rules.paused(host);
    if (open !== undefined) return;
    const outage: Outage = { host, fromUs: nowUs, toUs: Infinity };
    this.#open.set(host, outage);
    this.outages.push(outage);
  }
}
