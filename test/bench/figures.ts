/**
 * What a run of the benches leaves: rows that can be read, and behind them the figures of each round.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { TOP } from "../lab/shell.ts";
import type { Step } from "./bench.ts";
import type { Rounds } from "./contest.ts";
import type { GrowthRow, Row } from "./report.ts";

/** Where the figures are kept that the README shows. */
export const KEPT: string = join(TOP, "docs/figures.json");

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute when the run began: whether others were at work. */
  readonly load: number;
  /** Version of each program that ours stand beside. */
  readonly others: Readonly<Record<string, string>>;
}

export interface Figures {
  /** The day, UTC. */
  readonly date: string;
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly tookSeconds: number;
  /** Names of benches that could not be played to their end. */
  readonly failed: readonly string[];
  readonly rows: readonly Row[];
  readonly growth: readonly GrowthRow[];
  /** By bench. */
  readonly rounds: Readonly<Record<string, Kept>>;
}

const OTHERS = ["keepalived", "frr", "iputils-arping", "tcpdump", "tshark", "iproute2", "iperf3"];

export function describeMachine(): Machine {
  const [first, ...rest] = cpus();
  return {
    cpu: first?.model ?? "unknown",
    cores: rest.length + 1,
    kernel: release().replace(/-.*/, ""),
    node: process.versions.node,
    load: loadavg()[0]!,
    others: Object.fromEntries(OTHERS.flatMap((name) => versionOf(name))),
  };
}

/** Debian's version without what Debian adds; nothing of what is not installed. */
function versionOf(name: string): [string, string][] {
  const { status, stdout } = spawnSync("dpkg-query", ["--show", name], { encoding: "utf8" });
  const version = stdout?.split("\t")[1]?.trim() ?? "";
  if (status !== 0 || version === "") return [];
  return [[name, version.replace(/^\d+:/, "").replace(/-[^-]*$/, "")]];
}

/**
 * A kept run, some benches of which were played again.
 *
 * @throws {RangeError} if that was on another day or machine, or with other rounds.
 */
export function withPlayedAgain(kept: Figures, again: Figures): Figures {
  const [before, now] = [kept, again].map(({ date, isQuick, machine }) =>
    JSON.stringify({ date, isQuick, ...machine, load: undefined }),
  );
  if (before !== now) throw new RangeError(`what is kept was measured elsewhere: ${before}, and now ${now}`);
  return {
    ...kept,
    tookSeconds: kept.tookSeconds + again.tookSeconds,
    failed: [
      ...new Set([...kept.failed.filter((name) => again.rounds[name] === undefined), ...again.failed]),
    ],
    rounds: { ...kept.rounds, ...again.rounds },
  };
}

/** By contender, by figure: a value for each round, null where a round has none. */
type Columns = Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
/** Of a bench; of a series with the work of each step. */
export type Kept = Columns | readonly { readonly work: number; readonly columns: Columns }[];

export function columnsOf(result: Rounds | readonly Step[]): Kept {
  if (result instanceof Map) return columnsOfRounds(result);
  return (result as readonly Step[]).map(({ work, rounds }) => ({ work, columns: columnsOfRounds(rounds) }));
}

function columnsOfRounds(rounds: Rounds): Columns {
  return Object.fromEntries(
    [...rounds].map(([name, all]) => {
      const names = [...new Set(all.flatMap((round) => Object.keys(round)))];
      return [
        name,
        Object.fromEntries(names.map((figure) => [figure, all.map((round) => round[figure] ?? null)])),
      ];
    }),
  );
}

/** The inverse of {@link columnsOf}. */
export function resultOf(kept: Kept): Rounds | readonly Step[] {
  return Array.isArray(kept)
    ? (kept as Exclude<Kept, Columns>).map(({ work, columns }) => ({ work, rounds: roundsOf(columns) }))
    : roundsOf(kept as Columns);
}

function roundsOf(columns: Columns): Rounds {
  return new Map(
    Object.entries(columns).map(([name, figures]) => {
      const length = Math.max(0, ...Object.values(figures).map((values) => values.length));
      const round = (n: number): Record<string, number> =>
        Object.fromEntries(
          Object.entries(figures).flatMap(([figure, values]) =>
            typeof values[n] === "number" ? [[figure, values[n]]] : [],
          ),
        );
      return [name, Array.from({ length }, (_, n) => round(n))];
    }),
  );
}

const DIGITS = 5;

/** Numbers are cut to what can be told apart; lists of them stand in one line. */
export function writeFigures(path: string, figures: Figures): void {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
  const text = JSON.stringify(figures, short, 2).replace(/\[[-\d.,e+\s]*\]/g, (list) =>
    list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"),
  );
  writeFileSync(path, `${text}\n`);
}

export function readFigures(path: string): Figures {
  return JSON.parse(readFileSync(path, "utf8")) as Figures;
}
