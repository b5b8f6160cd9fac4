import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { Pulse } from "./pulse.ts";

const state = (name: string, instance = "eth0/4/51"): KnownRecord =>
  ({ type: "vrrp.state", tool: "vrrp-elect", instance, state: name }) as KnownRecord;
const stats = (tool: string): KnownRecord =>
  ({ type: "tool.stats", tool, counters: {} }) as unknown as KnownRecord;

/** Tools that are expected, records, and what is told at each. */
const ROWS: readonly (readonly [
  name: string,
  expected: readonly string[],
  told: readonly (readonly [KnownRecord, readonly string[]])[],
])[] = [
  [
    "ready with the first state but Initialize, and once",
    ["nobody"],
    [
      [state("initialize"), ["STATUS=eth0/4/51 initialize"]],
      [state("backup"), ["READY=1", "STATUS=eth0/4/51 backup"]],
      [state("active"), ["STATUS=eth0/4/51 active"]],
      [state("backup", "eth0/6/51"), ["STATUS=eth0/4/51 active, eth0/6/51 backup"]],
    ],
  ],
  [
    "alive when each has spoken since last time",
    ["vrrp-elect", "vmac-ctl"],
    [
      [stats("vrrp-elect"), []],
      [stats("vrrp-elect"), []],
      [stats("garp-send"), []],
      [stats("vmac-ctl"), ["WATCHDOG=1"]],
      [stats("vmac-ctl"), []],
      [stats("vrrp-elect"), ["WATCHDOG=1"]],
    ],
  ],
  [
    "any record is life where nobody is expected",
    [],
    [
      [stats("x"), ["WATCHDOG=1"]],
      [stats("x"), ["WATCHDOG=1"]],
    ],
  ],
];

for (const [name, expected, told] of ROWS) {
  test(name, () => {
    const pulse = new Pulse(expected);
    assert.deepEqual(
      told.map(([record]) => pulse.note(record)),
      told.map(([, lines]) => lines),
    );
  });
}

test("a status names eight virtual routers at most", () => {
  const pulse = new Pulse(["nobody"]);
  for (let n = 1; n <= 20; n++) pulse.note(state("backup", `eth0/4/${n}`));
  const [status] = pulse.note(state("active", "eth0/4/3"));
  assert.equal(status!.split(", ").length, 8);
  assert.match(status!, /eth0\/4\/3 active/);
});
