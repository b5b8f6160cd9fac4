/**
 * How long a record needs through one hop of a pipe: written to a tool's input, until the tool has written it on. What the
 * two ends of the hop need is part of it, and the same for all: `cat` shows how much that is.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { Network } from "../lab/network.ts";
import { end, sleep, waitFor } from "../lab/shell.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";
import { heartbeat, type PipeReader, pipeReaders } from "./pipe-readers.ts";

export interface PipeLatencyOptions {
  readonly rounds: number;
  /** Of each round. */
  readonly records?: number;
  /** Names of readers; all that pass records on without. */
  readonly readers?: readonly string[];
  readonly warmups?: number;
}

const RECORDS = 500;
/** Each finds the tool asleep. */
const EVERY_MS = 2;
/** A tool reads its first ones more slowly than all others. */
const WARM_RECORDS = 100;
const LIMIT_MS = 10_000;

/** @returns `median us` and `99 % us` of each reader in each round. */
export async function pipeLatency(options: PipeLatencyOptions): Promise<Rounds> {
  const { rounds, records = RECORDS, readers, warmups } = options;
  const network = new Network(["a"]);
  try {
    await network.settle();
    const chosen = pipeReaders(network.folder).filter(
      ({ name, passes }) => passes && (readers?.includes(name) ?? true),
    );
    const contenders = chosen.map(
      (reader): Contender => ({ name: reader.name, run: () => runOnce(network, reader, records) }),
    );
    return await contest(contenders, rounds, warmups);
  } finally {
    await network.remove();
  }
}

async function runOnce(
  network: Network,
  { argv }: PipeReader,
  records: number,
): Promise<Record<string, number>> {
  const child = network.start("a", argv, ["pipe", "pipe", "ignore"]);
  const latencies = new Latencies(child);
  for (let seq = 0; seq < WARM_RECORDS + records; seq++) {
    latencies.send(seq);
    await sleep(EVERY_MS);
  }
  await waitFor("all records to come back", LIMIT_MS, () => latencies.hasAll || undefined);
  child.stdin!.end();
  const sorted = latencies.us.slice(WARM_RECORDS).sort((x, y) => x - y);
  await end(child);
  return { "median us": at(sorted, 0.5), "99 % us": at(sorted, 0.99) };
}

class Latencies {
  readonly us: number[] = [];
  readonly #sentMs: number[] = [];
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    createInterface({ input: child.stdout! }).on("line", (line) => this.#take(line));
  }

  get hasAll(): boolean {
    return this.us.filter((us) => us !== undefined).length === this.#sentMs.length;
  }

  send(seq: number): void {
    const line = heartbeat(seq);
    this.#sentMs[seq] = performance.now();
    this.#child.stdin!.write(line);
  }

  /** Among them may be what the tool says for itself. */
  #take(line: string): void {
    const atMs = performance.now();
    const { tool, seq } = JSON.parse(line) as { tool: string; seq: number };
    if (tool === "test") this.us[seq] = (atMs - this.#sentMs[seq]!) * 1000;
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
