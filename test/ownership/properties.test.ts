/** S3: whatever is done to it, an owner leaves the host as it was. */
import assert from "node:assert/strict";
import test from "node:test";
import { IS_FULL, needsRoot } from "../lab/stage.ts";
import { explain, Lane, SEED, tryOut } from "./claim.ts";
import type { Tally } from "./player.ts";
import { DISTURBANCES } from "./script.ts";

/** Side by side: much of the time a script waits. */
const LANES = 2;
const RUNS = IS_FULL ? 520 : 24;
/** What must really have happened. */
const NEEDS = [
  ...["up 0", "up 75", "down 0", "follow 0", "vmac.up", "vmac.down", "kill of up", "kill of follow"],
  ...(IS_FULL ? ["up 71", "follow 75", "vmac.prepared", "vmac.fenced", "kill of down", ...DISTURBANCES] : []),
];

async function tryOnLane(n: number, tally: Tally): Promise<void> {
  const lane = new Lane();
  const seed = SEED + n;
  try {
    const failure = await tryOut(lane, Math.ceil(RUNS / LANES), seed, true);
    assert.ok(failure === undefined, failure && explain(failure, seed));
  } finally {
    await lane.close();
    for (const [what, number] of Object.entries(lane.tally)) tally[what] = (tally[what] ?? 0) + number;
  }
}

function figures(tally: Tally): string {
  return Object.entries(tally)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, number]) => `${what}: ${number}`)
    .join("; ");
}

test("S3 links, addresses, routes, rules, memberships, forwarding, firewall and settings are as before", {
  ...needsRoot,
  concurrency: LANES,
}, async (t) => {
  const tally: Tally = {};
  await Promise.all(
    Array.from({ length: LANES }, (_, n) => t.test(`host ${n + 1}`, () => tryOnLane(n, tally))),
  );
  t.diagnostic(`VIPTOOLS_SEED=${SEED}: ${figures(tally)}`);
  for (const what of NEEDS) assert.ok((tally[what] ?? 0) > 0, `${what}: needs some`);
});
