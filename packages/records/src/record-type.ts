/**
 * The head that every record starts with, and how a type of record is declared.
 *
 * @module
 */
import * as v from "valibot";
import { count, decimal, text, timestamp } from "./field.ts";

/** Schema major: a reader passes over records of another one. */
export const SCHEMA_VERSION = 1;

export const headEntries = {
  v: v.pipe(v.literal(SCHEMA_VERSION), v.description("schema major")),
  type: v.pipe(v.string(), v.regex(/^[a-z]+\.[a-z_]+$/), v.description("noun.fact")),
  tool: text("who wrote it"),
  host: text("on which host"),
  pid: count("in which process"),
  ts: timestamp("CLOCK_REALTIME, RFC 3339, UTC, 9 fraction digits"),
  mono_ns: v.optional(decimal("CLOCK_MONOTONIC nanoseconds; absent for packets from a capture file")),
  seq: count("counter of the writing process, from 1"),
};

export const headSchema = v.object(headEntries);
export type Head = v.InferOutput<typeof headSchema>;

/**
 * Declares a type of record; nothing else in the project says what its fields are.
 *
 * @param writtenBy the tool, or which of them.
 * @param about one sentence: what the record means.
 * @param entries its fields beside the head.
 */
export function recordType<const T extends string, const E extends v.ObjectEntries>(
  type: T,
  writtenBy: string,
  about: string,
  entries: E,
) {
  return { type, writtenBy, about, schema: v.object({ ...headEntries, type: v.literal(type), ...entries }) };
}
