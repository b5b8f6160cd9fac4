/** What becomes of the rounds of a bench: rows, verdicts, sentences, and the README's table. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Bench, Comparison, Step } from "./bench.ts";
import type { Rounds } from "./contest.ts";
import { columnsOf, type Figures, resultOf, withPlayedAgain } from "./figures.ts";
import { replaceFigures } from "./readme.ts";
import { growthRowsOf, quantile, ratioOfRounds, rowsOf } from "./report.ts";
import { cellsOf, figure, growthCellsOf, warningsOf } from "./words.ts";

const of = (columns: Readonly<Record<string, readonly number[]>>): Rounds =>
  new Map(Object.entries(columns).map(([name, values]) => [name, values.map((ms) => ({ ms }))]));
const ROUNDS = of({ ours: [12, 10, 11], fast: [5, 5, 5], none: [0, 0, 0], "held up": [0, 8, 10] });

const comparison = (more: Partial<Comparison>): Comparison => ({
  ...{ what: "a thing", ours: "ours", others: ["fast"], figure: "ms", unit: "ms", better: "lower" },
  ...more,
});
const bench = (more: Partial<Bench>): Bench => ({
  ...{ name: "b", rounds: 3, quickRounds: 1, run: async () => ROUNDS, comparisons: [] },
  ...more,
});

const CELLS: readonly (readonly [name: string, more: Partial<Comparison>, cells: readonly string[][]])[] = [
  [
    "medians, spreads, ratio of medians, middle half of the rounds' ratios",
    {},
    [["a thing", "ours: 11 (10–12) ms", "fast: 5 (5–5) ms", "2.2 (2.1–2.3)", "3", ""]],
  ],
  [
    "without others it stands alone",
    { others: undefined! },
    [["a thing", "ours: 11 (10–12) ms", "", "", "3", ""]],
  ],
  ["who is not there has no row", { others: ["gone"] }, []],
  [
    "a round of 0 is not counted where that cannot be",
    { ours: "held up", isNeverZero: true },
    [["a thing", "held up: 9 (8–10) ms", "fast: 5 (5–5) ms", "1.8 (1.7–1.9)", "2", ""]],
  ],
  ["nor makes a row, if all are 0", { others: ["none"], isNeverZero: true }, []],
  ["ours not there has no row", { ours: "gone" }, []],
  ["a figure that nobody has makes no row", { figure: "s" }, []],
  [
    "by nothing is not divided",
    { others: ["none"], target: { ratio: 1 } },
    [["a thing", "ours: 11 (10–12) ms", "none: 0 (0–0) ms", "", "3", "ratio ≤ 1: cannot be told"]],
  ],
];

const VERDICTS: readonly (readonly [more: Partial<Comparison>, isMet: boolean])[] = [
  [{ target: { ratio: 2.2 } }, true],
  [{ target: { ratio: 2.19 } }, false],
  [{ target: { ratio: 2.2 }, better: "higher" }, true],
  [{ target: { ratio: 2.21 }, better: "higher" }, false],
  [{ target: { ours: 11 } }, true],
  [{ target: { ours: 10 } }, false],
  [{ target: { ours: 12 }, better: "higher" }, false],
];

describe("rowsOf", () => {
  for (const [name, more, cells] of CELLS) {
    test(name, () => {
      assert.deepEqual(rowsOf(bench({ comparisons: [comparison(more)] }), ROUNDS).map(cellsOf), cells);
    });
  }
  for (const [more, isMet] of VERDICTS) {
    test(`${JSON.stringify(more)} is ${isMet ? "met" : "missed"}`, () => {
      assert.equal(rowsOf(bench({ comparisons: [comparison(more)] }), ROUNDS)[0]!.isMet, isMet);
    });
  }
  test("of a series the step that is named, else the last", () => {
    const comparisons = [comparison({ at: 10 }), comparison({}), comparison({ at: 11 })];
    const rows = rowsOf(bench({ comparisons }), STEPS);
    assert.deepEqual(
      rows.map(({ ours }) => ours.median),
      [10, 1000],
    );
  });
});

const STEPS: readonly Step[] = [10, 100, 1000].map((work) => ({
  work,
  rounds: work === 10 ? of({ ours: [work], fast: [1] }) : of({ ours: [work], fast: [1], bad: [work ** 2] }),
}));
const GROWTHS = [{ what: "to do it", of: "things", figure: "ms", unit: "ms" }];

describe("growthRowsOf", () => {
  test("each contender of three steps has a row with its exponent", () => {
    assert.deepEqual(growthRowsOf(bench({ growths: GROWTHS }), STEPS).map(growthCellsOf), [
      ["to do it: ours", "10, 100, 1,000 things", "10, 100, 1,000 ms", "1.00", "1.00"],
      ["to do it: fast", "10, 100, 1,000 things", "1, 1, 1 ms", "0.00", "0.00"],
    ]);
  });
  test("what grows faster than its work is said in a sentence", () => {
    const four = [...STEPS, { work: 10_000, rounds: of({ ours: [10_000], fast: [1], bad: [1e8] }) }];
    assert.deepEqual(warningsOf(growthRowsOf(bench({ growths: GROWTHS }), four)), [
      "to do it: bad grows faster than its work: ten times as many things cost 100 times as much (exponent 2.00).",
    ]);
  });
});

const NUMBERS: readonly (readonly [number, string])[] = [
  [0, "0"],
  [0.01234, "0.0123"],
  [1, "1"],
  [9.996, "10"],
  [12.34, "12.3"],
  [999.6, "1,000"],
  [1234, "1,230"],
  [1_234_567, "1,230,000"],
  [Number.NaN, "-"],
];

for (const [value, text] of NUMBERS)
  test(`figure: ${value} is ${text}`, () => {
    assert.equal(figure(value), text);
  });

test("quantile: between two values by their distance", () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 1].map((share) => quantile([30, 10, 20], share)),
    [10, 15, 20, 30],
  );
});

test("ratioOfRounds: a round in which the other had nothing has no ratio", () => {
  assert.deepEqual(ratioOfRounds([1, 2, 3], [0, 2, 2]), { ofMedians: 1, low: 1.125, high: 1.375 });
});

const PAGE =
  "above\n\n<!-- generated: npm run bench -- --readme -->\n\nold\n\n<!-- end of what is generated -->\n\nbelow\n";

function figuresOf(comparisons: readonly Comparison[]): Figures {
  const others = { keepalived: "2.2.7" };
  return {
    ...{
      date: "2026-01-02",
      isQuick: false,
      tookSeconds: 1,
      growth: [],
      rounds: {},
      failed: ["one that broke"],
    },
    machine: { cpu: "a processor", cores: 2, kernel: "6.1.0", node: "20.1.0", load: 0.1, others },
    rows: rowsOf(bench({ comparisons }), ROUNDS),
  };
}

describe("replaceFigures", () => {
  const missed = comparison({ what: "missed", target: { ratio: 1 }, isDetail: true });
  const text = replaceFigures(
    PAGE,
    figuresOf([comparison({}), comparison({ isDetail: true, what: "fine" }), missed]),
  );
  for (const [name, pattern, isThere] of [
    [
      "what is around stays",
      /^above\n\n<!-- generated[\s\S]*<!-- end of what is generated -->\n\nbelow\n$/,
      true,
    ],
    ["what was there goes", /old/, false],
    [
      "day and machine",
      /2026-01-02: a processor, 2 cores, Linux 6.1.0, Node 20.1.0, load 0.1 at the start/,
      true,
    ],
    ["who is beside", /beside keepalived 2.2.7/, true],
    ["how many targets are missed", /1 of 1 targets missed/, true],
    [
      "a row",
      /\| a thing \| ours: 11 \(10–12\) ms \| fast: 5 \(5–5\) ms \| 2.2 \(2.1–2.3\) \| 3 \| {2}\|/,
      true,
    ],
    ["a detail is left out", /fine/, false],
    ["not one that is missed", /\| missed \|.*\| \*\*ratio ≤ 1: MISSED\*\* \|/, true],
  ] as const) {
    test(name, () => {
      assert.equal(pattern.test(text), isThere, text);
    });
  }
  test("what is said above is not said again", () => {
    const rows = replaceFigures(PAGE, figuresOf([comparison({}), comparison({ others: ["none"] })]));
    assert.match(rows, /\n\| {2}\| ours: 11 \(10–12\) ms \| none/);
  });
  test("a page without a place is refused", () => {
    assert.throws(() => replaceFigures("nothing", figuresOf([])), /the page needs the lines/);
  });
});

describe("resultOf: what is kept is what was measured", () => {
  const uneven: Rounds = new Map([["ours", [{ ms: 1 }, { ms: 2, mib: 3 }]]]);
  for (const [name, result] of [
    ["rounds", ROUNDS],
    ["a series", STEPS],
    ["a figure that a round does not have", uneven],
  ] as const) {
    test(name, () => {
      assert.deepEqual(resultOf(JSON.parse(JSON.stringify(columnsOf(result)))), result);
    });
  }
});

describe("withPlayedAgain: benches that were played again, beside what is kept", () => {
  const kept = { ...figuresOf([]), rounds: { "one that broke": { old: {} }, other: { old: {} } } };
  const again = { ...figuresOf([]), failed: [], rounds: { "one that broke": { now: {} } } };
  test("have the place of the old ones, and have failed no more", () => {
    const { rounds, failed, tookSeconds } = withPlayedAgain(
      { ...kept, rounds: { other: { old: {} } } },
      again,
    );
    assert.deepEqual(
      { rounds, failed, tookSeconds },
      { rounds: { other: { old: {} }, "one that broke": { now: {} } }, failed: [], tookSeconds: 2 },
    );
  });
  for (const [name, other] of [
    ["on another day", { date: "2026-01-03" }],
    ["in a quick run", { isQuick: true }],
    ["on another machine", { machine: { ...kept.machine, cpu: "another processor" } }],
  ] as const)
    test(`${name} are refused`, () => {
      assert.throws(() => withPlayedAgain(kept, { ...again, ...other }), /was measured elsewhere/);
    });
  test("under another load they are not", () => {
    assert.ok(withPlayedAgain(kept, { ...again, machine: { ...kept.machine, load: 1 } }));
  });
});
