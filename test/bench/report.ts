/**
 * From the rounds of a bench to rows that can be read: pure.
 *
 * @module
 */
import { median } from "../lab/failover.ts";
import type { Bench, Comparison, Growth, Step, Target } from "./bench.ts";
import type { Rounds } from "./contest.ts";
import { exponentOf, lastExponentOf } from "./exponent.ts";

/** One side of a comparison. */
export interface Side {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

/** Of the medians, and the middle half of the ratios of single rounds. */
export interface Ratio {
  readonly ofMedians: number;
  readonly low: number;
  readonly high: number;
}

export interface Row {
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: Side;
  readonly other?: Side;
  readonly ratio?: Ratio;
  readonly target?: Target;
  readonly isMet?: boolean;
  readonly isDetail?: boolean;
}

/** How the cost of one contender grows. */
export interface GrowthRow {
  readonly bench: string;
  readonly what: string;
  readonly of: string;
  readonly unit: string;
  readonly name: string;
  readonly points: readonly { readonly work: number; readonly cost: number }[];
  readonly exponent: number;
  /** Between the two largest works. */
  readonly lastExponent: number;
  /** Of one of ours that the README shows. */
  readonly isShown: boolean;
}

/** @returns a row for each contender that took part: others may not be there on this machine. */
export function rowsOf(bench: Bench, result: Rounds | readonly Step[]): Row[] {
  return bench.comparisons.flatMap((comparison) => {
    const rounds = roundsAt(result, comparison.at);
    const measured = (name: string): readonly number[] | undefined =>
      valuesOf(rounds, name, comparison.figure, comparison.isNeverZero);
    const ours = measured(comparison.ours);
    if (ours === undefined) return [];
    if (comparison.others === undefined) return [rowOf(bench.name, comparison, ours)];
    return comparison.others.flatMap((name) => {
      const theirs = measured(name);
      return theirs === undefined ? [] : [rowOf(bench.name, comparison, ours, { name, values: theirs })];
    });
  });
}

function roundsAt(result: Rounds | readonly Step[], at: number | undefined): Rounds {
  if (result instanceof Map) return result;
  const steps = result as readonly Step[];
  const step = at === undefined ? steps.at(-1) : steps.find(({ work }) => work === at);
  return step?.rounds ?? new Map();
}

function valuesOf(
  rounds: Rounds,
  name: string,
  figure: string,
  isNeverZero = false,
): readonly number[] | undefined {
  const values = rounds.get(name)?.flatMap((round) => round[figure] ?? []);
  const measured = values?.filter((value) => !(isNeverZero && value === 0));
  return measured === undefined || measured.length === 0 ? undefined : measured;
}

function rowOf(
  bench: string,
  { what, unit, better, target, isDetail, ours: name }: Comparison,
  values: readonly number[],
  other?: { readonly name: string; readonly values: readonly number[] },
): Row {
  const ours = sideOf(name, values);
  const ratio = other === undefined ? undefined : ratioOfRounds(values, other.values);
  const judged = target !== undefined && ("ours" in target ? ours.median : ratio?.ofMedians);
  return {
    ...{ bench, what, unit, better, ours },
    ...(other === undefined ? {} : { other: sideOf(other.name, other.values) }),
    ...(ratio === undefined ? {} : { ratio }),
    ...(target === undefined ? {} : { target }),
    ...(typeof judged === "number" ? { isMet: isMet(judged, target!, better) } : {}),
    ...(isDetail === true ? { isDetail } : {}),
  };
}

function isMet(value: number, target: Target, better: "lower" | "higher"): boolean {
  const bound = "ours" in target ? target.ours : target.ratio;
  return better === "lower" ? value <= bound : value >= bound;
}

function sideOf(name: string, values: readonly number[]): Side {
  return {
    name,
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    rounds: values.length,
  };
}

/** @returns nothing where the other's figure is 0: by that nothing can be divided. */
export function ratioOfRounds(ours: readonly number[], theirs: readonly number[]): Ratio | undefined {
  if (median(theirs) === 0) return undefined;
  const ratios = ours
    .slice(0, theirs.length)
    .map((value, n) => value / theirs[n]!)
    .filter(Number.isFinite);
  const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  return { ofMedians: median(ours) / median(theirs), low, high };
}

/** Between two values by their distance. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}

const STEPS_MIN = 3;

/** @returns a row for each contender with three steps or more. */
export function growthRowsOf(bench: Bench, result: Rounds | readonly Step[]): GrowthRow[] {
  if (result instanceof Map) return [];
  const steps = result as readonly Step[];
  const names = new Set(steps.flatMap(({ rounds }) => [...rounds.keys()]));
  return (bench.growths ?? []).flatMap((growth) =>
    [...names].flatMap((name) => growthRowOf(bench, growth, name, steps)),
  );
}

function growthRowOf(bench: Bench, growth: Growth, name: string, steps: readonly Step[]): GrowthRow[] {
  const points = steps.flatMap(({ work, rounds }) => {
    const values = valuesOf(rounds, name, growth.figure);
    // What costs nothing has no logarithm.
    return values === undefined || median(values) === 0 ? [] : [{ work, cost: median(values) }];
  });
  if (points.length < STEPS_MIN) return [];
  const { what, of, unit } = growth;
  const fitted = { exponent: exponentOf(points), lastExponent: lastExponentOf(points) };
  const isShown = bench.comparisons.some(({ ours, isDetail }) => ours === name && isDetail !== true);
  return [{ bench: bench.name, what, of, unit, name, points, ...fitted, isShown }];
}
