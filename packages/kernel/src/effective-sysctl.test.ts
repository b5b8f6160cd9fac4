/** The arithmetic; that the kernel reckons so is seen in the lab (scenarios/effective.test.ts). */
import assert from "node:assert/strict";
import test from "node:test";
import { decide, type EffectiveRule, readEffective } from "./effective-sysctl.ts";

const DECISIONS: readonly (readonly [
  rule: EffectiveRule,
  all: number,
  own: number,
  value: number,
  decidedBy: "all" | "interface",
])[] = [
  ["max", 0, 0, 0, "interface"],
  ["max", 2, 1, 2, "all"],
  ["max", 1, 2, 2, "interface"],
  ["max", 1, 1, 1, "interface"],
  ["max", 0, -1, 0, "all"],
  ["or", 0, 0, 0, "interface"],
  ["or", 1, 0, 1, "all"],
  ["or", 0, 2, 1, "interface"],
  ["or", 1, 1, 1, "interface"],
  ["and", 1, 1, 1, "interface"],
  ["and", 0, 1, 0, "all"],
  ["and", 1, 0, 0, "interface"],
  ["and", 0, 0, 0, "interface"],
  ["interface", 1, 0, 0, "interface"],
  ["interface", 0, 100, 100, "interface"],
];
for (const [rule, all, own, value, decidedBy] of DECISIONS) {
  test(`decide() by ${rule}: all ${all} and own ${own} are ${value}, by ${decidedBy}`, () => {
    assert.deepEqual(decide(rule, all, own), { value, decidedBy });
  });
}

test("readEffective() names the file that decided, and knows nothing of interfaces that are not there", () => {
  const forwarding = readEffective("ipv4/forwarding", "lo");
  assert.equal(forwarding?.path, "net/ipv4/conf/lo/forwarding");
  assert.equal(readEffective("ipv4/rp_filter", "nope"), undefined);
});
