/**
 * Finds the tests that carry a requirement's id in their name.
 *
 * Names are looked for in the sources, where a name built from a table is the table's text. So an id counts in any string
 * literal of a test file, and in no comment. The formatter keeps a literal on one line.
 *
 * @module
 */
import { ID_PATTERN } from "./requirement.ts";

export interface NamedTest {
  /** For people: `wire/vrrp.test.ts`. */
  readonly file: string;
  /** Without its ids. */
  readonly name: string;
  readonly ids: readonly string[];
}

const LITERAL = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*)/;

/** @param source text of a test file. @returns what stands in quotes, in no comment. */
export function literalsIn(source: string): string[] {
  return source
    .split("\n")
    .filter((line) => !COMMENT_LINE.test(line))
    .flatMap((line) => line.match(LITERAL) ?? [])
    .map((literal) => literal.slice(1, -1));
}

/** @param source text of a test file. */
export function findNamedTests(file: string, source: string): NamedTest[] {
  return literalsIn(source).flatMap((text) => {
    const ids = text.match(ID_PATTERN);
    return ids === null ? [] : [{ file, name: bareName(text), ids }];
  });
}

/** What is left of a name when ids and placeholders are taken out. */
export function bareName(text: string): string {
  return text
    .replaceAll(ID_PATTERN, "")
    .replaceAll(/\$\{[^}]*\}/g, "…")
    .replaceAll(/\\(.)/g, "$1")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\(\s*\)$/g, "")
    .replace(/^[\s:,]+/, "")
    .trim();
}
