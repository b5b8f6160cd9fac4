/**
 * How many records a second go through one hop of a pipe: `cat FILE | TOOL > /dev/null`.
 *
 * @module
 */
import { join } from "node:path";
import { Network } from "../lab/network.ts";
import { inNamespace } from "../lab/shell.ts";
import type { Step } from "./bench.ts";
import { type Contender, contest } from "./contest.ts";
import { cpuRun } from "./cpu-run.ts";
import { type PipeReader, pipeReaders, writeRecords } from "./pipe-readers.ts";

export interface PipeRateOptions {
  /** How many records, step by step. */
  readonly counts: readonly number[];
  readonly rounds: number;
  /** Names of readers; all without. */
  readonly readers?: readonly string[];
  readonly warmups?: number;
}

/** @returns for each count `ms` and `cpu ms` of each reader's process, start included, and the `records/s` of that. */
export async function pipeRate({ counts, rounds, readers, warmups }: PipeRateOptions): Promise<Step[]> {
  const network = new Network(["a"]);
  try {
    await network.settle();
    const chosen = pipeReaders(network.folder).filter(({ name }) => readers?.includes(name) ?? true);
    const steps: Step[] = [];
    for (const count of counts) {
      const path = join(network.folder, `records-${count}`);
      writeRecords(path, count);
      const contenders = chosen.map((reader) => contender(network, reader, path, count));
      steps.push({ work: count, rounds: await contest(contenders, rounds, warmups) });
    }
    return steps;
  } finally {
    await network.remove();
  }
}

function contender(network: Network, { name, argv }: PipeReader, path: string, count: number): Contender {
  const through = inNamespace(network.host("a").namespace, ["sh", "-c", `cat ${path} | "$@"`, "sh"]);
  const run = async (): Promise<Record<string, number>> => {
    const { wallMs, cpuMs } = await cpuRun(argv, { through });
    return { ms: wallMs, "cpu ms": cpuMs, "records/s": count / (wallMs / 1000) };
  };
  return { name, run };
}
