import assert from "node:assert/strict";
import test from "node:test";
import { Answerers, isAsItShallBe } from "./answerers.ts";

const VIP = "192.0.2.100";
const DIRECTOR = "00:00:5e:00:01:33";
const SERVER = "02:00:00:00:00:02";

/** @returns what is counted for the VIP. */
function heard(...owners: string[]): ReturnType<Answerers["of"]> {
  const answerers = new Answerers([VIP]);
  for (const owner of owners) answerers.note({ ip: VIP, owner });
  return answerers.of(VIP);
}

test("answers are counted by MAC, the first one first", () => {
  assert.deepEqual(heard(SERVER, DIRECTOR, SERVER), [
    { mac: SERVER, answers: 2 },
    { mac: DIRECTOR, answers: 1 },
  ]);
});

test("a flood of invented answers is told by 64 of them, and those that were there count on", () => {
  const flood = Array.from(
    { length: 100_000 },
    (_, n) => `02:ff:00:${(n >> 16).toString(16)}:${n >> 8}:${n}`,
  );
  const answerers = heard(SERVER, ...flood, SERVER);
  assert.equal(answerers.length, 64);
  assert.deepEqual(answerers[0], { mac: SERVER, answers: 2 });
});

test("what is said of another address counts for nothing", () => {
  const answerers = new Answerers([VIP]);
  answerers.note({ ip: "192.0.2.7", owner: SERVER });
  assert.deepEqual(answerers.of(VIP), []);
});

const VERDICTS: readonly (readonly [owners: string[], expected: string | undefined, isGood: boolean])[] = [
  [[], undefined, true],
  [[], DIRECTOR, true],
  [[SERVER], undefined, true],
  [[DIRECTOR], DIRECTOR, true],
  [[SERVER], DIRECTOR, false],
  [[DIRECTOR, SERVER], undefined, false],
  [[DIRECTOR, SERVER], DIRECTOR, false],
];
for (const [owners, expected, isGood] of VERDICTS)
  test(`answered by ${owners.join(" and ") || "nobody"}, expected ${expected ?? "one"}: ${isGood ? "good" : "bad"}`, () => {
    assert.equal(isAsItShallBe(heard(...owners), expected), isGood);
  });
