/**
 * Frames that come in: adverts to an elector and an observer, ARP to a listener and what reads its records.
 *
 * @module
 */
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { monotonicUs } from "@viptools/kernel";
import { type Network, VIP } from "../lab/network.ts";
import { VRID } from "../lab/router.ts";
import { end, sleep } from "../lab/shell.ts";
import { INTERVAL_CS } from "./advert-mix.ts";
import { ASKED_IP } from "./arp-mix.ts";
import { Chain } from "./chain.ts";
import { blockOf, type Labour, type Work } from "./lap.ts";

const SENDER = fileURLToPath(new URL("./send-blocks.js", import.meta.url));
/** What a capture's buffer holds. */
const BLOCK_MAX = 4096;
const START_MS = 500;
const LOOK_AGAIN_MS = 20;
/** Who has counted nothing more for so long has not got the rest. */
const LOST_US = 1_000_000;

/** How many frames that came in have been heard, and how many the kernel could not queue for the reader. */
interface Heard {
  readonly heard: number;
  readonly dropped: number;
}

/** Who hears the frames. */
interface Ear {
  readonly chain: Chain;
  count(): Promise<Heard>;
}

/** For an elector that is Backup, and for an observer beside it. */
export function advertsIn(amount: number, seed: number): Work {
  const elect = `vrrp-elect -I eth0 --vrid ${VRID} --advert-int ${INTERVAL_CS / 100}s --on-reader-loss ignore ${VIP}`;
  return {
    title: "adverts in",
    unit: "adverts",
    amount,
    hosts: ["a", "b"],
    start: async (network) => {
      const chains = [
        new Chain(network, "a", [elect]),
        new Chain(network, "a", ["vrrp-elect --observe -I eth0"]),
      ];
      const ears = chains.map((chain): Ear => ({ chain, count: () => countAdverts(chain) }));
      return await Hearing.start(network, ["adverts", seed], amount, ears);
    },
  };
}

async function countAdverts(chain: Chain): Promise<Heard> {
  const counters = await chain.counters("vrrp-elect");
  const names = Object.keys(counters).filter((name) =>
    /^(adverts|adverts_received|other_vrid|cut|rejected_.*)$/.test(name),
  );
  const heard = names.reduce((sum, name) => sum + counters[name]!, 0);
  return { heard, dropped: counters["capture_dropped"]! };
}

/** A listener hears what is answered, too. */
async function countQuestions(chain: Chain): Promise<Heard> {
  const { seen = 0, capture_dropped: dropped = 0 } = await chain.counters("arp-listen");
  const { answered = 0 } = await chain.counters("garp-send");
  return { heard: seen - answered, dropped };
}

/** ARP of which a listener makes records, for who answers it, and for who counts. */
export function recordsOfWire(amount: number, seed: number): Work {
  return {
    title: "records of what is heard",
    unit: "frames",
    amount,
    hosts: ["a", "b"],
    start: async (network) => {
      const commands = [
        "arp-listen -I eth0 --json",
        `garp-send -I eth0 --answer ${ASKED_IP}=02:00:00:00:00:77 --per-asker 1`,
        `vip-metrics --file ${join(network.folder, "heard.prom")}`,
      ];
      const chain = new Chain(network, "a", commands);
      const ear: Ear = { chain, count: () => countQuestions(chain) };
      return await Hearing.start(network, ["arp", seed], amount, [ear]);
    },
  };
}

class Hearing implements Labour {
  readonly chains: readonly Chain[];
  readonly #ears: readonly Ear[];
  readonly #block: number;
  readonly #sender: ReturnType<Network["start"]>;
  readonly #answers: NodeJS.EventEmitter;
  #sent = 0;
  /** Of the ear that has heard least. */
  #heard = 0;

  private constructor(
    network: Network,
    mix: readonly [string, number],
    amount: number,
    ears: readonly Ear[],
  ) {
    this.#block = blockOf(amount, BLOCK_MAX);
    this.#ears = ears;
    this.chains = ears.map(({ chain }) => chain);
    this.#sender = network.start("b", ["node", SENDER, ...mix.map(String)], ["pipe", "pipe", "inherit"]);
    this.#answers = createInterface({ input: this.#sender.stdout! });
  }

  /** @param mix what is sent, and its seed. */
  static async start(
    network: Network,
    mix: readonly [string, number],
    amount: number,
    ears: readonly Ear[],
  ): Promise<Hearing> {
    const hearing = new Hearing(network, mix, amount, ears);
    await Promise.all(hearing.chains.map((chain) => chain.ready()));
    await sleep(START_MS);
    return hearing;
  }

  async step(): Promise<number> {
    this.#sender.stdin!.write(`${this.#block}\n`);
    await once(this.#answers, "line");
    this.#sent += this.#block;
    this.#heard = Math.min(...(await Promise.all(this.#ears.map((ear) => this.#untilHeard(ear)))));
    return this.#heard;
  }

  async rest(): Promise<void> {
    await sleep(START_MS);
  }

  async notes(): Promise<readonly string[]> {
    const counts = await Promise.all(this.#ears.map((ear) => ear.count()));
    const dropped = counts.map((count) => count.dropped).join(" and ");
    return [`${this.#sent} sent`, `${dropped} dropped by the kernel on the way to a reader`];
  }

  async end(): Promise<void> {
    await end(this.#sender);
  }

  async #untilHeard(ear: Ear): Promise<number> {
    let [most, sinceUs] = [0, monotonicUs()];
    for (;;) {
      const { heard, dropped } = await ear.count();
      if (heard + dropped >= this.#sent) return heard;
      if (heard > most) [most, sinceUs] = [heard, monotonicUs()];
      else if (monotonicUs() - sinceUs > LOST_US) return heard;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
