/**
 * What a pipe of tools wrote into its log.
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

/** Microseconds of CLOCK_MONOTONIC. */
export function monotonicUsOf(record: KnownRecord): number {
  return Number(BigInt(record.mono_ns ?? "0") / 1000n);
}
