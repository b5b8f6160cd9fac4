/**
 * What hundreds of virtual routers in one process cost while nothing happens: as Active and as Backup, the whole pipe and
 * the elector alone beside keepalived.
 *
 * @module
 */
import {
  type Cost,
  type Crowd,
  type CrowdOptions,
  ElectorCrowd,
  KeepalivedCrowd,
  StackCrowd,
} from "../lab/crowd.ts";
import { Network } from "../lab/network.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import type { Step } from "./bench.ts";
import { contest } from "./contest.ts";

export interface CrowdBenchOptions {
  /** How many virtual routers, step by step: at most 255 on each of two interfaces. */
  readonly counts: readonly number[];
  readonly advertMs: number;
  readonly rounds: number;
  /** How long each is looked at. */
  readonly seconds?: number;
  /** Of the whole pipe and keepalived: each virtual router has a link of its own. */
  readonly useVmac?: boolean;
  readonly warmups?: number;
}

type CrowdClass = new (network: Network, host: string, options: CrowdOptions) => Crowd;

const CROWDS: Readonly<Record<string, CrowdClass>> = {
  "whole pipe": StackCrowd,
  "vrrp-elect": ElectorCrowd,
  keepalived: KeepalivedCrowd,
};
const SECONDS = 5;
const START_LIMIT_MS = 10_000;
const ACTIVE_LIMIT_MS = 60_000;
/** Announcements of a take-over go on for a while, keepalived's for five seconds: they are no part of the rest. */
const SETTLE_MS = 6000;
const LOOK_MS = 2000;
/** At rest is who needs as much as in the look before, or nearly: who is still being prepared needs less and less. */
const STEADY = 0.8;
const MIB_OF = 100;

/**
 * @returns for each count, of Active and Backup each, `cpu ms/s` of the whole crowd, its `MiB`, and `MiB per 100` of it,
 *   which falls with the count by what a process has without any.
 */
export async function crowd(options: CrowdBenchOptions): Promise<Step[]> {
  const { counts, advertMs, rounds, useVmac = false, seconds = SECONDS, warmups = 0 } = options;
  const steps: Step[] = [];
  for (const count of counts) {
    const crowdOptions = { count, advertMs, useVmac };
    const contenders = Object.entries(CROWDS).map(([name, make]) => ({
      name,
      run: () => playOnce(make, crowdOptions, seconds),
    }));
    steps.push({ work: count, rounds: await contest(contenders, rounds, warmups) });
  }
  return steps;
}

/** In a network of their own: what runs beside would take the processor's cache. */
async function playOnce(
  make: CrowdClass,
  { count, advertMs, useVmac }: Pick<CrowdOptions, "count" | "advertMs" | "useVmac">,
  seconds: number,
): Promise<Record<string, number>> {
  const network = new Network(["a", "b"]);
  try {
    for (const [host, address] of [
      ["a", "198.51.100.1/24"],
      ["b", "198.51.100.2/24"],
    ] as const)
      network.addInterface(host, "eth1", address, "br1");
    await network.settle();
    const options = { count, interfaces: ["eth0", "eth1"], advertMs, ...(useVmac ? { useVmac } : {}) };
    const high = new make(network, "a", { ...options, priority: 150 });
    await waitFor("the first one to have started", START_LIMIT_MS, () => high.hasStarted() || undefined);
    await waitFor(`${count} to be Active`, ACTIVE_LIMIT_MS, () => high.takeOvers() >= count || undefined);
    const low = new make(network, "b", { ...options, priority: 100 });
    await waitFor("the others to have started", START_LIMIT_MS, () => low.hasStarted() || undefined);
    await untilAtRest([high, low]);
    const figures = await figuresWhile([high, low], count, seconds);
    if (low.takeOvers() > 0) throw new Error("a Backup has taken over: what was measured is no rest");
    await Promise.all([low.stop(), high.stop()]);
    return figures;
  } finally {
    await network.remove();
  }
}

async function untilAtRest(crowds: readonly Crowd[]): Promise<void> {
  await sleep(SETTLE_MS);
  let last = await spentInLook(crowds);
  for (;;) {
    const now = await spentInLook(crowds);
    if (now >= STEADY * last) return;
    last = now;
  }
}

async function spentInLook(crowds: readonly Crowd[]): Promise<number> {
  const spent = (): number => crowds.reduce((sum, one) => sum + one.cost().cpuMs, 0);
  const before = spent();
  await sleep(LOOK_MS);
  return spent() - before;
}

async function figuresWhile(
  crowds: readonly [active: Crowd, backup: Crowd],
  count: number,
  seconds: number,
): Promise<Record<string, number>> {
  const before = crowds.map((one) => one.cost());
  await sleep(seconds * 1000);
  const after = crowds.map((one) => one.cost());
  return Object.fromEntries(
    ["Active", "Backup"].flatMap((role, n) => entriesOf(role, before[n]!, after[n]!, count, seconds)),
  );
}

function entriesOf(
  role: string,
  before: Cost,
  { cpuMs, residentMib }: Cost,
  count: number,
  seconds: number,
): [string, number][] {
  return [
    [`${role}, cpu ms/s`, (cpuMs - before.cpuMs) / seconds],
    [`${role}, MiB`, residentMib],
    [`${role}, MiB per 100`, (residentMib / count) * MIB_OF],
  ];
}
