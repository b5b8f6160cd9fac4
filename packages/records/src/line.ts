/**
 * Records as lines: one JSON object each.
 *
 * @module
 */
import * as v from "valibot";
import { type Head, headSchema, SCHEMA_VERSION } from "./record-type.ts";
import { type KnownRecord, type RecordBody, VOCABULARY } from "./vocabulary.ts";

/** Longer lines are an error: no record of ours comes near. */
export const LINE_BYTES_MAX = 1 << 20;

export type Line =
  | { readonly kind: "record"; readonly record: KnownRecord }
  /** A record of a type or a schema major that this version does not know: pass it on. */
  | { readonly kind: "unknown"; readonly head: unknown }
  | { readonly kind: "blank" }
  | { readonly kind: "bad"; readonly message: string };

const SCHEMAS: ReadonlyMap<string, v.GenericSchema> = new Map(
  VOCABULARY.map((known) => [known.type, known.schema]),
);
const SHOWN_CHARACTERS = 60;

/** @param text one line without its end. Never throws: a bad line is a value, with a sentence that says why. */
export function parseLine(text: string): Line {
  if (text.trim() === "") return { kind: "blank" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "bad", message: `is not JSON: ${excerpt(text)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "bad", message: `is no JSON object: ${excerpt(text)}` };
  }
  return parseRecord(value);
}

function parseRecord(value: object): Line {
  const { v: version, type } = value as Partial<Head>;
  if (typeof version === "number" && version !== SCHEMA_VERSION) return { kind: "unknown", head: value };
  const schema = SCHEMAS.get(String(type)) ?? headSchema;
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) return { kind: "bad", message: describeIssue(result.issues[0]) };
  if (schema === headSchema) return { kind: "unknown", head: value };
  return { kind: "record", record: result.output as KnownRecord };
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "record";
  return issue.received === "undefined" ? `has no "${path}"` : `has a bad "${path}": ${issue.message}`;
}

function excerpt(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** What a record's writer knows of itself and the moment. */
export type Stamp = Omit<Head, "v" | "type">;

/** Control characters that JSON leaves as they are, and that some terminals obey. */
const STEERING = /[\x7f-\x9f]/g;

/** @returns the line, its end included; the head's keys come first and in their order. */
export function formatLine(stamp: Stamp, body: RecordBody): string {
  const { type, ...fields } = body;
  const { tool, host, pid, ts, mono_ns, seq } = stamp;
  const text = JSON.stringify({ v: SCHEMA_VERSION, type, tool, host, pid, ts, mono_ns, seq, ...fields });
  return `${text.replaceAll(STEERING, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`;
}

/** @param realtimeNs since 1970. @returns RFC 3339 in UTC with nine fraction digits. */
export function formatTimestamp(realtimeNs: bigint): string {
  const milliseconds = Number(realtimeNs / 1_000_000n);
  const rest = String(realtimeNs % 1_000_000n).padStart(6, "0");
  // biome-ignore lint/style/noRestrictedGlobals: a date made of a given number depends on nothing else.
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}
