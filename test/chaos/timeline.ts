/**
 * What happened, line by line, for people who look for the cause. Pure.
 *
 * @module
 */
import { formatHuman } from "@viptools/cli";
import { monotonicUsOf } from "../lab/record-log.ts";
import type { Observed } from "./observed.ts";

/** Too many, and the next line tells. */
const BULK = new Set(["vrrp.lease", "vrrp.alive", "garp.sent", "tool.stats"]);

/** @returns lines in the order of their times, in milliseconds from the beginning of the blows. */
export function timeline({ startUs, dealt, story, records }: Observed): string[] {
  const lines: [number, string][] = [
    ...dealt.flatMap(({ blow, fromUs, toUs, wellUs }): [number, string][] => [
      [fromUs, `* ${blow.kind} on ${blow.host}`],
      [toUs, `* the end of ${blow.kind} on ${blow.host}`],
      ...(wellUs - toUs > 1000 ? ([[wellUs, `* ${blow.host} is well again`]] as [number, string][]) : []),
    ]),
    ...story.outages.map(({ startUs: at, outageMs, lost }): [number, string] => [
      at,
      `* the client is not served for ${outageMs.toFixed(1)} ms, ${lost} asks lost`,
    ]),
    ...[...records.values()]
      .flat()
      .filter(({ type }) => !BULK.has(type))
      .map((record): [number, string] => [monotonicUsOf(record), formatHuman(record)]),
  ];
  return lines
    .sort(([x], [y]) => x - y)
    .map(([atUs, text]) => `${((atUs - startUs) / 1000).toFixed(1).padStart(9)} ${text}`);
}
