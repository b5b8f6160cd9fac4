/** Outages beside keepalived's, for the same faults in the same run, in turns: ours, its, ours … */
import assert from "node:assert/strict";
import test from "node:test";
import {
  FAULTS,
  type Fault,
  type Make,
  type Measured,
  median,
  type Pair,
  settledPair,
} from "../lab/failover.ts";
import { IS_FULL, needsRoot } from "../lab/stage.ts";
import { STALL_MAX_MS, StallWatch } from "../lab/stalls.ts";
import { cell, formatTable } from "../lab/table.ts";

const MAKES: readonly Make[] = ["viptools", "keepalived"];
/** What a silent loss may cost, as a multiple of keepalived's median. */
const RATIO_MAX = 1.15;
/** The same on a machine that itself stood still: 20 ms make two outages of 30 ms out of one. */
const RATIO_MAX_ROUGHLY = 2;

/** How often each fault is played; most often where the ratio is judged. */
function rounds(fault: Fault, advertMs: number): number {
  if (fault === "silent loss" && advertMs < 1000) return IS_FULL ? 21 : 5;
  if (advertMs < 100) return 0;
  return IS_FULL ? 5 : 1;
}

for (const advertMs of IS_FULL ? [10, 100, 1000] : [10, 100]) {
  test(
    `stop, fail-back, link loss and silent loss at ${advertMs} ms, beside keepalived`,
    needsRoot,
    async (t) => {
      const stalls = new StallWatch();
      const pairs = new Map<Make, Pair>();
      const results: { make: Make; measured: Measured }[] = [];
      try {
        for (const make of MAKES) pairs.set(make, await settledPair(make, advertMs));
        for (const fault of FAULTS) {
          // A fail-back follows each stop: one round of both is played together.
          if (fault === "fail-back") continue;
          for (let n = 0; n < rounds(fault, advertMs); n++) {
            for (const [make, pair] of pairs) {
              results.push({ make, measured: await pair.measure(fault) });
              if (fault === "planned stop") results.push({ make, measured: await pair.measure("fail-back") });
            }
          }
        }
      } finally {
        stalls.stop();
        for (const pair of pairs.values()) await pair.remove();
      }
      for (const line of summarise(results).split("\n")) t.diagnostic(line);
      if (advertMs === 1000) return;
      const silent = (make: Make): number => median(outagesOf(results, make, "silent loss"));
      const ratio = silent("viptools") / silent("keepalived");
      const stoodMs = await stalls.longestMs();
      const isRough = advertMs < 100 && !IS_FULL && stoodMs > STALL_MAX_MS;
      const most = isRough ? RATIO_MAX_ROUGHLY : RATIO_MAX;
      t.diagnostic(`the machine itself stood still for ${cell(stoodMs)} ms`);
      t.diagnostic(
        `silent loss right after an advert, ratio of the medians: ${ratio.toFixed(3)} (at most ${most})`,
      );
      assert.ok(ratio <= most);
    },
  );
}

function outagesOf(
  results: readonly { make: Make; measured: Measured }[],
  make: Make,
  fault: Fault,
): number[] {
  return results
    .filter((one) => one.make === make && one.measured.fault === fault)
    .map((one) => one.measured.outageMs);
}

function summarise(results: readonly { make: Make; measured: Measured }[]): string {
  const played = FAULTS.filter((fault) => results.some((one) => one.measured.fault === fault));
  const rows = played.flatMap((fault) =>
    MAKES.map((make) => {
      const some = results
        .filter((one) => one.make === make && one.measured.fault === fault)
        .map((one) => one.measured);
      const middle = (pick: (one: Measured) => number | undefined): string => {
        const values = some.map(pick).filter((value) => value !== undefined);
        return cell(values.length === 0 ? undefined : median(values));
      };
      const outages = some.map(({ outageMs }) => outageMs);
      const spread = `${cell(Math.min(...outages))} .. ${cell(Math.max(...outages))}`;
      return [
        `${fault}, ${make}`,
        String(some.length),
        middle(({ outageMs }) => outageMs),
        spread,
        middle(({ lost }) => lost),
        middle(({ phases }) => phases?.detectMs),
        middle(({ phases }) => phases?.ownMs),
        middle(({ phases }) => phases?.announceMs),
      ];
    }),
  );
  return formatTable([
    ["fault", "rounds", "outage ms", "spread", "lost", "detect", "own", "announce"],
    ...rows,
  ]);
}
