/**
 * The budget: made from runs, and held against later ones.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../lab/shell.ts";
import {
  allowanceOf,
  type Budget,
  describeRatios,
  exceeding,
  type Held,
  type Ratios,
  ratiosOf,
} from "./budget.ts";
import type { Rounds } from "./contest.ts";
import { describeMachine } from "./figures.ts";
import { HELD, heldRuns } from "./held-runs.ts";

const PATH = join(TOP, "test/bench/budget.json");
const ROUNDS_TO_MAKE = 11;
const DIGITS = 3;

export function readBudget(): Budget {
  return JSON.parse(readFileSync(PATH, "utf8")) as Budget;
}

function here(): string {
  const { cpu, node } = describeMachine();
  return `${cpu}, Node ${node}`;
}

/** Measures, and writes it down. */
export async function makeBudget(): Promise<Budget> {
  const measured = ratiosOf(await heldRuns(HELD, ROUNDS_TO_MAKE));
  const ratios = Object.fromEntries(
    Object.entries(measured).map(([what, ratio]) => [what, Number(ratio.toPrecision(DIGITS))]),
  );
  const budget = { made: here(), ratios };
  writeFileSync(PATH, `${JSON.stringify(budget, null, 2)}\n`);
  return budget;
}

const ROUNDS = 5;
const TRIES = 3;

/**
 * Measures each ratio, and those above the budget again: then the median of more rounds decides.
 */
export async function measureHeld(
  budget: Ratios,
  allowance: number,
  run: (held: readonly Held[], rounds: number) => Promise<Rounds> = heldRuns,
): Promise<Ratios> {
  let rounds: Rounds = new Map();
  let ratios: Ratios = {};
  let left: readonly Held[] = HELD;
  for (let n = 0; n < TRIES && left.length > 0; n++) {
    rounds = joined(rounds, await run(left, ROUNDS));
    ratios = ratiosOf(rounds);
    left = exceeding(HELD, ratios, budget, allowance);
  }
  return ratios;
}

function joined(before: Rounds, after: Rounds): Rounds {
  const names = new Set([...before.keys(), ...after.keys()]);
  return new Map([...names].map((name) => [name, [...(before.get(name) ?? []), ...(after.get(name) ?? [])]]));
}

/** @returns a line for each ratio, and one for each that is above what the budget allows on this machine. */
export async function holdToBudget(): Promise<Readonly<Record<"all" | "over", readonly string[]>>> {
  const budget = readBudget();
  const allowance = allowanceOf(budget, here());
  const ratios = await measureHeld(budget.ratios, allowance);
  const over = exceeding(HELD, ratios, budget.ratios, allowance);
  return {
    all: [
      `budget of ${budget.made}, here ${here()}: at most ${Math.round(allowance * 100 - 100)} % above it`,
      ...describeRatios(HELD, ratios, budget.ratios),
    ],
    over: describeRatios(over, ratios, budget.ratios),
  };
}
