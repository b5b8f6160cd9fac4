/** A note that somebody has damaged is none: what is left of it must not end `status` or `cleanup`. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RunDirectory } from "@viptools/kernel";
import { type JournalEntry, readEntry } from "./journal.ts";

const WHOLE: JournalEntry = {
  instance: "eth0/4/51",
  parent: "eth0",
  mode: "macvlan",
  mac: "00:00:5e:00:01:33",
  vips: ["192.0.2.100/32"],
  addresses: ["192.0.2.100/32"],
  interface: "vrrp4-2-51",
  table: "vmac_eth0_4_51",
  pid: 4711,
  isStanding: false,
  isBuilding: false,
};
const read = (note: unknown): JournalEntry | undefined =>
  readEntry({ read: () => note } as unknown as RunDirectory, "eth0/4/51");

test("readEntry() gives a whole note back", () => assert.deepEqual(read(WHOLE), WHOLE));

const DAMAGED: readonly (readonly [what: string, note: unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a list", []],
  ["another instance's form", { ...WHOLE, instance: "eth0" }],
  ["no VIPs", { ...WHOLE, vips: undefined }],
  ["VIPs that are no texts", { ...WHOLE, vips: ["192.0.2.100/32", 7] }],
  ["addresses that are no texts", { ...WHOLE, addresses: [null] }],
  ["a table that is no text", { ...WHOLE, table: 3 }],
  ["no MAC", { ...WHOLE, mac: undefined }],
];
for (const [what, note] of DAMAGED)
  test(`readEntry() takes ${what} for no note`, () => assert.equal(read(note), undefined));
