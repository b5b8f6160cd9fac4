/**
 * What a lap showed, for people.
 *
 * @module
 */
import { cell, formatTable } from "../lab/table.ts";
import type { Lap } from "./lap.ts";
import { growthOf, type Measured } from "./memory.ts";
import type { AtRest, Story } from "./watch.ts";

const KIB_IN_MIB = 1024;
const HEADING = [
  "process",
  "amount",
  "a second",
  "resident, MiB: early",
  "late",
  "growth %",
  "in use, MiB: early",
  "late",
  "growth %",
  "V8 holds, MiB: early",
  "late",
  "growth %",
  "descriptors: before",
  "after",
  "timers: before",
  "after",
];

export function reportOf(lap: Lap): string {
  const rows = lap.stories.map((story) => rowOf(lap, story));
  const { length } = lap.leftovers;
  const left = length === 0 ? "nothing is left over" : `left over: ${length} lines, below`;
  return [`${lap.title} (${lap.unit})`, "", formatTable([HEADING, ...rows]), "", ...lap.notes, left].join(
    "\n",
  );
}

function rowOf({ amount, tookMs }: Lap, { name, resident, used, held, before, after }: Story): string[] {
  const perSecond = ((amount / tookMs) * 1000).toFixed(0);
  const counts = [openOf(before), openOf(after), before.timers, after.timers].map(String);
  return [name, String(amount), perSecond, ...[resident, used, held].flatMap(memory), ...counts];
}

function memory(series: readonly Measured[]): string[] {
  const { earlyKib, lateKib, growth } = growthOf(series, 0);
  return [cell(earlyKib / KIB_IN_MIB), cell(lateKib / KIB_IN_MIB), cell(growth * 100)];
}

function openOf({ descriptors }: AtRest): number {
  return [...descriptors.values()].reduce((sum, count) => sum + count, 0);
}
