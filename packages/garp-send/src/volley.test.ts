import assert from "node:assert/strict";
import test from "node:test";
import { Volley } from "./volley.ts";

const TOTAL = 6;

/** A kernel that refuses frames: by their place, so many times, with that errno. */
function kernelOf(refusals: Readonly<Record<number, [code: string, times: number]>>) {
  const left: number[] = [];
  const tries = new Map<number, number>();
  const sendMany = (first: number, count: number): { n: number; code: string }[] =>
    Array.from({ length: count }, (_, at) => first + at).flatMap((n) => {
      const [code, times] = refusals[n] ?? ["", 0];
      const tried = tries.get(n) ?? 0;
      tries.set(n, tried + 1);
      if (tried < times) return [{ n, code }];
      left.push(n);
      return [];
    });
  return { left, sendMany };
}

test("Volley sends in order, in parts of any size", () => {
  const { left, sendMany } = kernelOf({});
  const volley = new Volley(TOTAL, sendMany);
  assert.ok(volley.advance(2));
  assert.equal(volley.left, 4);
  assert.ok(volley.advance(0));
  assert.ok(volley.advance(Number.POSITIVE_INFINITY));
  assert.deepEqual([left, volley.left], [[0, 1, 2, 3, 4, 5], 0]);
  assert.deepEqual(volley.tally(1), { sent: 6, reports: 1, fenced: 0, failed: 0 });
});

test("Volley tells a fence from other refusals, and goes on behind both", () => {
  const { left, sendMany } = kernelOf({ 0: ["ENOBUFS", 9], 1: ["ENOBUFS", 9], 4: ["ENETDOWN", 9] });
  const volley = new Volley(TOTAL, sendMany);
  volley.advance(6);
  assert.deepEqual(left, [2, 3, 5]);
  assert.deepEqual(volley.tally(1), { sent: 3, reports: 0, fenced: 2, failed: 1 });
  assert.deepEqual(
    Array.from({ length: TOTAL }, (_, n) => volley.hasLeft(n)),
    [false, false, true, true, false, true],
  );
});

test("Volley offers again what a full queue had no room for, before anything else", () => {
  const { left, sendMany } = kernelOf({ 1: ["EAGAIN", 2], 2: ["EAGAIN", 1] });
  const volley = new Volley(TOTAL, sendMany);
  assert.equal(volley.advance(3), false);
  assert.equal(volley.left, 5);
  assert.equal(volley.advance(3), false);
  assert.ok(volley.advance(9));
  assert.deepEqual(left, [0, 2, 3, 1, 4, 5]);
  assert.deepEqual(volley.tally(0), { sent: 6, reports: 0, fenced: 0, failed: 0 });
});

test("Volley: what was given up has failed", () => {
  const { left, sendMany } = kernelOf({ 0: ["EAGAIN", 9] });
  const volley = new Volley(TOTAL, sendMany);
  volley.advance(2);
  volley.giveUp();
  assert.deepEqual([left, volley.left], [[1], 0]);
  assert.deepEqual(volley.tally(0), { sent: 1, reports: 0, fenced: 0, failed: 5 });
});
