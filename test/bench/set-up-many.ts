/**
 * What it costs to have many addresses on a virtual MAC, as a whole process: `vmac-ctl up` beside `ip -batch` with the
 * commands that `vmac-ctl` says would do the same.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { manyVips } from "../lab/many-vips.ts";
import { Network } from "../lab/network.ts";
import { inNamespace, must } from "../lab/shell.ts";
import type { Step } from "./bench.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";
import { cpuRun } from "./cpu-run.ts";

export interface SetUpManyOptions {
  /** How many addresses, step by step. */
  readonly counts: readonly number[];
  readonly rounds: number;
  readonly warmups?: number;
}

const ROUTER = ["-I", "eth0", "--vrid", "51"];

/** @returns for each count `ms` and `cpu ms` of both in each round; entering the namespace is part of nobody's. */
export async function setUpMany({ counts, rounds, warmups }: SetUpManyOptions): Promise<Step[]> {
  const network = new Network(["a"]);
  try {
    await network.settle();
    const steps: Step[] = [];
    for (const count of counts)
      steps.push({ work: count, rounds: await playCount(network, count, rounds, warmups) });
    return steps;
  } finally {
    await network.remove();
  }
}

async function playCount(
  network: Network,
  count: number,
  rounds: number,
  warmups: number | undefined,
): Promise<Rounds> {
  const vips = manyVips(count);
  const up = ["vmac-ctl", "up", ...ROUTER, ...vips];
  const { path, link } = writeBatch(network, up);
  const contenders = [
    contender(network, "vmac-ctl up", up, ["vmac-ctl", "down", ...ROUTER]),
    contender(network, "ip -batch", ["ip", "-batch", path], ["ip", "link", "delete", link]),
  ];
  return await contest(contenders, rounds, warmups);
}

/** What `ip` would be told to do; settings, which it cannot make, are left out. */
function writeBatch(network: Network, up: readonly string[]): { path: string; link: string } {
  const told = must(inNamespace(network.host("a").namespace, [...up, "--dry-run", "--json"]));
  const commands = told
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { command: string }).command)
    .filter((command) => command.startsWith("ip "))
    .map((command) => command.slice("ip ".length));
  const path = join(network.folder, "set-up.batch");
  writeFileSync(path, `${commands.join("\n")}\n`);
  return { path, link: /^link add (\S+)/.exec(commands[0]!)![1]! };
}

function contender(
  network: Network,
  name: string,
  make: readonly string[],
  undo: readonly string[],
): Contender {
  const { namespace } = network.host("a");
  const run = async (): Promise<Record<string, number>> => {
    const { wallMs, cpuMs } = await cpuRun(make, { through: inNamespace(namespace, []) });
    must(inNamespace(namespace, undo));
    return { ms: wallMs, "cpu ms": cpuMs };
  };
  return { name, run };
}
