/**
 * Benches of whole routers: outages, many virtual routers, many addresses, and what goes through a VIP.
 *
 * @module
 */
import { MODES } from "../lab/form.ts";
import { amidGarbage } from "./amid-garbage.ts";
import type { Bench, Comparison } from "./bench.ts";
import { cost, type More, type Sides, yields } from "./comparison.ts";
import { crowd } from "./crowd.ts";
import { outage } from "./outage.ts";
import { setUpMany } from "./set-up-many.ts";
import { takeOverMany } from "./take-over-many.ts";
import { throughput } from "./throughput.ts";

const OURS: Sides = { ours: "viptools" };
const BESIDE_KEEPALIVED: Sides = { ...OURS, others: ["keepalived"] };
const BESIDE_BOTH: Sides = { ...OURS, others: ["keepalived", "FRR"] };

function silentLoss(advertMs: number, ratio: number): Bench {
  return {
    name: `silent loss at ${advertMs} ms adverts`,
    rounds: 21,
    quickRounds: 3,
    run: (rounds) => outage({ advertMs, faults: ["silent loss"], rounds, makes: ["viptools", "keepalived"] }),
    comparisons: [
      cost(
        `outage of a silent loss right after an advert, ${advertMs} ms adverts`,
        BESIDE_KEEPALIVED,
        ["silent loss, ms", "ms"],
        { target: { ratio }, isNeverZero: true },
      ),
      ...["prepare", "detect", "own", "announce"].map((phase) =>
        cost(
          phase === "prepare" ? "beforehand: prepare" : `of that: ${phase}`,
          OURS,
          [`silent loss, ${phase} ms`, "ms"],
          { isDetail: true },
        ),
      ),
    ],
  };
}

function lost(what: string, fault: string): Comparison[] {
  const figure = [`${fault}, lost`, "of 500/s"] as const;
  const none: More = { target: { ours: 0 } };
  return [cost(what, BESIDE_KEEPALIVED, figure, none), cost(what, { ...OURS, others: ["FRR"] }, figure)];
}

const OUTAGES: readonly Bench[] = [
  silentLoss(100, 1.03),
  silentLoss(10, 1.15),
  {
    name: "each fault",
    rounds: 5,
    quickRounds: 1,
    run: (rounds) =>
      outage({
        ...{ advertMs: 100, rounds, warmups: 0 },
        faults: ["planned stop", "fail-back", "link loss", "silent loss"],
      }),
    comparisons: [
      ...lost("asks lost in a planned stop, 100 ms adverts", "planned stop"),
      ...lost("asks lost in a fail-back, 100 ms adverts", "fail-back"),
      cost("outage of a link loss, 100 ms adverts", BESIDE_BOTH, ["link loss, ms", "ms"], {
        isNeverZero: true,
      }),
      cost(
        "outage of a silent loss, 100 ms adverts",
        { ...OURS, others: ["FRR"] },
        ["silent loss, ms", "ms"],
        { isNeverZero: true },
      ),
    ],
  },
];

const BAD_PER_SECOND = 10_000;
const AMID = "amid bad adverts";

const GARBAGE: Bench = {
  name: "silent loss amid bad adverts",
  rounds: 11,
  quickRounds: 2,
  run: (rounds) => amidGarbage({ advertMs: 100, badPerSecond: BAD_PER_SECOND, rounds }),
  comparisons: [
    cost(
      "outage of a silent loss amid 10,000 bad adverts a second, beside the same without them",
      { ours: `viptools ${AMID}`, others: ["viptools"] },
      ["ms", "ms"],
      { target: { ratio: 1.03 }, isNeverZero: true },
    ),
    yields("bad adverts a second in that, at the switch", { ours: `viptools ${AMID}` }, ["bad/s", "1/s"], {
      isDetail: true,
    }),
  ],
};

const CROWD_COUNTS = [50, 100, 200];
const CROWD: Sides = { ours: "whole pipe", others: ["keepalived"] };
const ELECTOR: Sides = { ours: "vrrp-elect", others: ["keepalived"] };
const CPU = "cpu ms/s";

