/** With a real keepalived 2.2.7 as the other router, in both roles: never two Actives, and take-over in both directions. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { KeepalivedRouter } from "../lab/keepalived.ts";
import type { Network } from "../lab/network.ts";
import { PipeRouter, type Router, type RouterOptions } from "../lab/router.ts";
import { sleep } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage, untilActive } from "../lab/stage.ts";
import { type PortFrame, Taps } from "../lab/taps.ts";
import { findContests } from "../lab/voices.ts";

interface Case {
  readonly version: 2 | 3;
  readonly advertMs: number;
  /** Which one has the higher priority, and so is Active while both are there. */
  readonly ourRole: "Active" | "Backup";
}

const HIGH = 150;
const LOW = 100;

async function play(t: TestContext, network: Network, { version, advertMs, ourRole }: Case): Promise<void> {
  const options = (priority: number): RouterOptions => ({ priority, advertMs, version });
  const isOursHigh = ourRole === "Active";
  const taps = new Taps(network);
  await taps.open(["a", "b"]);
  const ours = new PipeRouter(network, "a", options(isOursHigh ? HIGH : LOW));
  const startPeer = (): KeepalivedRouter =>
    new KeepalivedRouter(network, "b", options(isOursHigh ? LOW : HIGH));
  let peer = startPeer();
  await ours.ready();
  await untilActive(ourRole, isOursHigh ? ours : peer, advertMs);
  await sleep(advertMs * 6);
  assertRoles("settled", ours, peer, isOursHigh);

  const high: Router = isOursHigh ? ours : peer;
  await high.stop();
  await untilActive("the other one", isOursHigh ? peer : ours, advertMs);
  await sleep(advertMs * 4);

  const back = isOursHigh ? new PipeRouter(network, "a", options(HIGH)) : startPeer();
  if (!isOursHigh) peer = back as KeepalivedRouter;
  await untilActive("the one that came back", back, advertMs);
  await sleep(advertMs * 4);
  const last = isOursHigh ? (back as PipeRouter) : ours;
  assertRoles("after fail-back", last, peer, isOursHigh);
  assertOneAdvertiser(t, await taps.close(), advertMs);
  await Promise.all([last.stop(), peer.stop()]);
}

function assertRoles(when: string, ours: PipeRouter, peer: KeepalivedRouter, isOursActive: boolean): void {
  assert.deepEqual([ours.isActive(), peer.isActive()], [isOursActive, !isOursActive], when);
  const rejected = ours
    .records()
    .filter((record) => record.type === "vrrp.rejected" || record.type === "vrrp.conflict");
  assert.deepEqual(rejected, [], "we find nothing wrong with its adverts");
}

/** Two Actives would advertise side by side; in a change of roles the old one may send until it has heard the new one. */
function assertOneAdvertiser(t: TestContext, frames: readonly PortFrame[], advertMs: number): void {
  const adverts = frames.filter((frame) => frame.kind === "advert" && (frame.priority ?? 0) > 0);
  const changes = findContests(
    adverts.map((frame) => ({ ...frame, isVoice: true })),
    3 * advertMs * 1000,
  );
  const overlapMs = Math.max(0, ...changes.map(({ overlapUs }) => overlapUs / 1000));
  const story = changes.map(({ from, to }) => `${from} to ${to}`).join(", ");
  t.diagnostic(`${adverts.length} adverts; ${story}; both advertised for ${overlapMs.toFixed(1)} ms at most`);
  assert.ok(changes.length >= 2, "there and back");
  assert.ok(overlapMs < advertMs, "never two Actives");
}

const cases: Case[] = [
  { version: 3, advertMs: 100, ourRole: "Active" },
  { version: 3, advertMs: 100, ourRole: "Backup" },
  { version: 2, advertMs: 1000, ourRole: "Active" },
  { version: 2, advertMs: 1000, ourRole: "Backup" },
  ...(IS_FULL
    ? (["Active", "Backup"] as const).map((ourRole): Case => ({ version: 3, advertMs: 1000, ourRole }))
    : []),
];
for (const one of cases) {
  const name = `keepalived and we, VRRPv${one.version} at ${one.advertMs} ms, ours ${one.ourRole}`;
  test(`${name}: never two Actives, take-over both ways`, needsRoot, async (t) => {
    await onStage(["a", "b"], (network) => play(t, network, one));
  });
}
