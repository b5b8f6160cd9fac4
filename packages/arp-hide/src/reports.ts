/**
 * Writes what was done, and what `--dry-run` has not done.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { type Hiding, hostVip, type Method } from "./plan.ts";
import type { Step } from "./plan-steps.ts";
import { tunnelsOf } from "./tunnel-plan.ts";

/** Records stay below the size of an atomic write. */
const ENTRIES_MAX = 64;

/** @returns what a record has room for. */
export function abridged(entries: readonly string[]): string[] {
  const left = entries.length - ENTRIES_MAX;
  return left > 0 ? [...entries.slice(0, ENTRIES_MAX), `and ${left} more`] : [...entries];
}

export function writeSteps(context: Context, name: string, steps: readonly Step[]): void {
  steps.forEach(({ what, command }, n) => {
    context.write({ type: "hide.step", interface: name, n: n + 1, what, command });
  });
}

/** @returns what else a record says of them: the tunnels on which they stand, the services that are reached. */
export function moreOf(hidden: readonly Hiding[]): { tunnels?: string[]; to?: string[] } {
  const tunnels = tunnelsOf(hidden);
  const to = [...new Set(hidden.flatMap((one) => one.to ?? []))];
  return {
    ...(tunnels.length === 0 ? {} : { tunnels: abridged(tunnels) }),
    ...(to.length === 0 ? {} : { to: abridged(to) }),
  };
}

/** What was hidden or is no more, by one method on one interface. */
export interface Change {
  readonly interface: string;
  readonly method: Method;
  readonly hidden: readonly Hiding[];
  readonly changes: readonly string[];
  readonly tookUs: number;
}

export function writeChange(context: Context, type: "hide.added" | "hide.removed", change: Change): void {
  const { interface: name, method, hidden, changes, tookUs } = change;
  context.write({
    type,
    interface: name,
    method,
    vips: hidden.map(({ vip }) => hostVip(vip)),
    ...moreOf(hidden),
    took_us: tookUs,
    changes: abridged(changes),
  });
}
