/**
 * Configuration files on this host, and those that they include.
 *
 * @module
 */
import { readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ExitCode, ExitError, readSettingsText } from "@viptools/cli";
import type { ConfFile } from "./conf-lines.ts";

/** @param shown how reports call it. @throws {ExitError} noFile; configuration, if it is too large. */
export function readConfFile(path: string, shown: string = path): ConfFile {
  const text = readSettingsText(path);
  try {
    return { path: shown, folder: dirname(realpathSync(path)), text };
  } catch (error) {
    throw new ExitError(ExitCode.noFile, `Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** @returns the files that match, in the order of their names; folders are none. */
export function findConfFiles(pattern: string, folder: string): ConfFile[] {
  // No path has a zero octet in it.
  if (pattern.includes("\0")) return [];
  const whole = resolve(folder, pattern);
  const segments = whole.split("/").filter((segment) => segment !== "");
  return expand("/", segments)
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => readConfFile(path));
}

function expand(base: string, [first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [base];
  if (!/[*?[]/.test(first)) return expand(join(base, first), rest);
  const pattern = asExpression(first);
  return namesIn(base)
    .filter((name) => pattern.test(name))
    .flatMap((name) => expand(join(base, name), rest));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Hidden files match only what says so, as in a shell. A set that is none, as one that is not closed, is its own text. */
function asExpression(pattern: string): RegExp {
  const body = pattern
    .replaceAll(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".")
    .replaceAll("[!", "[^");
  try {
    return new RegExp(`^${/^[*?[]/.test(pattern) ? "(?!\\.)" : ""}${body}$`);
  } catch {
    return new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\*?]/g, "\\$&")}$`);
  }
}
