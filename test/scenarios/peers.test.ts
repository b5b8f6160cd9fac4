/** The lab itself: keepalived 2.2.7 and FRR 8.4 agree with each other in it, before anybody is compared with them. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { FrrRouter, needsFrr } from "../lab/frr.ts";
import { KeepalivedRouter } from "../lab/keepalived.ts";
import type { Network } from "../lab/network.ts";
import { type Router, type RouterOptions, VMAC, VMAC6 } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, onStage, untilActive } from "../lab/stage.ts";
import { type PortFrame, Taps } from "../lab/taps.ts";
import { findHandovers } from "../lab/voices.ts";

interface Case {
  readonly family: 4 | 6;
  /** Active while both are there. */
  readonly high: "keepalived" | "FRR";
}

const ADVERT_MS = 100;
const MAKES = { keepalived: KeepalivedRouter, FRR: FrrRouter } as const;

async function play(t: TestContext, network: Network, { family, high }: Case): Promise<void> {
  const low = high === "FRR" ? "keepalived" : "FRR";
  const options = (priority: number): RouterOptions => ({ priority, advertMs: ADVERT_MS, family });
  const taps = new Taps(network);
  await taps.open(["a", "b"]);
  let a = new MAKES[high](network, "a", options(150));
  await untilActive(high, a, ADVERT_MS);
  const b = new MAKES[low](network, "b", options(100));
  await waitFor(`${low} to be Backup`, 5000, () => /entering backup|-> backup/i.test(b.log()) || undefined);
  await assertOwner("a", network, { a, b }, family);

  await a.stop();
  await untilActive(low, b, ADVERT_MS);
  await assertOwner("b", network, { a, b }, family);

  a = new MAKES[high](network, "a", options(150));
  await untilActive(`${high} again`, a, ADVERT_MS);
  await assertOwner("a", network, { a, b }, family);
  await Promise.all([a.stop(), b.stop()]);
  assertHandovers(t, await taps.close());
}

/** Also after a while, and as the switch sees it. */
async function assertOwner(
  owner: "a" | "b",
  network: Network,
  { a, b }: Readonly<Record<"a" | "b", Router>>,
  family: 4 | 6,
): Promise<void> {
  await sleep(ADVERT_MS * 6);
  assert.deepEqual([a.isActive(), b.isActive()], [owner === "a", owner === "b"]);
  assert.equal(network.learned(family === 4 ? VMAC : VMAC6), owner, "where the virtual MAC was heard last");
}

function assertHandovers(t: TestContext, frames: readonly PortFrame[]): void {
  const handovers = findHandovers(frames, ADVERT_MS);
  const overlapMs = Math.max(0, ...handovers.map(({ overlapUs }) => overlapUs / 1000));
  const story = handovers.map(({ from, to }) => `${from} to ${to}`).join(", ");
  t.diagnostic(`${story}; both advertised for ${overlapMs.toFixed(1)} ms at most`);
  assert.equal(story, "a to b, b to a");
  assert.ok(overlapMs < ADVERT_MS, "never two Actives");
}

const cases: Case[] = [
  { family: 4, high: "keepalived" },
  { family: 6, high: "FRR" },
  ...(IS_FULL
    ? ([
        { family: 4, high: "FRR" },
        { family: 6, high: "keepalived" },
      ] as const)
    : []),
];
for (const one of cases) {
  test(
    `keepalived and FRR, VRRPv3 over IPv${one.family}, ${one.high} Active: one at a time`,
    needsFrr,
    async (t) => {
      await onStage(["a", "b"], (network) => play(t, network, one));
    },
  );
}
