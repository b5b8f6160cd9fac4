/**
 * Comparisons in few words: pure.
 *
 * @module
 */
import type { Comparison } from "./bench.ts";

export type Sides = Pick<Comparison, "ours" | "others">;
export type More = Pick<Comparison, "target" | "at" | "isNeverZero" | "isDetail">;
/** Its name in the rounds, and the unit that a reader is told. */
export type Figure = readonly [figure: string, unit: string];

/** The less of it the better. */
export function cost(what: string, sides: Sides, [figure, unit]: Figure, more: More = {}): Comparison {
  return { what, ...sides, figure, unit, better: "lower", ...more };
}

/** The more of it the better. */
export function yields(what: string, sides: Sides, [figure, unit]: Figure, more: More = {}): Comparison {
  return { what, ...sides, figure, unit, better: "higher", ...more };
}
