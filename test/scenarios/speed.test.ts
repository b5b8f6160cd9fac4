/** What the tools cost as whole processes, beside the incumbents in the same run: ratios, never times. */
import assert from "node:assert/strict";
import test from "node:test";
import { announceMany } from "../bench/announce-many.ts";
import { announceOne } from "../bench/announce-one.ts";
import { holdToBudget } from "../bench/budget-runs.ts";
import { type Rounds, ratioOf, tableOfRounds } from "../bench/contest.ts";
import { listenLive } from "../bench/listen-live.ts";
import { type Reader, readCaptures } from "../bench/read-capture.ts";
import { throughput } from "../bench/throughput.ts";
import { median } from "../lab/failover.ts";
import { IS_FULL, inFull, needsRoot } from "../lab/stage.ts";

const FRAMES = IS_FULL ? 1_000_000 : 300_000;
const OF_TCPDUMP_MAX = 2;
const OF_TSHARK_MAX = 1 / 15;

function tell(t: { diagnostic(text: string): void }, rounds: Rounds): void {
  for (const line of tableOfRounds(rounds).split("\n")) t.diagnostic(line);
}

test(
  "no cost has grown by a quarter: each ratio of processor time is within its budget",
  needsRoot,
  async (t) => {
    const { all, over } = await holdToBudget();
    for (const line of all) t.diagnostic(line);
    assert.deepEqual(over, []);
  },
);

test("a capture full of ARP is read as fast as tcpdump reads it, or half as fast", inFull, async (t) => {
  const readers: readonly Reader[] = ["arp-listen", "tcpdump", "tshark"];
  const rounds = await readCaptures({ frames: FRAMES, hosts: 500, readers, rounds: 3 });
  tell(t, rounds);
  assert.ok(ratioOf(rounds, "ms", "arp-listen", "tcpdump") <= OF_TCPDUMP_MAX);
  assert.ok(ratioOf(rounds, "ms", "arp-listen", "tshark") <= OF_TSHARK_MAX);
});

test("as many frames of as many hosts as there are frames take time and memory of the same order", async (t) => {
  const few = await readCaptures({ frames: FRAMES, hosts: 500, readers: ["arp-listen"], rounds: 3 });
  const many = await readCaptures({ frames: FRAMES, hosts: FRAMES / 4, readers: ["arp-listen"], rounds: 3 });
  tell(t, few);
  tell(t, many);
  for (const [figure, most] of Object.entries({ ms: 4, mib: 4 })) {
    const [few1, many1] = [few, many].map((rounds) =>
      median(rounds.get("arp-listen")!.map((round) => round[figure]!)),
    );
    assert.ok(many1! <= most * few1!, `${figure}: ${many1} after ${few1}`);
  }
});

test(
  "one address is announced soon after node itself could have started, and quicker than Habets arping does it",
  needsRoot,
  async (t) => {
    const rounds = await announceOne(IS_FULL ? 21 : 7);
    tell(t, rounds);
    assert.ok(ratioOf(rounds, "ms", "garp-send", "node -e 0") <= (IS_FULL ? 3 : 5));
    if (!rounds.has("Habets arping")) return t.diagnostic("Habets arping cannot be had here: not compared");
    assert.ok(ratioOf(rounds, "ms", "garp-send", "Habets arping") < 1);
  },
);

test(
  "ten thousand addresses leave at tens of thousands of frames a second, and all arrive",
  needsRoot,
  async (t) => {
    const bursts = await announceMany(10_000, 3);
    for (const burst of bursts) t.diagnostic(JSON.stringify(burst));
    assert.deepEqual(
      bursts.map(({ missing }) => missing),
      bursts.map(() => 0),
    );
    const perSecond = median(bursts.map(({ framesPerSecond }) => framesPerSecond));
    assert.ok(perSecond >= (IS_FULL ? 100_000 : 50_000), `${perSecond} frames a second`);
  },
);

test("S8 in a flood of ARP every frame is heard, or counted as lost", needsRoot, async (t) => {
  const heard = await listenLive(IS_FULL ? 100_000 : 20_000, IS_FULL ? 10 : 3);
  t.diagnostic(JSON.stringify(heard));
  const { sent, heard: seen, dropped, earlyMib, lateMib } = heard;
  assert.ok(Math.abs(seen + dropped - sent) <= sent / 1000, "what was sent is heard, or told to be lost");
  assert.ok(lateMib <= 1.5 * earlyMib, "memory is flat");
});

/** Of what address mode, without a rule on the way, has. */
const SHARE_MIN = 0.5;
test(
  "what goes through a VIP in rewrite mode is no less than half of address mode's",
  needsRoot,
  async (t) => {
    const modes = ["address", "rewrite"] as const;
    const rounds = await throughput({ modes, rounds: 3, amount: ["--bytes", "200M"], warmups: 0 });
    tell(t, rounds);
    for (const figure of ["to it, Gbit/s", "from it, Gbit/s"]) {
      const best = (mode: string): number => Math.max(...rounds.get(mode)!.map((round) => round[figure]!));
      // On a busy machine a round says little: the best one says what can be had.
      const share = best("rewrite") / best("address");
      assert.ok(share >= SHARE_MIN, `${figure}: ${share.toFixed(2)}`);
    }
  },
);
