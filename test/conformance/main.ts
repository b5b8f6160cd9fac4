/**
 * Writes docs/conformance.md from the requirements, the decisions and the names of all tests.
 *
 * usage: node test/dist/conformance/main.js [--check]   --check only compares, and fails if the page is out of date
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../lab/shell.ts";
import { parseDecisions } from "./decision.ts";
import { findProblems, judge } from "./judgement.ts";
import { findNamedTests, type NamedTest } from "./named-tests.ts";
import { formatPage } from "./page.ts";
import { parseRequirements } from "./requirement.ts";
import { readTestSources } from "./test-sources.ts";

const PAGE = "docs/conformance.md";
const DATA = "test/conformance";

const read = (path: string): string => readFileSync(join(TOP, path), "utf8");

const findTests = (): NamedTest[] =>
  readTestSources().flatMap(({ file, source }) => findNamedTests(file, source));

function main(isCheck: boolean): string[] {
  const tests = findTests();
  const decisions = parseDecisions(read(`${DATA}/decisions.txt`));
  const chapters = judge(parseRequirements(read(`${DATA}/requirements.txt`)), tests, decisions);
  const problems = findProblems(chapters, tests, decisions);
  if (problems.length > 0) return problems;
  const text = formatPage(chapters, read(`${DATA}/notes.md`));
  if (!isCheck) writeFileSync(join(TOP, PAGE), text);
  else if (read(PAGE) !== text) return [`${PAGE} is out of date: npm run conformance`];
  process.stdout.write(`${PAGE} is ${isCheck ? "up to date" : "written"}\n`);
  return [];
}

const complaints = main(process.argv[2] === "--check");
for (const complaint of complaints) process.stderr.write(`conformance: ${complaint}\n`);
process.exitCode = complaints.length > 0 ? 1 : 0;
