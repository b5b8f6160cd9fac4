/**
 * Changes of state: a whole pipe that becomes Active and Backup again and again, because a rival lets go and comes back.
 * Its kernel work is real: a macvlan that comes and goes, or a permission that is given and taken.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { forgedAdvert } from "../lab/forged-advert.ts";
import type { Form } from "../lab/form.ts";
import type { Network } from "../lab/network.ts";
import { end, sleep } from "../lab/shell.ts";
import { Chain } from "./chain.ts";
import { blockOf, type Labour, type Work } from "./lap.ts";
import { Tally } from "./tally.ts";

const SENDER = fileURLToPath(new URL("../lab/send-lines.js", import.meta.url));
/** Leases of 2.5 s: nothing is judged by whether this machine is in a hurry. */
const ADVERT_MS = 1000;
/** After who was Active has gone, one has to wait for the shorter the higher it is. */
const PRIORITY = 254;
const CHANGE_MS = 60_000;
const REST_MS = 500;
const ROUTERS_MAX = 16;

/** Adverts of a rival, for all virtual routers, as lines of hexadecimal digits. */
function linesOf(vrids: readonly number[], priority: number): string {
  const frames = vrids.map((vrid) => forgedAdvert({ vrid, priority, intervalCs: ADVERT_MS / 10 }));
  return frames.map((frame) => `${Buffer.from(frame).toString("hex")}\n`).join("");
}

/** Whether the rival is there, and what has to be said of each virtual router before the next turn. */
const TURNS = [
  { isThere: false, told: "vmac.up" },
  { isThere: true, told: "vmac.down" },
] as const;

export interface ChangesOptions {
  readonly amount: number;
  readonly form: Pick<Form, "mode" | "standby">;
}

export function changes(options: ChangesOptions): Work {
  const { mode, standby } = options.form;
  return {
    title: `changes of state, ${mode} ${standby}`,
    unit: "changes",
    amount: options.amount,
    hosts: ["a", "b"],
    start: async (network) => await Flapping.start(network, options),
  };
}

class Flapping implements Labour {
  readonly chains: readonly Chain[];
  readonly #vrids: readonly number[];
  readonly #rival: ReturnType<Network["start"]>;
  readonly #higher: string;
  readonly #gone: string;
  readonly #holding: NodeJS.Timeout;
  readonly #told = new Map(TURNS.map(({ told }) => [told, new Tally()]));
  readonly #stated = new Tally();
  #isThere = true;
  #done = 0;

  private constructor(network: Network, { amount, form }: ChangesOptions) {
    this.#vrids = Array.from({ length: blockOf(amount / TURNS.length, ROUTERS_MAX) }, (_, n) => n + 1);
    this.#higher = linesOf(this.#vrids, 255);
    this.#gone = linesOf(this.#vrids, 0);
    this.#rival = network.start("b", ["node", SENDER], ["pipe", "ignore", "inherit"]);
    this.#holding = setInterval(() => this.#hold(), ADVERT_MS / 2);
    this.chains = [
      new Chain(network, "a", commandsOf(network, this.#vrids, form), (line) => this.#note(line)),
    ];
  }

  static async start(network: Network, options: ChangesOptions): Promise<Flapping> {
    const flapping = new Flapping(network, options);
    await flapping.chains[0]!.ready();
    await flapping.#stated.reaches(flapping.#vrids.length, "the elector to hear the rival", CHANGE_MS);
    return flapping;
  }

  async step(): Promise<number> {
    for (const { isThere, told } of TURNS) {
      const tally = this.#told.get(told)!;
      const least = tally.count + this.#vrids.length;
      this.#isThere = isThere;
      this.#rival.stdin!.write(isThere ? this.#higher : this.#gone);
      await tally.reaches(least, `${told} of each`, CHANGE_MS);
      this.#done += this.#vrids.length;
    }
    return this.#done;
  }

  async rest(): Promise<void> {
    await sleep(REST_MS);
  }

  async notes(): Promise<readonly string[]> {
    return [`${this.#vrids.length} virtual routers in the pipe, which change together`];
  }

  async end(): Promise<void> {
    clearInterval(this.#holding);
    await end(this.#rival);
  }

  #hold(): void {
    if (this.#isThere) this.#rival.stdin!.write(this.#higher);
  }

  #note(line: string): void {
    if (line.includes('"type":"vrrp.state"')) this.#stated.add();
    for (const [told, tally] of this.#told) if (line.includes(`"type":"${told}"`)) tally.add();
  }
}

function commandsOf(
  network: Network,
  vrids: readonly number[],
  { mode, standby }: ChangesOptions["form"],
): string[] {
  const path = join(network.folder, "changes.json");
  const routers = vrids.map((vrid) => ({ interface: "eth0", vrid, vips: [`10.51.0.${vrid}`] }));
  const defaults = { priority: PRIORITY, advert_int: `${ADVERT_MS}ms`, settle: 0 };
  writeFileSync(path, JSON.stringify({ defaults, routers }));
  return [
    `vrrp-elect --config ${path}`,
    `vmac-ctl follow --mode ${mode} --standby ${standby}`,
    "garp-send --follow",
    `vip-metrics --file ${join(network.folder, "changes.prom")}`,
  ];
}
