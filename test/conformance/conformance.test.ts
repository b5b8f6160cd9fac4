/** The table's own rules: what counts as a test, and what it refuses. */
import assert from "node:assert/strict";
import test from "node:test";
import { type Decision, parseDecisions } from "./decision.ts";
import { findProblems, judge } from "./judgement.ts";
import { findNamedTests, type NamedTest } from "./named-tests.ts";
import { formatPage } from "./page.ts";
import { parseRequirements } from "./requirement.ts";

const REQUIREMENTS = `# Chapter one
V3-1-a | 1 | MUST | Do this
V3-1-b | 1 | MAY | Or that
`;

const NAMES: [string, string, [string, string[]][]][] = [
  ["a test's name", 'test("V3-1-a SM-2 it does", () => {', [["it does", ["V3-1-a", "SM-2"]]]],
  ["a table's row", '  ["V3-7.1-e seven octets", V3, "length"],', [["seven octets", ["V3-7.1-e"]]]],
  ["a template", `  test(\`V3-7.3-a is \${mac}, always\`, () =>`, [["is …, always", ["V3-7.3-a"]]]],
  ["an id at the end", 'test("two routers (V3-1.7-a)", () => {', [["two routers", ["V3-1.7-a"]]]],
  ["an id alone", '  ["V3-1-a", 3],', [["", ["V3-1-a"]]]],
  ["no comment", '// "V3-1-a"\n/** "V3-1-a" */\n * "V3-1-a"', []],
  ["no name of a file", '  "VRRP-V3-IPv4.pcap",', []],
];
for (const [what, source, found] of NAMES) {
  test(`findNamedTests() finds ${what}`, () => {
    assert.deepEqual(
      findNamedTests("x.test.ts", source).map(({ name, ids }) => [name, [...ids]]),
      found,
    );
  });
}

const named = (...ids: string[]): NamedTest => ({ file: "x.test.ts", name: "it does", ids });
const decided = (id: string, kind: Decision["kind"]): [string, Decision] => [id, { kind, reason: "so" }];

const PROBLEMS: [string, NamedTest[], [string, Decision][], RegExp | undefined][] = [
  ["nothing of a test and a decision", [named("V3-1-a")], [decided("V3-1-b", "not yet")], undefined],
  ["a row without either", [named("V3-1-a")], [], /^V3-1-b has neither/],
  [
    "a row with both",
    [named("V3-1-a", "V3-1-b")],
    [decided("V3-1-b", "elsewhere")],
    /^V3-1-b has a decision, and/,
  ],
  ["a test of an unknown row", [named("V3-1-a", "V3-1-b", "V3-1-c")], [], /V3-1-c, which is no requirement/],
  ["a decision about an unknown row", [named("V3-1-a", "V3-1-b")], [decided("V3-9-z", "not yet")], /V3-9-z/],
  ["too much that is not applicable", [named("V3-1-b")], [decided("V3-1-a", "not applicable")], /^100\.0 %/],
];
for (const [what, tests, decisions, says] of PROBLEMS) {
  test(`findProblems() refuses ${what}`, () => {
    const chapters = judge(parseRequirements(REQUIREMENTS), tests, new Map(decisions));
    const problems = findProblems(chapters, tests, new Map(decisions));
    assert.equal(problems.length, says === undefined ? 0 : 1, problems.join("\n"));
    if (says !== undefined) assert.match(problems[0]!, says);
  });
}

test("parseRequirements() and parseDecisions() name the line they cannot read", () => {
  assert.throws(() => parseRequirements("# A\nV3-1-a | 1 | SHALL | x"), /line 2: V3-1-a/);
  assert.throws(() => parseRequirements(`${REQUIREMENTS}V3-1-a | 1 | MAY | x`), /V3-1-a is there twice/);
  assert.throws(() => parseDecisions("\nV3-1-a | maybe | x"), /line 2: V3-1-a/);
  assert.throws(
    () => parseDecisions("A | not yet | x\nA B | not yet | y"),
    /A is decided twice, again in line 2/,
  );
});

test("formatPage() counts by level, and shows tests by file or the decision", () => {
  const tests = [named("V3-1-a")];
  const decisions = new Map([decided("V3-1-b", "elsewhere")]);
  const page = formatPage(judge(parseRequirements(REQUIREMENTS), tests, decisions), "Notes.\n");
  for (const line of [
    "| MUST | 1 | 0 | 0 | 0 | 1 |",
    "| MAY | 0 | 1 | 0 | 0 | 1 |",
    "Notes.",
    "## Chapter one",
    "| V3-1-a | 1 | MUST | Do this | `x.test.ts`: it does |",
    "| V3-1-b | 1 | MAY | Or that | *elsewhere:* so |",
  ]) {
    assert.ok(page.split("\n").includes(line), line);
  }
});
