/** What a thousand addresses cost: taking over, unmuting, and adverts in time meanwhile. */
import assert from "node:assert/strict";
import test from "node:test";
import { median } from "../lab/failover.ts";
import { type Announcing, announcingOfStart, ManyVipsPair, manyVips, type Taker } from "../lab/many-vips.ts";
import { QuietWatch } from "../lab/quiet.ts";
import { countMutings, type Muted } from "../lab/short-leases.ts";
import { type Advertised, playSlowly } from "../lab/slow-log.ts";
import { IS_FULL, inFull, needsRoot, onStage } from "../lab/stage.ts";
import { STALL_MAX_MS, StallWatch } from "../lab/stalls.ts";
import { cell, formatTable } from "../lab/table.ts";
import { unmutingUs } from "../lab/unmuting.ts";

const THOUSAND = manyVips(1000);
const TAKERS: readonly Taker[] = ["absent", "fenced", "keepalived"];
/** What the last announcement may take, as a multiple of keepalived's median. */
const RATIO_MAX = { absent: 2.5, fenced: 0.5 } as const;
/** The same for a few rounds. */
const RATIO_MAX_ROUGHLY = { absent: 2.5, fenced: 1 } as const;

function tableOf(results: ReadonlyMap<Taker, readonly Announcing[]>): string {
  const rows = [...results].map(([taker, some]) => {
    const last = some.map(({ lastMs }) => lastMs);
    return [
      taker,
      String(some.length),
      cell(median(some.map(({ firstMs }) => firstMs))),
      cell(median(last)),
      `${cell(Math.min(...last))} .. ${cell(Math.max(...last))}`,
      cell(last[0]),
    ];
  });
  return formatTable([
    ["from advert, ms", "rounds", "to first", "to last", "spread", "first round"],
    ...rows,
  ]);
}

test("1,000 VIPs are announced soon after the first advert, beside keepalived's", needsRoot, async (t) => {
  const watch = new QuietWatch();
  const pairs = new Map(TAKERS.map((taker) => [taker, new ManyVipsPair(taker, THOUSAND)]));
  const results = new Map<Taker, Announcing[]>(TAKERS.map((taker) => [taker, []]));
  try {
    await Promise.all([...pairs.values()].map((pair) => pair.settle()));
    for (let n = 0; n < (IS_FULL ? 9 : 2); n++)
      for (const [taker, pair] of pairs) results.get(taker)!.push(await pair.measure());
  } finally {
    await Promise.all([...pairs.values()].map((pair) => pair.remove()));
  }
  for (const line of tableOf(results).split("\n")) t.diagnostic(line);
  const lastMs = (taker: Taker): number => median(results.get(taker)!.map((one) => one.lastMs));
  t.diagnostic(`${watch}`);
  const bars = IS_FULL ? RATIO_MAX : RATIO_MAX_ROUGHLY;
  for (const [taker, most] of Object.entries(bars) as [Taker, number][]) {
    const ratio = lastMs(taker) / lastMs("keepalived");
    t.diagnostic(`${taker}, ratio of the medians: ${ratio.toFixed(3)} (at most ${most})`);
    assert.ok(ratio <= most, taker);
  }
});

test(
  "1,000 VIPs of a router that has just started and is alone, each from its first advert",
  inFull,
  async (t) => {
    const takers: readonly Taker[] = ["absent", "fenced", "absent, no fence", "keepalived"];
    const results = new Map<Taker, Announcing[]>(takers.map((taker) => [taker, []]));
    for (let n = 0; n < 5; n++)
      for (const taker of takers) results.get(taker)!.push(await announcingOfStart(taker, THOUSAND));
    for (const line of tableOf(results).split("\n")) t.diagnostic(line);
  },
);

const UNMUTING_MAX_MS = 5;
const COUNTS = IS_FULL ? [1, 1000, 4000] : [1000];
const FAMILIES = IS_FULL ? ([4, 6] as const) : ([4] as const);

