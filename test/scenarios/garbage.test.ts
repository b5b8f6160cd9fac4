/** S4: adverts that are not valid change no state and no timer, however fast; each kind is counted, exactly. */
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { KINDS_OF_GARBAGE } from "../lab/garbage.ts";
import { ofType } from "../lab/record-log.ts";
import type { PipeRouter } from "../lab/router.ts";
import { inNamespace, must, sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage, startPair } from "../lab/stage.ts";
import { type PortFrame, Taps } from "../lab/taps.ts";

const SENDER = fileURLToPath(new URL("../lab/garbage.js", import.meta.url));
const ADVERT_MS = 100;

/** Frames a second, and how many of each kind. */
const RATES: readonly (readonly [perSecond: number, ofEach: number])[] = IS_FULL
  ? [
      [2, 4],
      [2000, 3000],
      [10_000, 10_000],
    ]
  : [
      [2, 2],
      [2000, 1500],
    ];

for (const [perSecond, ofEach] of RATES) {
  test(
    `S4 V3-7.1-o ${ofEach} of each kind of bad advert at ${perSecond} a second change nothing`,
    needsRoot,
    async (t) => {
      await onStage(["a", "b", "c"], async (network) => {
        const { a, b } = await startPair(network, ADVERT_MS);
        const states = [a.states().length, b.states().length];
        const taps = new Taps(network);
        await taps.open(["a"]);
        await sleep(1500);
        const fromUs = Date.now() * 1000;
        must(inNamespace(network.host("c").namespace, ["node", SENDER, String(perSecond), String(ofEach)]));
        const toUs = Date.now() * 1000;
        await sleep(500);
        const frames = await taps.close();
        const quietGap = largestGapMs(frames.filter(({ atUs }) => atUs < fromUs));
        const loudGap = largestGapMs(frames.filter(({ atUs }) => atUs >= fromUs && atUs <= toUs));
        t.diagnostic(
          `largest gap between adverts of ${ADVERT_MS} ms: ${quietGap.toFixed(1)} ms before, ${loudGap.toFixed(1)} ms during`,
        );
        assert.deepEqual([a.states().length, b.states().length], states, "no change of state");
        assert.ok(loudGap < ADVERT_MS * 1.5, "adverts leave on time");
        for (const router of [a, b]) {
          const counters = await readCounters(router);
          for (const name of KINDS_OF_GARBAGE) assert.equal(counters[name], ofEach, name);
          assert.equal(counters["capture_dropped"], 0);
          assert.ok(ofType(router.records(), "vrrp.rejected").length <= 12, "the records are rate-limited");
        }
      });
    },
  );
}

function largestGapMs(frames: readonly PortFrame[]): number {
  const adverts = frames.filter(({ kind }) => kind === "advert").map(({ atUs }) => atUs);
  return Math.max(...adverts.slice(1).map((atUs, n) => (atUs - adverts[n]!) / 1000));
}

/** Asks the running process by SIGUSR1. */
async function readCounters(router: PipeRouter): Promise<Readonly<Record<string, number>>> {
  const answers = (): ReturnType<typeof ofType<"tool.stats">> =>
    ofType(router.records(), "tool.stats").filter(({ tool }) => tool === "vrrp-elect");
  const before = answers().length;
  router.signal("vrrp-elect", "SIGUSR1");
  return await waitFor("the counters", 5000, () => answers()[before]?.counters);
}
