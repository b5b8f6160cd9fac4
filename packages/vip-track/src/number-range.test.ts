import assert from "node:assert/strict";
import test from "node:test";
import { isWithin, parseComparison, parseRanges } from "./number-range.ts";

const RANGES: readonly (readonly [text: string, open: boolean, number: number, isIn: boolean])[] = [
  ["200", false, 200, true],
  ["200", false, 201, false],
  ["200,301-302", false, 302, true],
  ["200, 301-302", false, 303, false],
  ["2", true, 7, true],
  ["2", true, 1, false],
  ["2-", false, 1000, true],
  ["0-0", true, 0, true],
  ["0-0", true, 1, false],
];
for (const [text, open, number, isIn] of RANGES)
  test(`parseRanges(): ${number} is ${isIn ? "" : "not "}in ${text}${open ? " or more" : ""}`, () =>
    assert.equal(isWithin(parseRanges(text, open), number), isIn));

for (const text of ["", "x", "5-2", "-1", "200;301", "1.5", "9999999999"])
  test(`parseRanges() refuses "${text}"`, () => assert.throws(() => parseRanges(text), /needs numbers and/));

const COMPARISONS: readonly (readonly [text: string, number: number, isSo: boolean])[] = [
  ["<5", 4, true],
  ["< 5", 5, false],
  ["<= 5", 5, true],
  ["== 0", 0, true],
  ["!= 0", 0, false],
  [">= -3", -3, true],
  ["> 1.5", 1.6, true],
];
for (const [text, number, isSo] of COMPARISONS)
  test(`parseComparison(): ${number} ${text} is ${isSo}`, () =>
    assert.equal(parseComparison(text)(number), isSo));

for (const text of ["", "5", "= 5", "<", "< x", "<> 5"])
  test(`parseComparison() refuses "${text}"`, () => assert.throws(() => parseComparison(text), /like "< 5"/));
