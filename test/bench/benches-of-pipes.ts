/**
 * Benches of what every tool has: its start, and records on their way through it.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { cost, yields } from "./comparison.ts";
import { pipeLatency } from "./pipe-latency.ts";
import { pipeRate } from "./pipe-rate.ts";
import { allTools, EMPTY, startUp } from "./start-up.ts";

const HOPS = ["vmac-ctl follow", "garp-send --follow", "notify-exec", "vip-metrics"];
/** The tools of the pipe at the top of the README. */
const SHOWN = ["vmac-ctl follow", "garp-send --follow"];
const RATE = ["records/s", "records/s"] as const;
const PLAIN = "node, JSON alone";

export const PIPES: readonly Bench[] = [
  {
    name: "records a second through a hop",
    rounds: 3,
    quickRounds: 1,
    run: (rounds) => pipeRate({ counts: [10_000, 30_000, 100_000], rounds, warmups: 0 }),
    comparisons: HOPS.flatMap((ours) => {
      const what = `records through ${ours}, of 100,000`;
      return [
        yields(what, { ours, others: [PLAIN] }, RATE, { isDetail: !SHOWN.includes(ours) }),
        yields(what, { ours, others: ["jq -c ."] }, RATE, { isDetail: true }),
      ];
    }),
    growths: [{ what: "records through a hop", of: "records", figure: "ms", unit: "ms" }],
  },
  {
    name: "latency of a hop",
    rounds: 5,
    quickRounds: 1,
    run: (rounds) => pipeLatency({ rounds }),
    comparisons: HOPS.flatMap((ours) => [
      cost(`one record through ${ours}`, { ours, others: [PLAIN] }, ["median us", "µs"], {
        isDetail: !SHOWN.includes(ours),
      }),
      cost(`one record through ${ours}`, { ours, others: ["cat"] }, ["median us", "µs"], { isDetail: true }),
      cost(`one record through ${ours}, 99 %`, { ours, others: [PLAIN] }, ["99 % us", "µs"], {
        isDetail: true,
      }),
    ]),
  },
  {
    name: "start of each tool",
    rounds: 9,
    quickRounds: 3,
    run: (rounds) => startUp({ rounds }),
    comparisons: allTools().map((tool) =>
      cost(`start of ${tool}`, { ours: `${tool} --version`, others: [EMPTY] }, ["ms", "ms"], {
        isDetail: tool !== "vrrp-elect",
      }),
    ),
  },
];
