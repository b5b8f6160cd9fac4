import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { type Announcing, isContested } from "./repair-cause.ts";

const OURS = "02:00:00:00:00:0a";
const THEIRS = "02:00:00:00:00:0b";
const ANNOUNCING: Announcing = {
  instance: "eth0/4/51",
  parent: "eth0",
  mac: OURS,
  addresses: new Set(["192.0.2.100"]),
};

const owner = (mac: string, first: number, last: number): object => ({
  mac,
  first_seen: `2026-11-25T00:00:0${first}.000000000Z`,
  last_seen: `2026-11-25T00:00:0${last}.000000000Z`,
});
const about = { interface: "eth0", ip: "192.0.2.100" };

const RECORDS: [string, object, boolean][] = [
  ["the elector has reasserted itself", { type: "vrrp.reasserted", instance: "eth0/4/51" }, true],
  ["that of another virtual router has", { type: "vrrp.reasserted", instance: "eth0/4/52" }, false],
  ["an observer saw a split brain heal", { type: "vrrp.healed", instance: "eth0/4/51" }, true],
  ["two are Active", { type: "vrrp.conflict", instance: "eth0/4/51", cause: "two_active" }, true],
  ["another one does not hear us", { type: "vrrp.conflict", instance: "eth0/4/51", cause: "one_way" }, true],
  ["intervals differ", { type: "vrrp.conflict", instance: "eth0/4/51", cause: "interval_mismatch" }, false],
  [
    "two claim it",
    { type: "arp.conflict", ...about, owners: [owner(OURS, 1, 2), owner(THEIRS, 1, 2)] },
    true,
  ],
  [
    "two claim another address",
    { type: "arp.conflict", ...about, ip: "192.0.2.1", owners: [owner(THEIRS, 1, 2)] },
    false,
  ],
  [
    "two claim it on another interface",
    { type: "arp.conflict", ...about, interface: "eth1", owners: [owner(THEIRS, 1, 2)] },
    false,
  ],
  [
    "it went to another one",
    { type: "arp.changed", ...about, owners: [owner(OURS, 1, 2), owner(THEIRS, 3, 3)] },
    true,
  ],
  [
    "it came to us",
    { type: "arp.changed", ...about, owners: [owner(THEIRS, 1, 2), owner(OURS, 3, 3)] },
    false,
  ],
  [
    "it went back to another one that was first",
    { type: "arp.changed", ...about, owners: [owner(THEIRS, 1, 4), owner(OURS, 3, 3)] },
    true,
  ],
  ["it was seen", { type: "arp.seen", ...about }, false],
];
for (const [name, record, isRepaired] of RECORDS) {
  test(`isContested() is ${isRepaired} where ${name}`, () => {
    assert.equal(isContested(record as KnownRecord, ANNOUNCING), isRepaired);
  });
}
