import assert from "node:assert/strict";
import test from "node:test";
import { RepairCount } from "./repair-count.ts";

const SECOND_US = 1_000_000;

test("repairs are paced, counted in a row, and forgiven after ten calm seconds", () => {
  const count = new RepairCount(2);
  assert.equal(count.waitUs(0), 0);
  assert.equal(count.mayRepair(0), true);
  assert.equal(count.waitUs(40_000), 60_000);
  assert.equal(count.mayRepair(5 * SECOND_US), true);
  assert.equal(count.mayRepair(9 * SECOND_US), false, "the third in a row is one too many");
  assert.equal(count.mayRepair(20 * SECOND_US), true, "and then it begins anew");
});
