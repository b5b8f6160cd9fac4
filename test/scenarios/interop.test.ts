/**
 * With a real keepalived 2.2.7 and a real FRR 8.4 vrrpd as the other router, in both roles: never two Actives, take-over in
 * both directions, and nothing found wrong with each other's adverts.
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { FrrRouter, needsFrr } from "../lab/frr.ts";
import { KeepalivedRouter } from "../lab/keepalived.ts";
import type { Network } from "../lab/network.ts";
import { PipeRouter, type Router, type RouterOptions } from "../lab/router.ts";
import { sleep } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage, untilActive } from "../lab/stage.ts";
import { type PortFrame, Taps } from "../lab/taps.ts";
import { findHandovers } from "../lab/voices.ts";

type Make = "keepalived" | "FRR";
type Role = "Active" | "Backup";

interface Case {
  readonly name: string;
  readonly make: Make;
  readonly advertMs: number;
  /** Which one has the higher priority, and so is Active while both are there. */
  readonly ourRole: Role;
  readonly options: Partial<RouterOptions>;
  /** More for ours alone. */
  readonly ours?: Partial<RouterOptions>;
  readonly isUnicast?: boolean;
}

const HIGH = 150;
const LOW = 100;
const MAKES = { keepalived: KeepalivedRouter, FRR: FrrRouter } as const;

async function play(t: TestContext, network: Network, one: Case): Promise<void> {
  const { make, advertMs, ourRole } = one;
  const isOursHigh = ourRole === "Active";
  const unicast = (host: string): Partial<RouterOptions> =>
    one.isUnicast ? { peers: [network.host(host === "a" ? "b" : "a").address] } : {};
  const startOurs = (): PipeRouter => {
    const priority = isOursHigh ? HIGH : LOW;
    return new PipeRouter(network, "a", { priority, advertMs, ...one.options, ...one.ours, ...unicast("a") });
  };
  const startPeer = (): Router => {
    const priority = isOursHigh ? LOW : HIGH;
    return new MAKES[make](network, "b", { priority, advertMs, ...one.options, ...unicast("b") });
  };
  const taps = new Taps(network);
  await taps.open(["a", "b"]);
  let [ours, peer] = isOursHigh ? await inTurn(startOurs, startPeer, advertMs) : await outOfTurn();
  async function outOfTurn(): Promise<[PipeRouter, Router]> {
    const [first, second] = await inTurn(startPeer, startOurs, advertMs);
    return [second, first];
  }
  await ours.ready();
  await sleep(advertMs * 6);
  assertRoles("settled", ours, peer, isOursHigh);

  await (isOursHigh ? ours : peer).stop();
  await untilActive("the other one", isOursHigh ? peer : ours, advertMs);
  await sleep(advertMs * 4);

  if (isOursHigh) ours = startOurs();
  else peer = startPeer();
  await untilActive("the one that came back", isOursHigh ? ours : peer, advertMs);
  await sleep(advertMs * 6);
  assertRoles("after fail-back", ours, peer, isOursHigh);
  assertOneAdvertiser(t, await taps.close(), advertMs);
  await Promise.all([ours.stop(), peer.stop()]);
}

/** The high one first: two that start together may both take over for a moment, FRR over IPv6 does. */
async function inTurn<H extends Router, L extends Router>(
  startHigh: () => H,
  startLow: () => L,
  advertMs: number,
): Promise<[H, L]> {
  const high = startHigh();
  await untilActive("the high one", high, advertMs);
  return [high, startLow()];
}

function assertRoles(when: string, ours: PipeRouter, peer: Router, isOursActive: boolean): void {
  assert.deepEqual([ours.isActive(), peer.isActive()], [isOursActive, !isOursActive], when);
  const wrong = ours
    .records()
    .filter((record) => record.type === "vrrp.rejected" || record.type === "vrrp.conflict");
  assert.deepEqual(wrong, [], "we find nothing wrong with its adverts");
}

/** Two Actives would advertise side by side; in a change of roles the old one may send until it has heard the new one. */
function assertOneAdvertiser(t: TestContext, frames: readonly PortFrame[], advertMs: number): void {
  const handovers = findHandovers(frames, advertMs);
  const overlapMs = Math.max(0, ...handovers.map(({ overlapUs }) => overlapUs / 1000));
  const story = handovers.map(({ from, to }) => `${from} to ${to}`).join(", ");
  t.diagnostic(`${story}; both advertised for ${overlapMs.toFixed(1)} ms at most`);
  assert.ok(handovers.length >= 2, "there and back");
  assert.ok(overlapMs < advertMs, "never two Actives");
}

/** Owning IPv6 and NICs' own MACs is not the elector's part: it speaks alone. */
const ALONE = { electOnly: true } as const;
type Row = Omit<Case, "ourRole">;
const keepalived = (name: string, options: Partial<RouterOptions>, more: Partial<Row> = {}): Row => ({
  name,
  make: "keepalived",
  advertMs: options.version === 2 ? 1000 : 100,
  options,
  ...more,
});
const frr = (name: string, options: Partial<RouterOptions>, more: Partial<Row> = {}): Row => ({
  ...keepalived(name, options, more),
  make: "FRR",
});

const ROWS: readonly (readonly [Row, readonly Role[]])[] = [
  [keepalived("VRRPv3", {}), ["Active", "Backup"]],
  [keepalived("VRRPv3 over IPv6", { family: 6 }, { ours: ALONE }), ["Active"]],
  [keepalived("VRRPv3, unicast", {}, { ours: ALONE, isUnicast: true }), ["Backup"]],
  [frr("VRRPv3", {}), ["Backup"]],
  [frr("VRRPv3 over IPv6", { family: 6 }, { ours: ALONE }), ["Active"]],
];
const ROWS_WHEN_FULL: readonly Row[] = [
  keepalived("VRRPv3 at 1 s", {}, { advertMs: 1000 }),
  keepalived("VRRPv2", { version: 2 }),
  keepalived("VRRPv3 without vmac", { useVmac: false }, { ours: ALONE }),
  keepalived("VRRPv2 without vmac", { useVmac: false, version: 2 }, { ours: ALONE }),
  keepalived("VRRPv2 with a password", { version: 2, password: "secret" }),
  keepalived("VRRPv3 over IPv6 without vmac", { family: 6, useVmac: false }, { ours: ALONE }),
  keepalived("VRRPv3, unicast without vmac", { useVmac: false }, { ours: ALONE, isUnicast: true }),
  keepalived("VRRPv2, unicast", { version: 2 }, { ours: ALONE, isUnicast: true }),
  frr("VRRPv2", { version: 2 }),
];

const cases: Case[] = ROWS.flatMap(([row, roles]) =>
  (IS_FULL ? (["Active", "Backup"] as const) : roles).map((ourRole) => ({ ...row, ourRole })),
);
if (IS_FULL) {
  for (const row of ROWS_WHEN_FULL)
    for (const ourRole of ["Active", "Backup"] as const) cases.push({ ...row, ourRole });
}
for (const one of cases) {
  test(
    `${one.make} and we, ${one.name}, ours ${one.ourRole}: never two Actives, take-over both ways`,
    one.make === "FRR" ? needsFrr : needsRoot,
    async (t) => {
      await onStage(["a", "b"], (network) => play(t, network, one));
    },
  );
}
