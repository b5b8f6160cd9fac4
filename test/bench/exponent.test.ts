/** The fitted exponent: what grows how. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../simulation/random.ts";
import { exponentOf, lastExponentOf } from "./exponent.ts";

const WORKS = [100, 1000, 10_000];
const random = new Random(7);
/** A tenth more or less. */
const noisy = (value: number): number => value * (0.9 + random.below(200) / 1000);

const ROWS: readonly {
  readonly name: string;
  cost(work: number): number;
  readonly all: number;
  readonly last: number;
  readonly within?: number;
}[] = [
  { name: "n", cost: (n) => 3 * n, all: 1, last: 1 },
  { name: "n²", cost: (n) => n * n, all: 2, last: 2 },
  { name: "√n", cost: (n) => Math.sqrt(n), all: 0.5, last: 0.5 },
  { name: "constant", cost: () => 40, all: 0, last: 0 },
  {
    name: "n log n stays below the bound",
    cost: (n) => n * Math.log(n),
    all: 1.15,
    last: 1.12,
    within: 0.01,
  },
  { name: "n with noise", cost: (n) => noisy(n), all: 1, last: 1, within: 0.1 },
  { name: "n² with noise", cost: (n) => noisy(n * n), all: 2, last: 2, within: 0.1 },
  {
    name: "n² behind a start-up: the last step tells",
    cost: (n) => 50 + 1e-5 * n * n,
    all: 0.66,
    last: 1.24,
    within: 0.02,
  },
];

describe("exponentOf", () => {
  for (const { name, cost, all, last, within = 1e-9 } of ROWS) {
    test(name, () => {
      const points = WORKS.map((work) => ({ work, cost: cost(work) }));
      const [fitted, ofLast] = [exponentOf(points), lastExponentOf([...points].reverse())];
      assert.ok(Math.abs(fitted - all) <= within, `${fitted}, expected ${all}`);
      assert.ok(Math.abs(ofLast - last) <= within, `last step ${ofLast}, expected ${last}`);
    });
  }

  for (const [name, points] of [
    ["one work alone has none", [{ work: 10, cost: 1 }]],
    ["the same work twice has none", [10, 10].map((work) => ({ work, cost: 1 }))],
    ["a cost of nothing has none", WORKS.map((work) => ({ work, cost: work - 100 }))],
  ] as const) {
    test(name, () => {
      assert.throws(() => exponentOf(points), RangeError);
    });
  }
});
