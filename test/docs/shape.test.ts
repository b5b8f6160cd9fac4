/** What is free in a line that a page shows, and what is not. */
import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { missingLines } from "./shape.ts";

const OWNS = "08:56:41.167 a vmac-ctl eth0/4/51 OWNS 192.0.2.100/32 00:00:5e:00:01:33 on vrrp4-2-51 (4.4 ms)";

const ROWS: readonly (readonly [name: string, shown: string, seen: string, fits: boolean])[] = [
  [
    "a time and a duration are free",
    OWNS,
    OWNS.replace("08:56:41.167", "23:01:02.003").replace("4.4", "17.25"),
    true,
  ],
  ["a duration without a point is another word", OWNS, OWNS.replace("4.4", "4"), false],
  ["a virtual MAC is a fact", OWNS, OWNS.replace("01:33", "01:34"), false],
  ["the MAC of a NIC is free", "is-at 3e:36:0b:15:f6:29", "is-at 02:00:00:00:00:01", true],
  ["the MAC of a NIC is no virtual one", "is-at 3e:36:0b:15:f6:29, x", "is-at 3e:36:0b:15, x", false],
  ["an address is a fact", OWNS, OWNS.replace("192.0.2.100", "192.0.2.101"), false],
  ["a word is a fact", OWNS, OWNS.replace("OWNS", "released"), false],
  ["more at the end does not fit", OWNS, `${OWNS} [why]`, false],
  ["a process id is free", "owner 4711, ANSWERS", "owner 9, ANSWERS", true],
  ["how many were asked is free, how many lost is not", "500 asked, 0 lost", "499 asked, 0 lost", true],
  ["lost ones are a fact", "500 asked, 0 lost", "500 asked, 1 lost", false],
  ["dots stand for anything", "64 bytes from …: ok", "64 bytes from x (y): ok", true],
  ["spaces may be wider", "a b", "  a    b  ", true],
  ["signs of patterns are signs", "a.b (c) [d] e*", "axb (c) [d] e*", false],
];

for (const [name, shown, seen, fits] of ROWS) {
  test(`missingLines: ${name}`, () => {
    deepEqual(missingLines([shown], ["before", seen, "after"]), fits ? [] : [shown]);
  });
}

test("missingLines: lines come in their order, others may be between", () => {
  deepEqual(missingLines(["a", "b"], ["a", "x", "b"]), []);
  deepEqual(missingLines(["a", "b"], ["b", "a"]), ["b"]);
  deepEqual(missingLines(["a", "a"], ["a"]), ["a"]);
});
