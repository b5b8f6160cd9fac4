/**
 * What it costs to start a tool at all: each one's `--version` and `--help`, beside node with nothing to do.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { TOP } from "../lab/shell.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";
import { cpuRun } from "./cpu-run.ts";

export interface StartUpOptions {
  readonly rounds: number;
  /** All of them without. */
  readonly tools?: readonly string[];
  readonly warmups?: number;
}

/** What everything here is held against. */
export const EMPTY = "node -e 0";

/** @returns names of all tools: whatever package of the repository has a program. */
export function allTools(): string[] {
  const packages = `${TOP}packages`;
  return readdirSync(packages).filter((name) => {
    try {
      return readdirSync(`${packages}/${name}/bin`).includes(`${name}.js`);
    } catch {
      return false;
    }
  });
}

/** @returns `ms` and `cpu ms` of {@link EMPTY}, and of each `TOOL --version` and `TOOL --help`. */
export async function startUp({ rounds, tools = allTools(), warmups }: StartUpOptions): Promise<Rounds> {
  const asked = tools.flatMap((tool) => [`${tool} --version`, `${tool} --help`]);
  const contenders = [EMPTY, ...asked].map(
    (name): Contender => ({
      name,
      run: async () => {
        const { wallMs, cpuMs } = await cpuRun(name.split(" "));
        return { ms: wallMs, "cpu ms": cpuMs };
      },
    }),
  );
  return await contest(contenders, rounds, warmups);
}
