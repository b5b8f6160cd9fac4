/**
 * Rows in words and figures, as they stand on a terminal and in the README: pure.
 *
 * @module
 */
import type { Target } from "./bench.ts";
import { EXPONENT_MAX } from "./exponent.ts";
import type { GrowthRow, Row, Side } from "./report.ts";

/** The headings of {@link cellsOf}. */
export const HEADINGS = ["", "ours", "the other", "ratio", "rounds", "target"] as const;

/** @returns one cell for each heading. */
export function cellsOf(row: Row): string[] {
  const { what, unit, ours, other, ratio } = row;
  return [
    what,
    sideText(ours, unit),
    other === undefined ? "" : sideText(other, unit),
    ratio === undefined ? "" : `${figure(ratio.ofMedians)} (${figure(ratio.low)}–${figure(ratio.high)})`,
    String(ours.rounds),
    targetText(row),
  ];
}

function sideText({ name, median, least, most, rounds }: Side, unit: string): string {
  const spread = rounds > 1 ? ` (${figure(least)}–${figure(most)})` : "";
  return `${name}: ${figure(median)}${spread} ${unit}`;
}

function targetText({ target, better, isMet }: Row): string {
  if (target === undefined) return "";
  const verdict = isMet === undefined ? "cannot be told" : isMet ? "met" : "MISSED";
  return `${boundText(target, better)}: ${verdict}`;
}

function boundText(target: Target, better: "lower" | "higher"): string {
  const bound = "ours" in target ? target.ours : target.ratio;
  const sign = better === "lower" ? "≤" : "≥";
  return `${"ours" in target ? "ours" : "ratio"} ${sign} ${figure(bound)}`;
}

const THREE_DIGITS = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat("en-US");

/** Three digits that mean something; thousands are told apart. */
export function figure(value: number): string {
  return Number.isFinite(value) ? THREE_DIGITS.format(value) : "-";
}

/** The headings of {@link growthCellsOf}. */
export const GROWTH_HEADINGS = ["how a cost grows", "of", "cost", "exponent", "last step"] as const;

/** @returns one cell for each heading. */
export function growthCellsOf({ what, of, unit, name, points, ...row }: GrowthRow): string[] {
  const costs = points.map(({ cost }) => figure(cost)).join(", ");
  const works = points.map(({ work }) => WHOLE.format(work)).join(", ");
  const exponents = [row.exponent, row.lastExponent].map((value) => value.toFixed(2));
  return [`${what}: ${name}`, `${works} ${of}`, `${costs} ${unit}`, ...exponents];
}

/** @returns a sentence for each row that grows faster than it should. */
export function warningsOf(rows: readonly GrowthRow[]): string[] {
  return rows.flatMap(({ what, of, name, exponent, lastExponent }) => {
    const worst = Math.max(exponent, lastExponent);
    if (worst <= EXPONENT_MAX) return [];
    const times = figure(10 ** worst);
    return [
      `${what}: ${name} grows faster than its work: ten times as many ${of} cost ${times} times as much (exponent ${worst.toFixed(2)}).`,
    ];
  });
}
