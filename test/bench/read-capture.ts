/**
 * What it costs to read a capture full of ARP: ours beside tcpdump and tshark, output to a file.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArpCapture, writeArpCapture } from "./arp-captures.ts";
import type { Step } from "./bench.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";
import { timedRun } from "./timed-run.ts";

/** The readers of a capture, by name. */
export const READERS = ["arp-listen", "tcpdump", "tshark"] as const;
export type Reader = (typeof READERS)[number];

const COMMANDS: Readonly<Record<Reader, (path: string) => string[]>> = {
  "arp-listen": (path) => ["arp-listen", "-r", path],
  tcpdump: (path) => ["tcpdump", "-nn", "-e", "-r", path],
  tshark: (path) => ["tshark", "-n", "-T", "ek", "-r", path],
};

export interface ReadOptions extends ArpCapture {
  readonly readers: readonly Reader[];
  readonly rounds: number;
  /** Whoever takes longer is stopped there. */
  readonly limitMs?: number;
}

/** @returns `ms` and `mib` of each reader in each round. */
export async function readCaptures(options: ReadOptions): Promise<Rounds> {
  const folder = mkdtempSync(join(tmpdir(), "viptools-bench-"));
  try {
    const path = join(folder, "arp.pcap");
    writeArpCapture(path, options);
    const contenders = options.readers.map((name) => contender(name, path, folder, options.limitMs));
    return await contest(contenders, options.rounds, options.rounds > 1 ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same for several lengths of a capture. */
export async function readCaptureSeries(
  frames: readonly number[],
  options: Omit<ReadOptions, "frames">,
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const work of frames) steps.push({ work, rounds: await readCaptures({ ...options, frames: work }) });
  return steps;
}

function contender(name: Reader, path: string, folder: string, limitMs: number | undefined): Contender {
  const output = join(folder, `${name}.out`);
  const run = async (): Promise<Record<string, number>> => {
    const { wallMs, peakMib } = await timedRun(COMMANDS[name](path), {
      output,
      ...(limitMs === undefined ? {} : { limitMs }),
    });
    return { ms: wallMs, mib: peakMib };
  };
  return { name, run };
}
