/**
 * `npm run bench`: what the tools cost, beside the incumbents, in one run.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandLine } from "../lab/command-line.ts";
import { TOP } from "../lab/shell.ts";
import { formatTable } from "../lab/table.ts";
import type { Bench } from "./bench.ts";
import { BENCHES } from "./benches.ts";
import { makeBudget } from "./budget-runs.ts";
import {
  columnsOf,
  describeMachine,
  type Figures,
  KEPT,
  type Kept,
  readFigures,
  resultOf,
  withPlayedAgain,
  writeFigures,
} from "./figures.ts";
import { replaceFigures } from "./readme.ts";
import { type GrowthRow, growthRowsOf, type Row, rowsOf } from "./report.ts";
import { cellsOf, GROWTH_HEADINGS, growthCellsOf, HEADINGS, warningsOf } from "./words.ts";

const USAGE = `usage: npm run bench -- [--quick] [--json FILE] [--readme] [--list] [NAME…]
  NAME        only benches whose name has this in it
  --quick     few rounds
  --json      all figures, to a file
  --readme    keep the figures in docs/figures.json, and show them in the README; with names: those beside what is
              kept of the others, measured on the same machine and day
  --again     after a change of entries: judge what docs/figures.json keeps by them, and show it in the README
  --budget    measure what the tests hold the tools to, and write it to test/bench/budget.json
  --list      the names, and how many rounds each has
`;

const OPTIONS = {
  quick: { type: "boolean", default: false },
  json: { type: "string" },
  readme: { type: "boolean", default: false },
  again: { type: "boolean", default: false },
  budget: { type: "boolean", default: false },
  list: { type: "boolean", default: false },
} as const;

const line = new CommandLine("bench", USAGE);

/** Runs one after the other; one that fails does not keep the others from running. */
async function runAll(benches: readonly Bench[], isQuick: boolean): Promise<Figures> {
  const [machine, startMs] = [describeMachine(), Date.now()];
  const rows: Row[] = [];
  const growth: GrowthRow[] = [];
  const rounds: Record<string, Kept> = {};
  const failed: string[] = [];
  for (const bench of benches) {
    const beganMs = Date.now();
    process.stderr.write(`${bench.name} …`);
    try {
      const result = await bench.run(isQuick ? bench.quickRounds : bench.rounds);
      rows.push(...rowsOf(bench, result));
      growth.push(...growthRowsOf(bench, result));
      rounds[bench.name] = columnsOf(result);
      process.stderr.write(` ${Math.round((Date.now() - beganMs) / 1000)} s\n`);
    } catch (error) {
      failed.push(bench.name);
      process.stderr.write(` failed: ${(error as Error).stack}\n`);
    }
  }
  const date = new Date(startMs).toISOString().slice(0, 10);
  const tookSeconds = Math.round((Date.now() - startMs) / 1000);
  return { date, machine, isQuick, tookSeconds, failed, rows, growth, rounds };
}

/** Before minutes are spent. */
function mustBeWritable(path: string): void {
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    line.fail(74, `cannot write --json: ${(error as Error).message}`);
  }
}

function tell({ rows, growth }: Figures): void {
  const parts = [formatTable([HEADINGS, ...rows.map(cellsOf)])];
  if (growth.length > 0) parts.push(formatTable([GROWTH_HEADINGS, ...growth.map(growthCellsOf)]));
  process.stdout.write(`\n${[...parts, ...warningsOf(growth)].join("\n\n")}\n`);
}

function keep(figures: Figures): void {
  writeFigures(KEPT, figures);
  const path = join(TOP, "README.md");
  // As they are kept: their digits are cut.
  writeFileSync(path, replaceFigures(readFileSync(path, "utf8"), readFigures(KEPT)));
}

/** What was measured stays; what is made of it may have changed. */
function judgeAgain(kept: Figures): Figures {
  const played = BENCHES.flatMap((bench) => {
    const rounds = kept.rounds[bench.name];
    return rounds === undefined ? [] : [{ bench, result: resultOf(rounds) }];
  });
  return {
    ...kept,
    rows: played.flatMap(({ bench, result }) => rowsOf(bench, result)),
    growth: played.flatMap(({ bench, result }) => growthRowsOf(bench, result)),
  };
}

const { values, positionals } = line.read(OPTIONS, true);
const chosen = BENCHES.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
for (const word of positionals) {
  if (!BENCHES.some(({ name }) => name.includes(word)))
    line.fail(64, `no bench has "${word}" in its name: see --list`);
}
if (values.list) {
  const rows = chosen.map(({ name, rounds, quickRounds }) => [name, String(rounds), String(quickRounds)]);
  process.stdout.write(`${formatTable([["name", "rounds", "quick"], ...rows])}\n`);
  process.exit(0);
}
if (values.again) {
  keep(judgeAgain(readFigures(KEPT)));
  process.exit(0);
}
line.mustBeRoot();
if (values.budget) {
  process.stdout.write(`${JSON.stringify(await makeBudget(), null, 2)}\n`);
  process.exit(0);
}
if (values.json !== undefined) mustBeWritable(values.json);
const figures = await runAll(chosen, values.quick);
tell(figures);
if (values.json !== undefined) writeFigures(values.json, figures);
if (values.readme)
  keep(positionals.length === 0 ? figures : judgeAgain(withPlayedAgain(readFigures(KEPT), figures)));
if (figures.failed.length > 0) line.fail(1, `${figures.failed.length} of ${chosen.length} benches failed`);
