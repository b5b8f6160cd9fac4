/** S3: whatever is done to it, an owner leaves the host as it was. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { IS_FULL, needsRoot } from "../lab/stage.ts";
import { explain, Lane, SEED, tryOut } from "./claim.ts";

/** Side by side: much of the time a script waits. */
const LANES = 2;
const RUNS = IS_FULL ? 600 : 26;

async function tryOnLane(t: TestContext, n: number): Promise<void> {
  const lane = new Lane();
  const seed = SEED + n;
  try {
    const failure = await tryOut(lane, Math.ceil(RUNS / LANES), seed, true);
    assert.ok(failure === undefined, failure && explain(failure, seed));
  } finally {
    await lane.close();
    t.diagnostic(`VIPTOOLS_SEED=${SEED}: ${figures(lane)}`);
  }
}

function figures({ tally }: Lane): string {
  return Object.entries(tally)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, number]) => `${what}: ${number}`)
    .join("; ");
}

test("S3 links, addresses, routes, rules, memberships, forwarding, firewall and settings are as before", {
  ...needsRoot,
  concurrency: LANES,
}, async (t) => {
  await Promise.all(
    Array.from({ length: LANES }, (_, n) => t.test(`host ${n + 1}`, (own) => tryOnLane(own, n))),
  );
});
