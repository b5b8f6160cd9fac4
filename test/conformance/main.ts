/**
 * Writes docs/conformance.md from the requirements, the decisions and the names of all tests.
 *
 * usage: node test/dist/conformance/main.js [--check]   --check only compares, and fails if the page is out of date
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { TOP } from "../lab/shell.ts";
import { parseDecisions } from "./decision.ts";
import { findProblems, judge } from "./judgement.ts";
import { findNamedTests, type NamedTest } from "./named-tests.ts";
import { formatPage } from "./page.ts";
import { parseRequirements } from "./requirement.ts";

const PAGE = "docs/conformance.md";
const DATA = "test/conformance";
/** Its own tests name rows that are made up. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|conformance)\//;

const read = (path: string): string => readFileSync(join(TOP, path), "utf8");

function findTests(): NamedTest[] {
  return ["packages", "test"]
    .flatMap((folder) =>
      readdirSync(join(TOP, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    )
    .filter((path) => path.endsWith(".test.ts") && !LEFT_OUT.test(path))
    .sort()
    .flatMap((path) => findNamedTests(shownPath(path), read(path)));
}

/** `packages/wire/src/vrrp.test.ts` is `wire/vrrp.test.ts`, `test/scenarios/x.test.ts` is `scenarios/x.test.ts`. */
function shownPath(path: string): string {
  const folder = basename(dirname(path.replace("/src/", "/")));
  return `${folder}/${basename(path)}`;
}

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
