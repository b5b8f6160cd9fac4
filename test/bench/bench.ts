/**
 * What a bench is: how it is run, and which of its figures are held against which.
 *
 * @module
 */
import type { Rounds } from "./contest.ts";

/** What is asked of a comparison: of the ratio (ours by the other's), or of our own figure. */
export type Target = { readonly ratio: number } | { readonly ours: number };

/** One figure of one contender held against those of others; a row for each of them. */
export interface Comparison {
  /** What was measured, for a reader who knows nothing of the bench. */
  readonly what: string;
  /** Names of contenders in the {@link Rounds}. Without others our figure stands alone. */
  readonly ours: string;
  readonly others?: readonly string[];
  /** A name of a figure in the {@link Rounds}. */
  readonly figure: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly target?: Target;
  /** Of a series: the work of the step; the last one without it. */
  readonly at?: number;
  /** It cannot be 0: a round that says so has not measured it, as when the client itself was held up. */
  readonly isNeverZero?: boolean;
  /** The README leaves it out, unless its target is missed. */
  readonly isDetail?: boolean;
}

/** A step of a series: so much work, and what it cost. */
export interface Step {
  readonly work: number;
  readonly rounds: Rounds;
}

/** How a cost grows with its work: one row for each contender that took part in three steps or more. */
export interface Growth {
  readonly what: string;
  /** Name of what there is more and more of: "addresses". */
  readonly of: string;
  /** A figure that costs: lower is better. */
  readonly figure: string;
  readonly unit: string;
}

export interface Bench {
  /** By this it is chosen on the command line. */
  readonly name: string;
  /** How many rounds a whole run has, and a quick one. */
  readonly rounds: number;
  readonly quickRounds: number;
  /** @returns a series if `growths` is there. */
  run(rounds: number): Promise<Rounds | readonly Step[]>;
  readonly comparisons: readonly Comparison[];
  readonly growths?: readonly Growth[];
}
