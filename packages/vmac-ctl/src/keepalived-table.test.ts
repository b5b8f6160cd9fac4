/** keepalived's words: obeyed once each, in order, and never more than its configuration says. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { KeepalivedTable } from "./keepalived-table.ts";
import type { Claim } from "./owner-table.ts";

const CLAIM: Claim = {
  instance: "eth0/4/51",
  parent: "eth0",
  vrid: 51,
  vmac: "00:00:5e:00:01:33",
  vips: ["192.0.2.100/32"],
  epoch: 0,
  isLeased: false,
};
const CLAIM6: Claim = { ...CLAIM, instance: "eth0/6/51", vmac: "00:00:5e:00:02:33" };

const word = (state: string, name = "VI_1"): RecordOf<"keepalived.state"> => ({
  v: 1,
  type: "keepalived.state",
  tool: "keepalived-notify",
  host: "a",
  pid: 1,
  ts: "2026-11-25T00:00:00.000000000Z",
  seq: 1,
  kind: "INSTANCE",
  name,
  state,
  priority: 100,
});

const STORY: readonly (readonly [state: string, actions: readonly string[]])[] = [
  ["BACKUP", ["prepare eth0/4/51 0", "prepare eth0/6/51 0"]],
  ["BACKUP", []],
  ["MASTER", ["own eth0/4/51 1", "own eth0/6/51 1"]],
  ["MASTER", []],
  ["MASTER_RX_LOWER_PRI", []],
  ["FAULT", ["release eth0/4/51 2", "release eth0/6/51 2"]],
  ["STOP", []],
  ["MASTER", ["own eth0/4/51 3", "own eth0/6/51 3"]],
  ["DELETED", ["release eth0/4/51 4", "release eth0/6/51 4"]],
];

test("keepalived.state: a name may stand for both families, and only a change does something", () => {
  const table = new KeepalivedTable(new Map([["VI_1", [CLAIM, CLAIM6]]]));
  for (const [state, expected] of STORY) {
    const actions = table.obey(word(state));
    assert.deepEqual(
      actions.map(({ type, claim }) => `${type} ${claim.instance} ${claim.epoch}`),
      expected,
      state,
    );
  }
  assert.deepEqual(table.obey(word("MASTER", "VI_2")), []);
  assert.deepEqual(table.ignored(), { other_name: 1, other_word: 1 });
});
