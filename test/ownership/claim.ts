/**
 * The claim that a host is as before, tried with many scripts.
 *
 * @module
 */
import { rmSync } from "node:fs";
import fc from "fast-check";
import { runFolder } from "../lab/dump.ts";
import { Network } from "../lab/network.ts";
import { IS_FULL } from "../lab/stage.ts";
import { scripts } from "./plans.ts";
import { play, type Report } from "./play.ts";
import type { Tally } from "./player.ts";
import { readSettings, type Stage } from "./scene.ts";
import type { Script } from "./script.ts";
import { textOf } from "./text.ts";

/** `VIPTOOLS_SEED` repeats a run; ordinary days have one and the same. */
export const SEED: number = Number(process.env["VIPTOOLS_SEED"] ?? (IS_FULL ? Date.now() % 2 ** 30 : 1));
/** Each shrunk script costs a second: then the shortest so far is told. */
const SHRINK_FOR_MS = 60_000;

/** A link that was left is more than a hundred lines of settings. */
const SHOWN_MAX = 40;

/** A host that many scripts are played on, one after the other; where one has failed, the next gets a new host. */
export class Lane {
  readonly tally: Tally = {};
  readonly #makeTool: (network: Network) => string;
  #stage: Stage | undefined;

  /** @param makeTool gives what stands in for vmac-ctl, which may lie in the network's folder. */
  constructor(makeTool: (network: Network) => string = () => "vmac-ctl") {
    this.#makeTool = makeTool;
  }

  async play(script: Script): Promise<Report> {
    this.#stage ??= await this.#open();
    const report = await play(this.#stage, script);
    for (const [what, number] of Object.entries(report.counts))
      this.tally[what] = (this.tally[what] ?? 0) + number;
    if (report.wrong.length > 0) await this.close();
    return report;
  }

  async close(): Promise<void> {
    if (this.#stage === undefined) return;
    const folder = runFolder(this.#stage.network, this.#stage.host);
    await this.#stage.network.remove();
    // What a failed script has left there would outlive the namespace.
    rmSync(folder, { recursive: true, force: true });
    this.#stage = undefined;
  }

  async #open(): Promise<Stage> {
    const network = new Network(["a"]);
    await network.settle();
    return { network, host: "a", usual: readSettings(network, "a"), tool: this.#makeTool(network) };
  }
}

export interface Failure {
  readonly script: Script;
  readonly wrong: readonly string[];
  readonly numRuns: number;
}

/** What a property fails with, so that any other error is one of the test. */
class LeftError extends Error {
  readonly wrong: readonly string[];

  constructor(wrong: readonly string[]) {
    super(wrong.join("\n"));
    this.wrong = wrong;
  }
}

/** @returns the shortest script found that leaves something; undefined if none of them does. */
export async function tryOut(
  lane: Lane,
  numRuns: number,
  seed: number,
  doesShrink: boolean,
): Promise<Failure | undefined> {
  let shrinkUntilMs = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(scripts, async (script) => {
    if (performance.now() > shrinkUntilMs) return;
    const { wrong } = await lane.play(script);
    if (wrong.length === 0) return;
    shrinkUntilMs = Math.min(shrinkUntilMs, performance.now() + SHRINK_FOR_MS);
    throw new LeftError(wrong);
  });
  const result = await fc.check(property, { seed, numRuns, endOnFailure: !doesShrink });
  if (!result.failed) return undefined;
  if (!(result.errorInstance instanceof LeftError)) throw result.errorInstance;
  return { script: result.counterexample![0], wrong: result.errorInstance.wrong, numRuns: result.numRuns };
}

/** A failure for people: how to repeat it, the script as text and as a row of the table, and what is wrong. */
export function explain({ script, wrong, numRuns }: Failure, seed: number): string {
  const left = wrong.length - SHOWN_MAX;
  return [
    `script ${numRuns} of VIPTOOLS_SEED=${seed}, shrunk:`,
    textOf(script),
    "then all is given back, and yet:",
    ...wrong.slice(0, SHOWN_MAX),
    ...(left > 0 ? [`and ${left} lines more`] : []),
    `as a row of the regressions: ${JSON.stringify(script)}`,
  ].join("\n");
}
