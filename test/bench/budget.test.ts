/** What the budget forgives, and what it does not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allowanceOf, describeRatios, exceeding, type Held, type Ratios, ratiosOf } from "./budget.ts";
import { measureHeld, readBudget } from "./budget-runs.ts";
import type { Rounds } from "./contest.ts";
import { HELD } from "./held-runs.ts";

const HELD_HERE: readonly Held[] = [{ what: "a thing", ours: "ours", by: "plain" }];
const seen = (columns: Readonly<Record<string, readonly number[]>>): Rounds =>
  new Map(Object.entries(columns).map(([what, all]) => [what, all.map((ratio) => ({ ratio }))]));

const JUDGED: readonly (readonly [
  name: string,
  ratios: Ratios,
  budget: Ratios,
  isOver: boolean,
  words: RegExp,
])[] = [
  ["as it was", { "a thing": 2 }, { "a thing": 2 }, false, /2.000, budget 2.000: \+0 %/],
  ["less", { "a thing": 1 }, { "a thing": 2 }, false, /: -50 %/],
  ["a tenth more", { "a thing": 2.2 }, { "a thing": 2 }, false, /: \+10 %/],
  ["a quarter more, with noise in its favour", { "a thing": 2.4 }, { "a thing": 2 }, true, /: \+20 %/],
  ["a quarter more", { "a thing": 2.5 }, { "a thing": 2 }, true, /: \+25 %/],
  ["without a budget", { "a thing": 1 }, {}, true, /no budget for it: npm run bench -- --budget/],
  ["not measured", {}, { "a thing": 1 }, false, /not measured/],
];

describe("exceeding", () => {
  for (const [name, ratios, budget, isOver, words] of JUDGED) {
    test(`${name} is ${isOver ? "over" : "within"}`, () => {
      assert.equal(exceeding(HELD_HERE, ratios, budget, 1.18).length, isOver ? 1 : 0);
      assert.match(describeRatios(HELD_HERE, ratios, budget)[0]!, words);
    });
  }
});

test("allowanceOf: less than a quarter, and more where another processor or Node is", () => {
  const budget = { made: "a processor, Node 20.1.0", ratios: {} };
  assert.equal(allowanceOf(budget, "a processor, Node 20.1.0"), 1.18);
  assert.equal(allowanceOf(budget, "a processor, Node 22.1.0"), 1.75);
});

test("ratiosOf: the median of the rounds", () => {
  assert.deepEqual(ratiosOf(seen({ "a thing": [9, 2, 3] })), { "a thing": 3 });
});

/** Everything costs as much as what it is held against, but one: that takes so many times as much in each run. */
async function measured(factors: readonly number[]): Promise<{ ratios: Ratios; asked: number[] }> {
  const asked: number[] = [];
  const budget = Object.fromEntries(HELD.map(({ what }) => [what, 1]));
  const ratios = await measureHeld(budget, 1.18, async (held) => {
    const factor = factors[asked.length]!;
    asked.push(held.length);
    return seen(Object.fromEntries(held.map(({ what }) => [what, [what === HELD[0]!.what ? factor : 1]])));
  });
  return { ratios, asked };
}

describe("measureHeld: a cost that is above its budget", () => {
  for (const [name, factors, ratio, asked] of [
    ["is measured once if it is not", [1.1], 1.1, [HELD.length]],
    ["once because of others is measured again, alone, and is within", [1.25, 1], 1.125, [HELD.length, 1]],
    ["each time stays above", [1.9, 1.3, 1.4], 1.4, [HELD.length, 1, 1]],
  ] as const) {
    test(name, async () => {
      const { ratios, asked: seenAsked } = await measured(factors);
      assert.equal(ratios[HELD[0]!.what], ratio);
      assert.deepEqual(seenAsked, asked);
    });
  }
});

test("budget.json: each ratio that is held has a budget, and no other", () => {
  assert.deepEqual(Object.keys(readBudget().ratios).sort(), HELD.map(({ what }) => what).sort());
});
