/** docs/security.md: each of its points names tests that exist. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { TOP } from "../lab/shell.ts";
import { findUnshown } from "./points.ts";
import { readTestSources } from "./test-sources.ts";

const SOURCES = [
  { file: "x/a.test.ts", source: `test("V3-1-a it does", () => {});\n  test(\`of \${n}\`, f);\n` },
];
const HEAD = "| what can be done | what comes of it | shown by |\n|---|---|---|\n";

const PAGES: readonly (readonly [name: string, cell: string, says: RegExp | undefined])[] = [
  ["a test that is there", "`x/a.test.ts`: it does", undefined],
  ["one that is made from a table", "`x/a.test.ts`: of …", undefined],
  ["two", "`x/a.test.ts`: it does; `x/a.test.ts`: of …", undefined],
  ["none", "nobody", /"a" names no test/],
  ["one that is not there", "`x/a.test.ts`: it did", /has no test called "it did"/],
  ["a second one that is not there", "`x/a.test.ts`: of …; `x/a.test.ts`: gone", /has no test called "gone"/],
  ["a file that is not there", "`x/b.test.ts`: it does", /x\/b.test.ts has no test/],
];
for (const [name, cell, says] of PAGES)
  test(`findUnshown() looks for ${name}`, () => {
    const found = findUnshown(`${HEAD}| a | b | ${cell} |\n`, SOURCES);
    if (says === undefined) assert.deepEqual(found, []);
    else assert.match(found.join(), says);
  });

const POINTS_AT_LEAST = 30;

test("docs/security.md: each point is shown by tests that exist", () => {
  const page = readFileSync(join(TOP, "docs/security.md"), "utf8");
  assert.deepEqual(findUnshown(page, readTestSources()), []);
  assert.ok(page.split("\n").filter((line) => line.startsWith("| ")).length > POINTS_AT_LEAST);
});
