/**
 * What a pipe of tools wrote into its log, and what we write into its input.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { type KnownRecord, parseLine, type RecordOf } from "@viptools/records";

/** @returns the valid records of a file, in its order; none if there is no file yet. */
export function readRecordLog(path: string): KnownRecord[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .map((line) => parseLine(line))
    .flatMap((line) => (line.kind === "record" ? [line.record] : []));
}

export function ofType<T extends KnownRecord["type"]>(
  records: readonly KnownRecord[],
  type: T,
): RecordOf<T>[] {
  return records.filter((record): record is RecordOf<T> => record.type === type);
}

/** @returns the line of a record of ours, its head added. @throws {Error} if its type or a field is wrong. */
export function recordLine(body: Readonly<Record<string, unknown>>): string {
  const head = { v: 1, tool: "test", host: "t", pid: 1, ts: "2026-11-25T00:00:00.000000000Z", seq: 1 };
  const line = JSON.stringify({ ...head, ...body });
  if (parseLine(line).kind !== "record") throw new Error(`this is no record: ${line}`);
  return `${line}\n`;
}

/** Microseconds of CLOCK_MONOTONIC. */
export function monotonicUsOf(record: KnownRecord): number {
  return Number(BigInt(record.mono_ns ?? "0") / 1000n);
}
