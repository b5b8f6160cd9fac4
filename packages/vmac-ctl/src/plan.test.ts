import assert from "node:assert/strict";
import test from "node:test";
import { fenceTable } from "./fence.ts";
import { virtualInterfaceName } from "./plan.ts";

const NAMES: [number, number, string][] = [
  [2, 51, "vrrp4-2-51"],
  [99999, 255, "vrrp4-99999-255"],
  [123456, 255, "v4-123456-255"],
];
for (const [parentIndex, vrid, name] of NAMES) {
  test(`virtualInterfaceName() makes ${name}: at most 15 characters, no dot`, () => {
    assert.equal(virtualInterfaceName(4, parentIndex, vrid), name);
    assert.ok(name.length <= 15 && !name.includes("."));
  });
}

test("fenceTable() makes a name that nft takes, whatever the interface is called", () => {
  assert.equal(fenceTable("eth0", 4, 51), "vmac_eth0_4_51");
  assert.equal(fenceTable("bond0.12", 4, 51), "vmac_bond0.12_4_51");
  assert.equal(fenceTable("a@b:c", 4, 1), "vmac_a_b_c_4_1");
});
