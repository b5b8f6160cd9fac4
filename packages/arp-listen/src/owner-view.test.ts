import assert from "node:assert/strict";
import test from "node:test";
import { key4, key6, macNumber, macText, partsOf, segmentOf } from "./address-number.ts";
import { paint } from "./color.ts";
import { viewOwners } from "./owner-view.ts";
import { OwnerTable } from "./owners.ts";

const S = 1_000_000;
const SOURCES = ["eth0", "eth1"];
const IPV4 = Uint8Array.of(192, 0, 2, 100);
const IPV6 = Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

function tableOf(
  ...claims: readonly (readonly [key: number | string, mac: number, atS: number])[]
): OwnerTable {
  const table = new OwnerTable();
  for (const [key, mac, atS] of claims)
    table.claim({ key, mac, asker: 0, expected: -1, seconds: atS, nanoseconds: 0, atUs: atS * S });
  return table;
}

const KEY4 = key4(segmentOf(1, 7), IPV4, 0);
const KEY6 = key6(segmentOf(0, 0), IPV6, 0);

test("viewOwners() shows who changed first, then who spoke last, in columns", () => {
  const table = tableOf([KEY4, 10, 0], [KEY6, 11, 5], [KEY4, 12, 1], [KEY4, 12, 2]);
  assert.deepEqual(viewOwners(table.columns, SOURCES, 100 * S, { columns: 100, rows: 20 }), [
    "2 addresses",
    "ADDRESS      OWNER              WHERE   AGE  CLAIMS  CHANGES",
    "192.0.2.100  00:00:00:00:00:0c  eth1.7  98s       3        1",
    "2001:db8::1  00:00:00:00:00:0b  eth0    95s       1        0",
  ]);
});

test("viewOwners() fits into a small terminal, and says what it leaves out", () => {
  const claims = Array.from({ length: 50 }, (_, n) => [1000 + n, n, n] as const);
  const lines = viewOwners(tableOf(...claims).columns, SOURCES, 50 * S, { columns: 30, rows: 6 });
  assert.equal(lines.length, 6);
  assert.ok(lines.every((line) => line.length <= 30));
  assert.equal(lines[0], "50 addresses, 46 of them not s");
});

const AGES: readonly (readonly [seconds: number, text: string])[] = [
  [0.44, "0.4s"],
  [9.9, "9.9s"],
  [119, "119s"],
  [120, "2m"],
  [7200, "2h"],
];
for (const [seconds, text] of AGES) {
  test(`viewOwners() calls ${seconds} seconds ${text}`, () => {
    const [, , row] = viewOwners(tableOf([KEY4, 10, 0]).columns, SOURCES, seconds * S, {
      columns: 99,
      rows: 9,
    });
    assert.match(row!, new RegExp(` ${text.replace(".", "\\.")} `));
  });
}

test("an address's key tells its place and its text again", () => {
  assert.deepEqual(partsOf(KEY4), { source: 1, vlan: 7, ip: "192.0.2.100" });
  assert.deepEqual(partsOf(KEY6), { source: 0, vlan: 0, ip: "2001:db8::1" });
  const last = Uint8Array.of(255, 255, 255, 255, 255, 255);
  assert.deepEqual(partsOf(key4(segmentOf(511, 4094), last, 0)), {
    source: 511,
    vlan: 4094,
    ip: "255.255.255.255",
  });
  assert.equal(macText(macNumber(last, 0)), "ff:ff:ff:ff:ff:ff");
  assert.equal(macText(macNumber(Uint8Array.of(0, 0, 0x5e, 0, 1, 0x33), 0)), "00:00:5e:00:01:33");
});

test("paint() colours what is unusual, and leaves questions and answers alone", () => {
  const head = {
    v: 1,
    tool: "t",
    host: "h",
    pid: 1,
    ts: "2026-11-25T00:00:00.000000000Z",
    seq: 1,
    interface: "eth0",
  } as const;
  const seen = { ...head, type: "arp.seen", operation: 1, sha: "", spa: "", tha: "", tpa: "" } as const;
  assert.equal(paint({ ...seen, kind: "request", flags: [] }, "x"), "x");
  assert.equal(paint({ ...seen, kind: "request", flags: ["eth_mismatch"] }, "x"), "\x1b[33mx\x1b[0m");
  assert.equal(paint({ ...head, type: "arp.conflict", ip: "", owners: [] }, "x"), "\x1b[31mx\x1b[0m");
});
