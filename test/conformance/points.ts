/**
 * A page whose tables end with the tests that show each row: `wire/vrrp.test.ts`: what it is called. Pure.
 *
 * @module
 */
import { bareName, literalsIn } from "./named-tests.ts";
import type { TestSource } from "./test-sources.ts";

/** File and name, as many as a cell has. A placeholder of a name is an ellipsis, as on the page of conformance. */
const PROOF = /`([\w-]+\/[\w.-]+\.test\.ts)`: (.+?)(?=; `|$)/g;
const ROW = /^\|(.*)\|$/;
const HEAD = /^\| (?:what can be done|---)|^\|---/;

/** @returns what is wrong: a row without a test, or a test that is not there. */
export function findUnshown(page: string, sources: readonly TestSource[]): string[] {
  const names = new Map<string, Set<string>>();
  for (const { file, source } of sources) {
    const known = names.get(file) ?? new Set();
    for (const literal of literalsIn(source)) known.add(bareName(literal));
    names.set(file, known);
  }
  return page
    .split("\n")
    .filter((line) => ROW.test(line) && !HEAD.test(line))
    .flatMap((line) => {
      const cells = line.slice(1, -1).split(" | ");
      const proofs = [...(cells.at(-1) ?? "").trim().matchAll(PROOF)];
      const point = cells[0]!.trim();
      if (cells.length !== 3 || proofs.length === 0) return [`"${point}" names no test`];
      return proofs
        .filter(([, file, name]) => names.get(file!)?.has(name!) !== true)
        .map(([, file, name]) => `"${point}": ${file} has no test called "${name}"`);
    });
}
