/** A record may be well formed and make no sense: it is skipped, and the others are obeyed on. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { mistakeIn } from "./claim-check.ts";

const GOOD: RecordOf<"vrrp.state"> = {
  v: 1,
  type: "vrrp.state",
  tool: "vrrp-elect",
  host: "a",
  pid: 1,
  ts: "2026-11-25T00:00:00.000000000Z",
  seq: 1,
  instance: "eth0/4/51",
  interface: "eth0",
  family: 4,
  vrid: 51,
  version: 3,
  state: "active",
  previous: "backup",
  reason: "x",
  priority: 100,
  vips: ["192.0.2.100/32"],
  vmac: "00:00:5e:00:01:33",
  epoch: 1,
  boot_id: "b",
};
const ROWS: readonly (readonly [
  fact: string,
  change: Partial<RecordOf<"vrrp.state">>,
  says: RegExp | undefined,
])[] = [
  ["all is well", {}, undefined],
  ["another VRID", { vrid: 52 }, /instance is eth0\/4\/51, and its fields say eth0\/4\/52/],
  ["a prefix that is too long", { vips: ["1.2.3.4/99"] }, /needs a number from 1 to 32/],
  ["a group", { vips: ["224.0.0.1/24"] }, /unicast/],
  ["both families", { vips: ["192.0.2.100/32", "2001:db8::1/128"] }, /not of family 4/],
];
for (const [fact, change, says] of ROWS) {
  test(`rule 6: a state record with ${fact}`, () => {
    const mistake = mistakeIn({ ...GOOD, ...change });
    if (says === undefined) assert.equal(mistake, undefined);
    else assert.match(mistake ?? "", says);
  });
}
