import assert from "node:assert/strict";
import test from "node:test";
import { contentOf, type TableContent, writtenBy } from "@viptools/kernel";
import { redirectRules } from "./redirect-rules.ts";
import { chainFaults, judgeWritten } from "./rule-faults.ts";
import { hidingRules } from "./rules.ts";

const OWN = "192.0.2.2";
const spec = (ownAddress: string) =>
  hidingRules({ interface: "eth0", vips: ["192.0.2.100", "2001:db8::100"], ownAddress });
const HIDING = contentOf(spec(OWN));
const TURNING = contentOf(
  redirectRules("eth0", [{ interface: "eth0", vip: "192.0.2.100", method: "redirect", to: ["tcp/80"] }]),
);
const rulesOf = (content: TableContent, name: string): readonly string[] => content.get(name)!.rules;
const withRules = (content: TableContent, name: string, rules: readonly string[]): TableContent =>
  new Map([...content, [name, { ...content.get(name)!, rules }]]);
const without = (content: TableContent, name: string): TableContent =>
  new Map([...content].filter(([chain]) => chain !== name));

const [ASKED = "", SOLICITED = ""] = rulesOf(HIDING, "in");
const ROWS: readonly (readonly [fact: string, found: TableContent, faults: string[]])[] = [
  ["whole", HIDING, []],
  ["a chain of somebody else beside them", new Map([...HIDING, ["mine", HIDING.get("in")!]]), []],
  ["flushed", withRules(HIDING, "in", []), ["chain in lacks 2 of 2 rules"]],
  ["one rule deleted", withRules(HIDING, "in", [SOLICITED]), ["chain in lacks 1 of 2 rules"]],
  ["a chain deleted", without(HIDING, "out"), ["chain out is gone"]],
  [
    "accepted before",
    withRules(HIDING, "in", ["immediate 2:{2:{1:00000001}}", ASKED, SOLICITED]),
    ["chain in has 1 that somebody else put there"],
  ],
  [
    "in another order",
    withRules(HIDING, "in", [SOLICITED, ASKED]),
    ["chain in has its rules in another order, or twice"],
  ],
  [
    "another policy",
    new Map([...HIDING, ["in", { ...HIDING.get("in")!, entrance: "" }]]),
    ["chain in is hooked elsewhere, or has another policy"],
  ],
  [
    "another address is written",
    contentOf(spec("192.0.2.9")),
    ["chain out lacks 1 of 1 rules", "chain out has 1 that somebody else put there"],
  ],
];
for (const [fact, found, faults] of ROWS)
  test(`rules: ${fact}`, () => assert.deepEqual(chainFaults(HIDING, found), faults));

test("of a redirect too", () => {
  assert.deepEqual(chainFaults(TURNING, TURNING), []);
  assert.deepEqual(chainFaults(TURNING, withRules(TURNING, "rest", [])), ["chain rest lacks 2 of 2 rules"]);
});

test("a rule tells what it writes; what only matches or decides writes nothing", () => {
  const [out = ""] = rulesOf(HIDING, "out");
  assert.deepEqual(writtenBy(out), Uint8Array.of(192, 0, 2, 2));
  assert.equal(writtenBy(ASKED), undefined);
  assert.deepEqual(writtenBy(rulesOf(contentOf(spec("0.0.0.0")), "out")[0]!), new Uint8Array());
});

const WRITTEN: readonly (readonly [
  written: string | undefined,
  own: string[],
  address: string,
  stale?: string,
])[] = [
  [undefined, ["192.0.2.1", OWN], "192.0.2.1"],
  [OWN, ["192.0.2.1", OWN], OWN],
  ["192.0.2.3", ["192.0.2.1"], "192.0.2.3", "192.0.2.3"],
  ["192.0.2.3", [], "192.0.2.3", "192.0.2.3"],
  ["0.0.0.0", [], "0.0.0.0"],
  ["0.0.0.0", [OWN], "0.0.0.0", "0.0.0.0"],
];
for (const [written, own, ownAddress, stale] of WRITTEN)
  test(`written ${written}, of the interface ${own.join(" ")}: ${stale === undefined ? "good" : "stale"}`, () => {
    assert.deepEqual(judgeWritten(written, own), { ownAddress, stale });
  });
