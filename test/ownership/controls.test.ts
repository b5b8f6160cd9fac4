/** The test itself: a vmac-ctl that leaves something is noticed. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Network } from "../lab/network.ts";
import { needsRoot } from "../lab/stage.ts";
import { Lane, SEED, tryOut } from "./claim.ts";
import { BARE, type Step } from "./script.ts";

const ROUTER = { family: 4, vrid: 51 } as const;
const TAKE_OVER: Step = {
  type: "tell",
  records: [
    { type: "state", state: "active", router: ROUTER, vips: ["192.0.2.100/24"], hasVmac: true },
    { type: "lease", router: ROUTER, validMs: 10_000, kind: "" },
  ],
  pauseMs: 2000,
};

const LEAVES_AN_ADDRESS =
  'vmac-ctl "$@"; code=$?; [ "$1" != down ] || ip address add 192.0.2.99/32 dev eth0; exit $code';

/** What it does wrong, in shell; what is played; what must be noticed. */
const MUTANTS: readonly [string, readonly Step[], readonly RegExp[]][] = [
  [
    '[ "$1" = down ] || [ "$1" = cleanup ] || exec vmac-ctl "$@"',
    [TAKE_OVER, { type: "signal", signal: "SIGKILL" }],
    [
      /^links \+ vrrp4/,
      /^addresses \+ vrrp4/,
      /^settings \+ .*eth0\/arp_ignore:1/,
      /^firewall \+ table netdev vmac_eth0_4_51/,
      /^journal \+/,
    ],
  ],
  ['vmac-ctl "$@"; exit 70', [{ type: "status" }], [/^vmac-ctl status: exit 70/]],
];

for (const [shell, steps, noticed] of MUTANTS)
  test(`S3 noticed: ${shell}`, needsRoot, async () => {
    await onLane(shell, async (lane) => {
      const { wrong } = await lane.play({ scene: BARE, steps });
      for (const line of noticed)
        assert.ok(
          wrong.some((one) => line.test(one)),
          `${line} in ${wrong}`,
        );
    });
  });

test("S3 scripts at random notice a `down` that leaves an address", needsRoot, async (t) => {
  await onLane(LEAVES_AN_ADDRESS, async (lane) => {
    const failure = await tryOut(lane, 20, SEED, false);
    assert.match(failure?.wrong.join("\n") ?? "", /addresses \+ eth0 .*192\.0\.2\.99/);
    t.diagnostic(`after ${failure?.numRuns} scripts`);
  });
});

async function onLane(shell: string, work: (lane: Lane) => Promise<void>): Promise<void> {
  const lane = new Lane((network) => standIn(network, shell));
  try {
    await work(lane);
  } finally {
    await lane.close();
  }
}

function standIn({ folder }: Network, shell: string): string {
  const path = join(folder, "stand-in");
  writeFileSync(path, `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
  return path;
}