const CROWDS: readonly Bench[] = [
  {
    name: "many virtual routers",
    rounds: 1,
    quickRounds: 1,
    run: (rounds) => crowd({ counts: CROWD_COUNTS, advertMs: 1000, rounds }),
    comparisons: [
      cost("processor time of 100 Active virtual routers, 1 s adverts", CROWD, [`Active, ${CPU}`, "ms/s"], {
        at: 100,
      }),
      cost("of the elector alone", ELECTOR, [`Active, ${CPU}`, "ms/s"], { at: 100 }),
      cost("processor time of 100 Backups", CROWD, [`Backup, ${CPU}`, "ms/s"], { at: 100 }),
      cost("memory of 100 Active virtual routers", CROWD, ["Active, MiB", "MiB"], { at: 100 }),
      cost("memory of the elector alone", ELECTOR, ["Active, MiB", "MiB"], { at: 100 }),
    ],
    growths: [
      { what: "processor time, Active", of: "virtual routers", figure: `Active, ${CPU}`, unit: "ms/s" },
      { what: "memory, Active", of: "virtual routers", figure: "Active, MiB", unit: "MiB" },
    ],
  },
];

const ADDRESS_COUNTS = [1, 100, 1000, 4000];
const LAST: readonly [string, string] = ["last ms", "ms"];

function takeOver(at: number): Comparison[] {
  const what = `${at.toLocaleString("en-US")} VIPs, from the first advert to the last announcement`;
  return [
    cost(what, { ours: "fenced", others: ["keepalived"] }, LAST, { at, target: { ratio: 0.5 } }),
    cost(what, { ours: "absent", others: ["keepalived"] }, LAST, { at, target: { ratio: 2 } }),
  ];
}

const MANY_ADDRESSES: readonly Bench[] = [
  {
    name: "take over many addresses",
    rounds: 3,
    quickRounds: 1,
    run: (rounds) => takeOverMany({ counts: [100, 1000, 4000], rounds, warmups: 0 }),
    comparisons: [1000, 4000].flatMap(takeOver),
    growths: [{ what: "first advert to last announcement", of: "addresses", figure: "last ms", unit: "ms" }],
  },
  {
    name: "set up many addresses",
    rounds: 5,
    quickRounds: 2,
    run: (rounds) => setUpMany({ counts: ADDRESS_COUNTS, rounds }),
    comparisons: ADDRESS_COUNTS.map((at) =>
      cost(
        `${at.toLocaleString("en-US")} ${at === 1 ? "VIP" : "VIPs"} set up by hand, whole process`,
        { ours: "vmac-ctl up", others: ["ip -batch"] },
        ["ms", "ms"],
        { at, isDetail: at === 100 },
      ),
    ),
    growths: [{ what: "addresses set up by hand", of: "addresses", figure: "ms", unit: "ms" }],
  },
];

const REWRITE: Sides = { ours: "rewrite", others: ["address"] };
const REWRITE_TOO: Sides = { ours: "rewrite", others: ["macvlan"] };

const THROUGHPUT: Bench = {
  name: "throughput through a VIP",
  rounds: 5,
  quickRounds: 1,
  run: (rounds) => throughput({ modes: MODES, rounds, amount: ["--time", "1"], warmups: 0 }),
  comparisons: [
    yields("one TCP stream to a VIP, by mode", REWRITE, ["to it, Gbit/s", "Gbit/s"]),
    yields("one TCP stream to a VIP, by mode", REWRITE_TOO, ["to it, Gbit/s", "Gbit/s"], { isDetail: true }),
    yields("one TCP stream from a VIP, by mode", REWRITE, ["from it, Gbit/s", "Gbit/s"]),
    yields("one TCP stream from a VIP, by mode", REWRITE_TOO, ["from it, Gbit/s", "Gbit/s"], {
      isDetail: true,
    }),
  ],
};

export const ROUTERS: readonly Bench[] = [...OUTAGES, GARBAGE, ...CROWDS, ...MANY_ADDRESSES, THROUGHPUT];
