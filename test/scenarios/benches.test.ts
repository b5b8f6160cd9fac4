/** Each bench of its own length is played once with tiny amounts, so that it does not rot: that it has its figures, not which. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Step } from "../bench/bench.ts";
import { type Rounds, tableOfRounds } from "../bench/contest.ts";
import { crowd } from "../bench/crowd.ts";
import { outage } from "../bench/outage.ts";
import { pipeLatency } from "../bench/pipe-latency.ts";
import { pipeRate } from "../bench/pipe-rate.ts";
import { setUpMany } from "../bench/set-up-many.ts";
import { allTools, EMPTY, startUp } from "../bench/start-up.ts";
import { takeOverMany } from "../bench/take-over-many.ts";
import { FAULTS } from "../lab/failover.ts";
import { needsFrr } from "../lab/frr.ts";
import { inFull } from "../lab/stage.ts";

const ONCE = { rounds: 1, warmups: 0 } as const;

interface Row {
  readonly name: string;
  /** Each step alone, where it is a series. */
  play(): Promise<readonly Rounds[]>;
  readonly contenders: readonly string[];
  /** Which each contender has. */
  readonly figures: readonly string[];
}

const roundsOf = async (steps: Promise<readonly Step[]>): Promise<readonly Rounds[]> =>
  (await steps).map(({ rounds }) => rounds);

const PIPE_READERS = ["cat", "jq -c .", "node, JSON alone", "vmac-ctl follow", "garp-send --follow"];

const ROWS: readonly Row[] = [
  {
    name: "outage()",
    play: async () => [await outage({ ...ONCE, advertMs: 100, faults: FAULTS })],
    contenders: ["viptools", "keepalived", "FRR"],
    figures: FAULTS.flatMap((fault) => [`${fault}, ms`, `${fault}, lost`]),
  },
  {
    name: "crowd()",
    play: () => roundsOf(crowd({ ...ONCE, advertMs: 100, counts: [4, 8], seconds: 1 })),
    contenders: ["whole pipe", "vrrp-elect", "keepalived"],
    figures: ["Active", "Backup"].flatMap((role) => [`${role}, cpu ms/s`, `${role}, MiB`]),
  },
  {
    name: "takeOverMany()",
    play: () => roundsOf(takeOverMany({ ...ONCE, advertMs: 100, counts: [1, 30] })),
    contenders: ["absent", "fenced", "keepalived"],
    figures: ["first ms", "last ms"],
  },
  {
    name: "setUpMany()",
    play: () => roundsOf(setUpMany({ ...ONCE, counts: [1, 30] })),
    contenders: ["vmac-ctl up", "ip -batch"],
    figures: ["ms", "cpu ms"],
  },
  {
    name: "pipeRate()",
    play: () => roundsOf(pipeRate({ ...ONCE, counts: [10, 2000] })),
    contenders: [...PIPE_READERS, "vip-verdict"],
    figures: ["ms", "cpu ms", "records/s"],
  },
  {
    name: "pipeLatency()",
    play: async () => [await pipeLatency({ ...ONCE, records: 20 })],
    contenders: PIPE_READERS,
    figures: ["median us", "99 % us"],
  },
  {
    name: "startUp()",
    play: async () => [await startUp(ONCE)],
    contenders: [EMPTY, ...allTools().map((tool) => `${tool} --version`)],
    figures: ["ms", "cpu ms"],
  },
];

for (const { name, play, contenders, figures } of ROWS) {
  const guard = contenders.includes("FRR") ? { skip: inFull.skip || needsFrr.skip } : inFull;
  test(`${name} plays a round of all contenders, and each has its figures`, guard, async (t) => {
    for (const rounds of await play()) {
      for (const line of tableOfRounds(rounds).split("\n")) t.diagnostic(line);
      for (const contender of contenders) {
        const [round] = rounds.get(contender) ?? [];
        assert.ok(round !== undefined, `${contender} took part`);
        for (const figure of figures)
          assert.ok(Number.isFinite(round[figure]), `${contender} has "${figure}"`);
      }
    }
  });
}
