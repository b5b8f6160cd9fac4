/**
 * How quickly many addresses are announced, by what arrives at the switch, and what that takes.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { manyVips } from "../lab/many-vips.ts";
import { Network } from "../lab/network.ts";
import { inNamespace, sleep } from "../lab/shell.ts";
import { Taps } from "../lab/taps.ts";
import type { Step } from "./bench.ts";
import { contest } from "./contest.ts";
import { cpuRun } from "./cpu-run.ts";

/** What the switch saw of one run. */
export interface Burst {
  readonly announced: number;
  /** Of those that were asked for. */
  readonly missing: number;
  readonly framesPerSecond: number;
  /** From the first frame to the last. */
  readonly burstMs: number;
  /** Of the whole process, its start among it. */
  readonly cpuMs: number;
}

/** For the last frames to pass through tcpdump. */
const SETTLE_MS = 500;

/** One request for each of so many addresses, `rounds` times. */
export async function announceMany(count: number, rounds: number): Promise<Burst[]> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const bursts: Burst[] = [];
    for (let n = 0; n < rounds; n++) bursts.push(await announceOnce(network, count));
    return bursts;
  } finally {
    await network.remove();
  }
}

/** The same for several counts. @returns the figures of each as those of garp-send. */
export async function announceSeries(counts: readonly number[], rounds: number): Promise<Step[]> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const contenders = counts.map((count) => ({
      name: String(count),
      run: async (): Promise<Record<string, number>> => ({ ...(await announceOnce(network, count)) }),
    }));
    const result = await contest(contenders, rounds);
    return counts.map((work) => ({ work, rounds: new Map([["garp-send", result.get(String(work))!]]) }));
  } finally {
    await network.remove();
  }
}

async function announceOnce(network: Network, count: number): Promise<Burst> {
  const addresses = manyVips(count);
  const list = join(network.folder, `addresses-${count}`);
  writeFileSync(list, addresses.join("\n"));
  const taps = new Taps(network);
  await taps.open(["a"]);
  const argv = ["garp-send", "-I", "eth0", "--mac", "vrid:51", "-U", "-q", "-"];
  const through = inNamespace(network.host("a").namespace, []);
  const { cpuMs } = await cpuRun(argv, { input: list, through });
  await sleep(SETTLE_MS);
  const frames = (await taps.close()).filter(({ kind }) => kind === "arp_request");
  const announced = new Set(frames.map(({ announcedIp }) => announcedIp));
  const tookUs = frames.at(-1)!.atUs - frames[0]!.atUs;
  return {
    announced: announced.size,
    missing: addresses.filter((address) => !announced.has(address)).length,
    framesPerSecond: ((frames.length - 1) / tookUs) * 1e6,
    burstMs: tookUs / 1000,
    cpuMs,
  };
}
