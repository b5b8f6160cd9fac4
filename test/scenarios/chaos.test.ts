/** S1 to S9: random faults on random routers, in random forms; the seed of what fails is printed, and repeats it. */
import assert from "node:assert/strict";
import test from "node:test";
import { campaign } from "../chaos/campaign.ts";
import { type Limits, scriptOf } from "../chaos/script.ts";
import { IS_FULL, needsRoot } from "../lab/stage.ts";

const FOR_MS = IS_FULL ? 30 * 60_000 : 60_000;
/** Campaigns side by side: routers wait for most of the time. */
const LANES = IS_FULL ? 1 : 2;
const SEEDS_A_LANE = 1_000_000;
/** Shorter leases than these say nothing of a machine that does something else, too. */
/** The same scripts each time: what a change breaks is told from what chance brings. `npm run chaos` plays others. */
const SEED = 692_696;
const LIMITS = { routersMax: 3, blowsMax: 5, advertMinMs: 100, advertMaxMs: 300 };

test("S1 S2 S3 S5 S7 S8 S9 hold whatever befalls whom", needsRoot, async (t) => {
  const seed = Number(process.env["VIPTOOLS_SEED"] ?? SEED);
  const say = (line: string): void => t.diagnostic(line);
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    return await campaign({ firstSeed: seed + lane * SEEDS_A_LANE, limits: LIMITS, forMs: FOR_MS, say });
  });
  const outcomes = await Promise.all(lanes);
  const sum = (figure: "played" | "blows" | "unjudged"): number =>
    outcomes.reduce((all, outcome) => all + outcome[figure], 0);
  t.diagnostic(`${sum("played")} scripts, ${sum("blows")} blows, ${sum("unjudged")} scripts not judged`);
  for (const { property, sentence } of outcomes.flatMap(({ besideKeepalived }) => besideKeepalived))
    t.diagnostic(`beside a keepalived: ${property}: ${sentence}`);
  assert.deepEqual(
    outcomes.flatMap(({ violations }) => violations),
    [],
  );
  assert.ok(sum("played") > sum("unjudged"), "some were judged");
});

/** A script in which the first host is frozen as a whole, for long enough, with a virtual MAC: its kernel would answer on. */
function frozenSeed(limits: Limits): number {
  for (let seed = 0; ; seed++) {
    const { form, blows } = scriptOf(seed, limits);
    const isFrozen = blows.some(
      ({ kind, host, lastsMs }) => kind === "freeze all" && host === "a" && lastsMs > 1000,
    );
    if (isFrozen && form.mode === "macvlan" && form.standby === "absent") return seed;
  }
}

test("control: without a fence it is noticed that a frozen host speaks", needsRoot, async () => {
  const limits = { routersMax: 2, blowsMax: 2, advertMinMs: 100, advertMaxMs: 100 };
  const { violations } = await campaign({
    firstSeed: frozenSeed(limits),
    limits,
    forMs: 0,
    followArgs: "--fence none",
    say: () => {},
  });
  assert.ok(
    violations.some(({ property }) => property === "S2"),
    JSON.stringify(violations),
  );
});
