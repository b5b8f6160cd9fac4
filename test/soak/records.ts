/**
 * Records through a whole pipe, each read by every tool in it.
 *
 * @module
 */
import { join } from "node:path";
import { readBootId } from "@viptools/kernel";
import { type Network, VIP } from "../lab/network.ts";
import { VRID } from "../lab/router.ts";
import { sleep } from "../lab/shell.ts";
import { Chain } from "./chain.ts";
import { blockOf, type Labour, type Work } from "./lap.ts";
import { RecordMix } from "./record-mix.ts";
import { Tally } from "./tally.ts";

/** Half of what a tool queues for its reader before it drops heartbeats. */
const BLOCK_MAX = 2000;
/** Every virtual router is spoken of in the first one. */
const BLOCK_MIN = 100;
const BLOCK_MS = 60_000;
const START_MS = 500;
const MARK = `${JSON.stringify({ v: 1, type: "soak.mark", tool: "test", host: "t", pid: 1, ts: "2026-11-25T00:00:00.000000000Z", seq: 1 })}\n`;

/** @param also more programs behind the pipe. */
export function recordsThrough(amount: number, seed: number, also: readonly string[] = []): Work {
  return {
    title: "records through the pipe",
    unit: "records",
    amount,
    hosts: ["a"],
    start: async (network) =>
      await Passing.start(network, Math.max(BLOCK_MIN, blockOf(amount, BLOCK_MAX)), seed, also),
  };
}

class Passing implements Labour {
  readonly chains: readonly Chain[];
  readonly #block: number;
  readonly #mix: RecordMix;
  readonly #marks = new Tally();
  #written = 0;

  private constructor(network: Network, block: number, seed: number, also: readonly string[]) {
    this.#block = block;
    this.#mix = new RecordMix(seed, readBootId());
    const commands = [
      // A check that nobody tells of keeps it from taking part.
      `vrrp-elect -I eth0 --vrid ${VRID} --track nobody ${VIP}`,
      "vmac-ctl follow",
      "garp-send --follow",
      `vip-metrics --file ${join(network.folder, "records.prom")}`,
      ...also,
    ];
    const note = (line: string): void => {
      if (line.includes('"type":"soak.mark"')) this.#marks.add();
    };
    this.chains = [new Chain(network, "a", commands, note)];
  }

  static async start(
    network: Network,
    block: number,
    seed: number,
    also: readonly string[],
  ): Promise<Passing> {
    const passing = new Passing(network, block, seed, also);
    await passing.chains[0]!.ready();
    await sleep(START_MS);
    return passing;
  }

  async step(): Promise<number> {
    const lines = Array.from({ length: this.#block - 1 }, () => this.#mix.next());
    await this.chains[0]!.write(lines.join("") + MARK);
    await this.#marks.reaches(this.#marks.count + 1, "what was written to come out", BLOCK_MS);
    this.#written += this.#block;
    return this.#written;
  }

  async rest(): Promise<void> {
    await sleep(START_MS);
  }

  async notes(): Promise<readonly string[]> {
    return [`${this.#written} lines in, ${this.chains[0]!.lines} out, with those of the tools`];
  }

  async end(): Promise<void> {}
}
