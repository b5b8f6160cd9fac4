/**
 * What the tests hold the tools to: ratios of processor time, and by how much one may be off: pure.
 *
 * @module
 */
import { median } from "../lab/failover.ts";
import type { Rounds } from "./contest.ts";

/** One ratio: a contender by another one. */
export interface Held {
  readonly what: string;
  readonly ours: string;
  readonly by: string;
}

/** Ratios by what they are of. */
export type Ratios = Readonly<Record<string, number>>;

export interface Budget {
  /** Processor and Node that it was made with: others have other ratios. */
  readonly made: string;
  readonly ratios: Ratios;
}

/** A regression of a quarter fails, even where a few per cent of noise are in its favour. */
const ALLOWANCE = 1.18;
/** Another processor or Node has other ratios; what has become twice as slow is seen there too. */
const ALLOWANCE_ELSEWHERE = 1.75;

/** @returns by what a ratio may be multiplied. @param here processor and Node as in {@link Budget.made}. */
export function allowanceOf({ made }: Budget, here: string): number {
  return made === here ? ALLOWANCE : ALLOWANCE_ELSEWHERE;
}

/** @returns the median of each; nothing of what was not measured. */
export function ratiosOf(rounds: Rounds): Ratios {
  return Object.fromEntries(
    [...rounds].map(([what, all]) => [what, median(all.map(({ ratio }) => ratio!))] as const),
  );
}

/** @returns those above their budget, and those that have none. */
export function exceeding(held: readonly Held[], ratios: Ratios, budget: Ratios, allowance: number): Held[] {
  return held.filter(({ what }) => {
    const [ratio, kept] = [ratios[what], budget[what]];
    return ratio !== undefined && !(kept !== undefined && ratio <= kept * allowance);
  });
}

/** A line for each: its ratio, that of the budget, and how far off it is. */
export function describeRatios(held: readonly Held[], ratios: Ratios, budget: Ratios): string[] {
  return held.map(({ what, ours, by }) => {
    const [ratio, kept] = [ratios[what], budget[what]];
    if (ratio === undefined) return `${what}: not measured`;
    if (kept === undefined)
      return `${what}: ${ratio.toFixed(3)}, and no budget for it: npm run bench -- --budget`;
    const percent = Math.round((ratio / kept - 1) * 100);
    return `${what} (${ours} by ${by}): ${ratio.toFixed(3)}, budget ${kept.toFixed(3)}: ${percent >= 0 ? "+" : ""}${percent} %`;
  });
}
