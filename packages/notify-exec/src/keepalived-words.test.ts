/** Our states in keepalived's words, and which of them wait for a script. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf, VrrpStateName } from "@viptools/records";
import { KeepalivedWords } from "./keepalived-words.ts";
import { Lane } from "./lane.ts";

const state = (to: VrrpStateName, reason: string, instance = "eth0/4/51"): RecordOf<"vrrp.state"> => ({
  v: 1,
  type: "vrrp.state",
  tool: "vrrp-elect",
  host: "a",
  pid: 1,
  ts: "2026-11-25T00:00:00.000000000Z",
  seq: 1,
  instance,
  interface: "eth0",
  family: 4,
  vrid: 51,
  version: 3,
  state: to,
  previous: "initialize",
  reason,
  priority: 150,
  vips: ["192.0.2.100/32"],
  vmac: null,
  epoch: 1,
  boot_id: "b",
});

const STORY: readonly (readonly [to: VrrpStateName, reason: string, calls: readonly string[]])[] = [
  ["backup", "startup", ["INSTANCE VI_1 BACKUP 150"]],
  ["backup", "startup", []],
  ["active", "active_down", ["INSTANCE VI_1 MASTER 150"]],
  ["initialize", "link_down", ["INSTANCE VI_1 FAULT 150"]],
  ["initialize", "track", []],
  ["backup", "link_up", ["INSTANCE VI_1 BACKUP 150"]],
  ["active", "owner", ["INSTANCE VI_1 MASTER 150"]],
  ["initialize", "shutdown", ["INSTANCE VI_1 STOP 150"]],
];

const tell = (calls: ReturnType<KeepalivedWords["end"]>): string[] =>
  calls.map(({ kind, name, word, priority }) => `${kind} ${name} ${word} ${priority}`);

test("vrrp.state in keepalived's words, each change once", () => {
  const words = new KeepalivedWords([{ instance: "eth0/4/51", name: "VI_1" }], []);
  for (const [to, reason, calls] of STORY)
    assert.deepEqual(tell(words.hear(state(to, reason))), calls, `${to} ${reason}`);
  assert.deepEqual(words.end(), [], "STOP is said once");
  assert.deepEqual(words.hear(state("active", "owner", "eth0/4/52")), [], "nobody has named it");
});

for (const reason of ["shutdown", "reader_lost", "interface_gone"]) {
  test(`an elector that ends by ${reason} stops`, () => {
    const words = new KeepalivedWords([{}], []);
    assert.deepEqual(tell(words.hear(state("initialize", reason))), ["INSTANCE eth0/4/51 STOP 150"]);
  });
}

test("an elector that is gone without a word has stopped", () => {
  const words = new KeepalivedWords([{ name: "V" }], []);
  words.hear(state("active", "active_down"));
  assert.deepEqual(tell(words.end()), ["INSTANCE V STOP 150"]);
});

test("a sync group says what all of its members are", () => {
  const words = new KeepalivedWords([{}], [{ name: "G", members: ["eth0/4/51", "eth0/4/52"] }]);
  const heard = (to: VrrpStateName, reason: string, instance?: string): string[] =>
    tell(words.hear(state(to, reason, instance))).filter((call) => call.startsWith("GROUP"));
  assert.deepEqual(heard("backup", "startup"), []);
  assert.deepEqual(heard("backup", "startup", "eth0/4/52"), ["GROUP G BACKUP 0"]);
  assert.deepEqual(heard("active", "active_down"), []);
  assert.deepEqual(heard("active", "active_down", "eth0/4/52"), ["GROUP G MASTER 0"]);
  assert.deepEqual(heard("initialize", "link_down"), ["GROUP G FAULT 0"]);
  assert.deepEqual(heard("backup", "sync_group", "eth0/4/52"), []);
  assert.deepEqual(heard("backup", "link_up"), ["GROUP G BACKUP 0"]);
  assert.deepEqual(tell(words.end()).at(-1), "GROUP G STOP 0");
});

test("Lane: one at a time, in order, and the newest is never lost", () => {
  const lane = new Lane<number>(2);
  assert.deepEqual(lane.push(1), []);
  assert.equal(lane.begin(), 1);
  assert.equal(lane.begin(), undefined, "one is running");
  assert.deepEqual([...lane.push(2), ...lane.push(3), ...lane.push(4)], [2]);
  lane.done();
  assert.equal(lane.begin(), 3);
  lane.done();
  assert.deepEqual([...lane.push(5), ...lane.push(6)], [4], "two wait at most");
  assert.deepEqual(lane.keep(1), [5]);
  assert.equal(lane.begin(), 6);
  assert.equal(lane.isIdle, false);
  lane.done();
  assert.equal(lane.isIdle, true);
});
