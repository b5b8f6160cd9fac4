/** Rise and fall, by rows and by what holds for every sequence of results. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Health, initialHealth, judge, type Thresholds } from "./health.ts";

/** `+` passed, `-` failed. @returns what is believed after each result: `o` ok, `x` failed. */
function play(results: string, thresholds: Thresholds, startsFailed = false): string {
  let health = initialHealth(startsFailed);
  return [...results]
    .map((result) => {
      health = judge(health, result === "+", thresholds);
      return health.state === "ok" ? "o" : "x";
    })
    .join("");
}

const ROWS: readonly (readonly [
  name: string,
  results: string,
  rise: number,
  fall: number,
  believed: string,
])[] = [
  ["the first success decides", "+", 3, 3, "o"],
  ["the first failure decides", "-", 3, 3, "x"],
  ["one failure of three changes nothing", "+-+--+", 2, 3, "oooooo"],
  ["three failures in a row are a failure", "+---", 2, 3, "ooox"],
  ["two successes in a row end it", "-+-++", 2, 3, "xxxxo"],
  ["with 1 and 1 each result decides", "+-+-", 1, 1, "oxox"],
];
for (const [name, results, rise, fall, believed] of ROWS)
  test(`judge(): ${name}`, () => assert.equal(play(results, { rise, fall }), believed));

test("judge(): what starts failed needs its whole rise", () => {
  assert.equal(play("+++", { rise: 3, fall: 1 }, true), "xxo");
});

const thresholds = fc.record({ rise: fc.integer({ min: 1, max: 5 }), fall: fc.integer({ min: 1, max: 5 }) });
const results = fc
  .array(fc.constantFrom("+", "-"), { minLength: 1, maxLength: 60 })
  .map((list) => list.join(""));

test("judge(): every change has exactly its results in a row behind it", () => {
  fc.assert(
    fc.property(results, thresholds, (played, { rise, fall }) => {
      const believed = play(played, { rise, fall });
      for (let n = 1; n < played.length; n += 1) {
        const [needed, sign] = believed[n - 1] === "o" ? [fall, "-"] : [rise, "+"];
        const since = believed.lastIndexOf(believed[n - 1] === "o" ? "x" : "o", n - 1) + 2;
        const run = /(.)\1*$/.exec(played.slice(since, n + 1))![0];
        const isTurned = run[0] === sign && run.length >= needed;
        assert.equal(believed[n] !== believed[n - 1], isTurned, `${played} ${believed} at ${n}`);
      }
    }),
  );
});

test("judge(): as many equal results as the thresholds ask for decide, whatever was before", () => {
  fc.assert(
    fc.property(results, thresholds, (played, limits) => {
      let health: Health = initialHealth(false);
      for (const result of played) health = judge(health, result === "+", limits);
      for (let n = 0; n < limits.fall; n += 1) health = judge(health, false, limits);
      assert.equal(health.state, "failed");
      for (let n = 0; n < limits.rise; n += 1) health = judge(health, true, limits);
      assert.equal(health.state, "ok");
    }),
  );
});