for (const family of FAMILIES) {
  for (const count of COUNTS) {
    test(
      `${count} IPv${family} VIPs that are there are unmuted within ${UNMUTING_MAX_MS} ms`,
      needsRoot,
      async (t) => {
        await onStage(["a"], async (network) => {
          const vips = manyVips(count, family);
          const tookMs = (await unmutingUs(network, "a", family, vips, IS_FULL ? 20 : 5)).map(
            (us) => us / 1000,
          );
          const spread = `${Math.min(...tookMs).toFixed(2)} .. ${Math.max(...tookMs).toFixed(2)}`;
          t.diagnostic(
            `median ${median(tookMs).toFixed(2)} ms, ${spread}, the first ${tookMs[0]!.toFixed(2)}`,
          );
          assert.ok(median(tookMs) < UNMUTING_MAX_MS);
        });
      },
    );
  }
}

const ADVERT_MS = 100;
const LATE_MAX_MS = 20;
const SLOW_S = IS_FULL ? 60 : 8;

function sentenceOf(who: string, { gaps, ofOther, takeOvers, sentences }: Advertised): string {
  const late = gaps.map((gap) => gap - ADVERT_MS).sort((x, y) => x - y);
  const [most, worst] = [late[Math.floor(late.length * 0.99)], late.at(-1)].map(cell);
  return `${who}: ${gaps.length} intervals, 99 % at most ${most} ms late, one ${worst} ms, ${ofOther} adverts of the other, ${takeOvers} take-overs, ${sentences} announcements written about`;
}

test(
  "S5 1,000 VIPs, announced each second, and a log that is slow: one Active, adverts in time",
  needsRoot,
  async (t) => {
    const watch = new QuietWatch();
    const stalls = new StallWatch();
    const ours = await playSlowly("viptools", THOUSAND, ADVERT_MS, SLOW_S).finally(() => stalls.stop());
    const wasQuiet = watch.wasQuiet() && (await stalls.longestMs()) <= STALL_MAX_MS;
    t.diagnostic(`${watch}, the machine itself stood still for ${cell(await stalls.longestMs())} ms`);
    t.diagnostic(sentenceOf("viptools", ours));
    if (IS_FULL)
      t.diagnostic(sentenceOf("keepalived", await playSlowly("keepalived", THOUSAND, ADVERT_MS, SLOW_S)));
    assert.equal(ours.ofOther, 0, `one Active: ${ours.said}`);
    assert.equal(ours.takeOvers, 1, `no flap: ${ours.said}`);
    assert.ok(ours.gaps.length >= (SLOW_S - 2) * 10, "adverts all the time");
    assert.ok(ours.sentences > 500 * SLOW_S, "the log has what was announced");
    if (wasQuiet) assert.ok(Math.max(...ours.gaps) <= ADVERT_MS + LATE_MAX_MS, "adverts in time");
  },
);

const LEASES_S = IS_FULL ? 600 : 10;
const HOGS = 2;

const countsOf = ({ fenced, changes, leases, ended }: Muted): string =>
  `muted ${fenced} times, ${changes} changes of state, ${leases} leases, ${ended} of 2 pipes ended`;

test("adverts of 10 ms on a quiet machine: the Active is never muted", needsRoot, async (t) => {
  const watch = new QuietWatch();
  const stalls = new StallWatch();
  const played = await Promise.allSettled([countMutings(LEASES_S, 0)]);
  stalls.stop();
  const stoodMs = await stalls.longestMs();
  if (!watch.wasQuiet() || stoodMs > STALL_MAX_MS) {
    const told = played[0].status === "fulfilled" ? countsOf(played[0].value) : played[0].reason;
    t.skip(`${watch}, the machine itself stood still for ${cell(stoodMs)} ms: ${told}`);
    return;
  }
  if (played[0].status === "rejected") throw played[0].reason;
  const muted = played[0].value;
  t.diagnostic(`${countsOf(muted)}, ${watch}`);
  assert.ok(muted.leases >= LEASES_S * 50, "leases were given");
  assert.equal(muted.fenced, 0);
});

const REALTIME_WAYS = [
  ["the elector", { electArgs: "--realtime" }],
  ["the elector and vmac-ctl", { electArgs: "--realtime", followArgs: "--realtime" }],
] as const;

for (const [who, options] of REALTIME_WAYS) {
  test(
    `adverts of 10 ms beside ${HOGS} processes that burn a core each, ${who} in real time`,
    inFull,
    async (t) => {
      const muted = await countMutings(60, HOGS, options);
      t.diagnostic(countsOf(muted));
      assert.ok(muted.leases > 0, "leases were given");
    },
  );
}
