/**
 * A pair of routers of one make, and the time that a client is without the VIP in each fault.
 *
 * @module
 */
import { ASK_EVERY_MS, Client, type ClientOutage } from "./client.ts";
import { breakAfterAdvert, type LinkFault, mend, nowUs, type Phases, phasesAfter } from "./fault.ts";
import { FrrRouter } from "./frr.ts";
import { KeepalivedRouter } from "./keepalived.ts";
import { Network, VIP } from "./network.ts";
import { PipeRouter, type Router, type RouterOptions } from "./router.ts";
import { sleep, waitFor } from "./shell.ts";
import { patienceMs, untilActive } from "./stage.ts";

export type Make = "viptools" | "keepalived" | "FRR";
export const FAULTS = ["planned stop", "fail-back", "link loss", "silent loss"] as const;
export type Fault = (typeof FAULTS)[number];

/** What a client felt of one fault. */
export interface Measured {
  readonly fault: Fault;
  /** Longest time without an answer around the fault; 0 if every ask was answered. */
  readonly outageMs: number;
  readonly lost: number;
  /** Of the host that took over, where it writes records. */
  readonly phases: Phases | undefined;
}

const ROUTERS = { viptools: PipeRouter, keepalived: KeepalivedRouter, FRR: FrrRouter } as const;
const PRIORITY_A = 150;
const PRIORITY_B = 100;
/** So many, and the client is at work: half a second of asks. */
const ASKS = 250;
const ASKING_LIMIT_MS = 10_000;
/** An outage that began earlier than this before the fault has another cause. */
const BEFORE_US = 20_000;

/** Routers a and b and a client c on a switch of their own; a is Active whenever both are well. */
export class Pair {
  readonly network: Network;
  readonly advertMs: number;
  readonly #make: Make;
  #a: Router;
  readonly #b: Router;

  /** @param others hosts on the same switch. */
  constructor(make: Make, advertMs: number, others: readonly string[] = []) {
    this.network = new Network(["a", "b", "c", ...others]);
    this.#make = make;
    this.advertMs = advertMs;
    this.#a = this.#start("a");
    this.#b = this.#start("b");
  }

  get routers(): { readonly a: Router; readonly b: Router } {
    return { a: this.#a, b: this.#b };
  }

  /** Until a is Active, b is not, and a client gets answers. */
  async settle(): Promise<void> {
    await untilActive(`${this.#make} on a`, this.#a, this.advertMs);
    await waitFor("b to be Backup", patienceMs(this.advertMs), () => (this.#b.isActive() ? undefined : true));
    await waitFor("the client to be served", patienceMs(this.advertMs), () =>
      this.network.run("c", ["ping", "-c", "1", "-W", "1", VIP]).code === 0 ? true : undefined,
    );
    await sleep(3 * this.advertMs);
  }

  /** Plays one fault with a client asking, and leaves the pair as the next fault needs it. */
  async measure(fault: Fault): Promise<Measured> {
    // A client that does not ask yet would feel no outage.
    const before = this.network.framesFrom("c");
    const client = new Client(this.network, "c", "icmp");
    await waitFor(
      "the client to ask",
      ASKING_LIMIT_MS,
      () => this.network.framesFrom("c") > before + ASKS || undefined,
    );
    const faultUs = await this.#cause(fault);
    await this.#untilMoved(fault);
    await sleep(500 + 3 * this.advertMs);
    const { outages } = await client.stop();
    const taker = fault === "fail-back" ? this.#a : this.#b;
    const phases = taker instanceof PipeRouter ? phasesAfter(taker.records(), faultUs) : undefined;
    if (fault === "link loss" || fault === "silent loss") await this.#repair(fault);
    return { fault, ...worstAround(outages, faultUs), phases };
  }

  async remove(): Promise<void> {
    await Promise.all([this.#a.stop(), this.#b.stop()]);
    await this.network.remove();
  }

  #start(host: "a" | "b"): Router {
    const options: RouterOptions = {
      priority: host === "a" ? PRIORITY_A : PRIORITY_B,
      advertMs: this.advertMs,
    };
    return new ROUTERS[this.#make](this.network, host, options);
  }

  /** @returns when, microseconds of CLOCK_MONOTONIC. */
  async #cause(fault: Fault): Promise<number> {
    // Before a fail-back a's has ended, as it was told.
    for (const router of fault === "fail-back" ? [this.#b] : [this.#a, this.#b])
      if (router instanceof PipeRouter) router.mustRun();
    if (fault === "link loss" || fault === "silent loss") return breakAfterAdvert(this.network, "a", fault);
    const atUs = nowUs();
    if (fault === "planned stop") await this.#a.stop();
    else this.#a = this.#start("a");
    return atUs;
  }

  async #untilMoved(fault: Fault): Promise<void> {
    if (fault === "fail-back") await untilActive("a again", this.#a, this.advertMs);
    else await untilActive("b", this.#b, this.advertMs);
  }

  async #repair(fault: LinkFault): Promise<void> {
    mend(this.network, "a", fault);
    await sleep(3 * this.advertMs);
    await this.settle();
  }
}

/**
 * Pairs that are to be compared start one after the other: a take-over while others start is held up, and at the shortest
 * intervals an elector then takes its reader for frozen.
 *
 * @returns a pair of which a is Active.
 */
export async function settledPair(
  make: Make,
  advertMs: number,
  others: readonly string[] = [],
): Promise<Pair> {
  const pair = new Pair(make, advertMs, others);
  try {
    await pair.settle();
    return pair;
  } catch (error) {
    await pair.remove();
    throw error;
  }
}

function worstAround(outages: readonly ClientOutage[], faultUs: number): { outageMs: number; lost: number } {
  const after = outages.filter(({ startUs }) => startUs > faultUs - BEFORE_US - ASK_EVERY_MS * 1000);
  return {
    outageMs: Math.max(0, ...after.map(({ outageMs }) => outageMs)),
    lost: after.reduce((sum, { lost }) => sum + lost, 0),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
