/**
 * Configuration files in JSON. Errors name the file, the place in it and the value.
 *
 * @module
 */
import * as v from "valibot";
import { ExitCode, ExitError } from "./exit.ts";
import { readSettingsText } from "./settings-text.ts";

/** @throws {ExitError} noFile, or configuration with every mistake, one a line. */
export function readJsonConfig<const S extends v.GenericSchema>(path: string, schema: S): v.InferOutput<S> {
  const text = readSettingsText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrongConfig(path, [`is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw wrongConfig(path, result.issues.map(describe));
}

/** @param mistakes one sentence each, beginning with the place. */
export function wrongConfig(path: string, mistakes: readonly string[]): ExitError {
  return new ExitError(ExitCode.configuration, mistakes.map((mistake) => `${path}: ${mistake}`).join("\n"));
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).reduce(
    (path, { key }) =>
      typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${key}`,
    "",
  );
  const place = path === "" ? "the whole" : path;
  if (issue.type === "min_length" || issue.type === "non_empty")
    return `${place} is empty: needs at least one`;
  const needed = issue.type === "integer" ? "a whole number" : inWords(issue.expected);
  if (issue.received === "undefined") return `${place} is missing: needs ${needed ?? "a value"}`;
  if (issue.expected === "never") return `${place} is unknown`;
  return `${place} is ${inWords(issue.received)}: needs ${needed ?? issue.message}`;
}

/** What the checking library calls by the names of JavaScript. */
const IN_WORDS: Readonly<Record<string, string>> = { Array: "a list", Object: "an object" };

function inWords<T extends string | null>(name: T): T | string {
  return IN_WORDS[name ?? ""] ?? name;
}
