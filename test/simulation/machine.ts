/**
 * What is simulated: the election as it is shipped. Mutants take its place to show that the properties see them.
 *
 * @module
 */
import { deadlineUs, step } from "vrrp-elect/dist/election.js";
import { coordinate } from "vrrp-elect/dist/sync-group.js";
import { leaseUs } from "vrrp-elect/dist/timers.js";

export interface Machine {
  readonly step: typeof step;
  readonly deadlineUs: typeof deadlineUs;
  readonly coordinate: typeof coordinate;
  readonly leaseUs: typeof leaseUs;
  /** Packets that wait are read before a timer is believed (S6). */
  readonly drainsFirst: boolean;
}

export const SHIPPED: Machine = { step, deadlineUs, coordinate, leaseUs, drainsFirst: true };
