/**
 * Two pipes whose Active changes while a client asks, 500 times a second, and what became of its asks.
 *
 * @module
 */
import { Client, type ClientKind, type ClientStory } from "./client.ts";
import { EchoTrace } from "./echo-trace.ts";
import { explainLoss, longestPauseMs } from "./fate.ts";
import { breakAfterAdvert } from "./fault.ts";
import type { Network } from "./network.ts";
import { PipeRouter, type RouterOptions } from "./router.ts";
import { sleep, waitFor } from "./shell.ts";
import { patienceMs, startPair, untilActive } from "./stage.ts";

/** How the role moves from a to b. */
export const DEPARTURES = ["stop", "stop of the whole pipe", "resign"] as const;
export type Departure = (typeof DEPARTURES)[number];
export type Step = Departure | "fail-back" | "silent loss";

export interface Asked {
  readonly kind: ClientKind;
  readonly target: string;
}

export interface Played {
  readonly step: Step;
  readonly story: ClientStory;
  /** The longest time between two asks. */
  readonly pauseMs: number;
  /** Where lost asks went, for a message. */
  readonly explanation: string;
}

const BEFORE_MS = 200;
const AFTER_MS = 300;

export class Couple {
  readonly #network: Network;
  readonly #advertMs: number;
  readonly #more: Partial<RouterOptions>;
  readonly #asked: Asked;
  #a: PipeRouter;
  readonly #b: PipeRouter;

  private constructor(
    network: Network,
    advertMs: number,
    more: Partial<RouterOptions>,
    asked: Asked,
    { a, b }: { a: PipeRouter; b: PipeRouter },
  ) {
    this.#network = network;
    this.#advertMs = advertMs;
    this.#more = more;
    this.#asked = asked;
    this.#a = a;
    this.#b = b;
  }

  /** @param more for both routers. @returns when a is Active and the client is served. */
  static async start(
    network: Network,
    advertMs: number,
    more: Partial<RouterOptions>,
    asked: Asked,
  ): Promise<Couple> {
    const couple = new Couple(network, advertMs, more, asked, await startPair(network, advertMs, more));
    await waitFor("the client to be served", patienceMs(advertMs), () =>
      network.run("c", ["ping", "-c", "1", "-W", "1", asked.target]).code === 0 ? true : undefined,
    );
    return couple;
  }

  /** Plays one step while the client asks. After each other step than a fail-back, only a fail-back can follow. */
  async play(step: Step): Promise<Played> {
    if (step === "fail-back" && !this.#a.hasEnded) await this.#a.stop();
    const trace = await EchoTrace.open(
      this.#network,
      this.#network.hosts.map(({ name }) => name),
    );
    const client = new Client(this.#network, "c", this.#asked.kind, this.#asked.target);
    await waitFor("the client to ask", 5000, () => trace.hasSeenAsks() || undefined);
    await sleep(BEFORE_MS);
    const faultUs = Date.now() * 1000;
    this.#cause(step);
    await this.#untilMoved(step);
    await sleep(AFTER_MS + 3 * this.#advertMs);
    const story = await client.stop();
    const [hops, { port }] = [await trace.close(), this.#network.host("c")];
    return {
      step,
      story,
      pauseMs: longestPauseMs(hops, port),
      explanation: explainLoss(hops, port, faultUs),
    };
  }

  #cause(step: Step): void {
    if (step === "stop") this.#a.signal("vrrp-elect", "SIGTERM");
    else if (step === "stop of the whole pipe") this.#a.signal("all", "SIGTERM");
    else if (step === "resign") this.#a.say({ type: "elect.set", action: "resign" });
    else if (step === "silent loss") breakAfterAdvert(this.#network, "a", step);
    else
      this.#a = new PipeRouter(this.#network, "a", {
        priority: 150,
        advertMs: this.#advertMs,
        ...this.#more,
      });
  }

  async #untilMoved(step: Step): Promise<void> {
    const [taker, leaver] = step === "fail-back" ? [this.#a, this.#b] : [this.#b, this.#a];
    await untilActive(`the other one, after ${step},`, taker, this.#advertMs);
    if (step === "stop" || step === "stop of the whole pipe") await leaver.ended();
    else if (step !== "silent loss")
      await waitFor(
        "the leaver to be Backup",
        patienceMs(this.#advertMs),
        () => leaver.isElected("backup") || undefined,
      );
  }
}
