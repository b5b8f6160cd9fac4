/** What a soak takes for growth, and for something left over. */
import assert from "node:assert/strict";
import test from "node:test";
import { faultsOf } from "./judge.ts";
import type { Lap } from "./lap.ts";
import { type Growth, growthOf, type Measured } from "./memory.ts";
import type { Story } from "./watch.ts";

const LOOKS = 50;
const BASE_KIB = 60_000;

/** @param kibAt by the share of the work that is done. */
function series(kibAt: (share: number) => number, looks = LOOKS): Measured[] {
  return Array.from({ length: looks }, (_, n) => ({ share: (n + 1) / looks, kib: kibAt((n + 1) / looks) }));
}

const ROWS: Readonly<Record<string, readonly [(share: number) => number, Growth["verdict"]]>> = {
  flat: [() => BASE_KIB, "flat"],
  "a start that takes a third more": [(share) => BASE_KIB * (1 + Math.min(share, 0.1) * 3.3), "flat"],
  "a sawtooth of a quarter, ten teeth": [(share) => BASE_KIB * (1 + 0.25 * ((share * 10) % 1)), "flat"],
  "a sawtooth whose teeth rise": [
    (share) => BASE_KIB * (1 + 0.25 * ((share * 10) % 1) + 0.2 * share),
    "grows",
  ],
  "a slow leak of a tenth": [(share) => BASE_KIB * (1 + 0.1 * share), "grows"],
  "a slower one of a twentieth": [(share) => BASE_KIB * (1 + 0.05 * share), "flat"],
  "a step up by a tenth in the middle": [(share) => BASE_KIB * (share < 0.5 ? 1 : 1.1), "grows"],
  "a step down": [(share) => BASE_KIB * (share < 0.5 ? 1 : 0.8), "flat"],
  "a peak in the middle": [(share) => BASE_KIB * (share > 0.4 && share < 0.6 ? 2 : 1), "flat"],
  "a peak at the very end": [(share) => BASE_KIB * (share > 0.97 ? 2 : 1), "flat"],
};

for (const [what, [kibAt, verdict]] of Object.entries(ROWS)) {
  test(`growthOf: ${what}: ${verdict}`, () => {
    assert.equal(growthOf(series(kibAt), 0).verdict, verdict);
  });
}

test("growthOf: few looks judge nothing", () => {
  assert.equal(
    growthOf(
      series(() => BASE_KIB, 10),
      0,
    ).verdict,
    "too few samples",
  );
});

test("growthOf: what is below the slack is no growth", () => {
  const leak = series((share) => BASE_KIB + 10_000 * share);
  assert.deepEqual(
    [0, 5000, 8000].map((slackKib) => growthOf(leak, slackKib).verdict),
    ["grows", "grows", "flat"],
  );
});

const FLAT = series(() => BASE_KIB);
const LEAK = series((share) => BASE_KIB * (1 + share));
const REST = { descriptors: new Map([["socket", 5]]), timers: 1 };

const STILL: Story = {
  name: "tool",
  resident: FLAT,
  used: FLAT,
  held: FLAT,
  before: REST,
  after: REST,
  cpuMs: 1,
};

function lapWith(change: Partial<Story>, leftovers: readonly string[] = []): Lap {
  const story = { ...STILL, ...change };
  return { title: "lap", unit: "things", amount: 1, tookMs: 1, stories: [story], leftovers, notes: [] };
}

const FAULTS: readonly (readonly [what: string, lap: Lap, said: RegExp | undefined])[] = [
  ["a process that is as it was", lapWith({}), undefined],
  ["memory that grows", lapWith({ resident: LEAK, used: LEAK }), /^lap: tool: memory grew by \d+\.\d % /],
  ["room that V8 makes", lapWith({ resident: LEAK }), undefined],
  ["what malloc keeps for later", lapWith({ used: LEAK }), undefined],
  ["what is held that grows", lapWith({ held: LEAK }), /^lap: tool: what V8 holds grew by /],
  ["memory that nobody looked at", lapWith({ held: [] }), /too seldom/],
  [
    "one more socket",
    lapWith({ after: { ...REST, descriptors: new Map([["socket", 6]]) } }),
    /^lap: tool: has 1 more descriptors of socket open/,
  ],
  [
    "a file that was not open before",
    lapWith({ after: { ...REST, descriptors: new Map([...REST.descriptors, ["/run/lock", 1]]) } }),
    /1 more descriptors of \/run\/lock/,
  ],
  ["fewer of both", lapWith({ after: { descriptors: new Map(), timers: 0 } }), undefined],
  ["timers", lapWith({ after: { ...REST, timers: 3 } }), /^lap: tool: has 2 more timers/],
  ["a rule", lapWith({}, ["firewall + table inet kept {"]), /^lap: left over: firewall \+ table inet kept/],
];

for (const [what, lap, said] of FAULTS) {
  test(`faultsOf: ${what}${said === undefined ? " is no fault" : ""}`, () => {
    const faults = faultsOf(lap, 0);
    assert.equal(faults.length, said === undefined ? 0 : 1, faults.join("\n"));
    if (said !== undefined) assert.match(faults[0]!, said);
  });
}
