/**
 * A host of a script with its router, which may be started again and again.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";
import { optionsOf } from "../lab/form.ts";
import { KeepalivedRouter } from "../lab/keepalived.ts";
import type { Network } from "../lab/network.ts";
import { PipeRouter, type Router } from "../lab/router.ts";
import { waitFor } from "../lab/shell.ts";
import { type Make, priorityOf, type Script } from "./script.ts";

/** The longest that a pipe may outlive its first death: a hand-over, and a busy machine. */
const END_MS = 15_000;
const REALTIME_BELOW_MS = 100;

export class Member {
  readonly host: string;
  readonly #network: Network;
  readonly #script: Script;
  readonly #make: Make;
  readonly #priority: number;
  readonly #started: Router[] = [];

  /** @param rank from 0, the highest priority. */
  constructor(network: Network, script: Script, host: string, rank: number) {
    this.host = host;
    this.#network = network;
    this.#script = script;
    this.#make = script.makes.get(host)!;
    this.#priority = priorityOf(rank);
  }

  /** The one that was started last. */
  get router(): Router {
    return this.#started.at(-1)!;
  }

  /** Undefined of a keepalived. */
  get pipe(): PipeRouter | undefined {
    return this.router instanceof PipeRouter ? this.router : undefined;
  }

  /** @returns when it runs. */
  async start(): Promise<void> {
    const { advertMs, form } = this.#script;
    const { followArgs, ...how } = optionsOf(form);
    // As the README has it for short intervals. For longer ones it would only starve those of the pipe that have none.
    const first = advertMs < REALTIME_BELOW_MS ? " --realtime" : "";
    const realtime = {
      electArgs: first,
      followArgs: `${followArgs}${first} ${this.#script.followArgs ?? ""}`,
    };
    const options = { priority: this.#priority, advertMs, ...how, ...realtime };
    const router =
      this.#make === "viptools"
        ? new PipeRouter(this.#network, this.host, options)
        : new KeepalivedRouter(this.#network, this.host, options);
    this.#started.push(router);
    if (router instanceof PipeRouter) await router.ready();
  }

  /** Waits for what was killed in part to end as a whole, then starts it anew. */
  async startAgain(): Promise<void> {
    const { pipe, host } = this;
    if (pipe !== undefined)
      await waitFor(`the rest of the pipe on ${host} to end`, END_MS, () => pipe.hasEnded || undefined);
    await this.start();
  }

  isActive(): boolean {
    return this.pipe?.hasEnded !== true && this.router.isActive();
  }

  async stop(): Promise<void> {
    if (this.pipe?.hasEnded !== true) await this.router.stop();
  }

  /** Of all its pipes. */
  records(): KnownRecord[] {
    return this.#started.flatMap((router) => (router instanceof PipeRouter ? router.records() : []));
  }

  errors(): string {
    return this.#started.map((router) => (router instanceof PipeRouter ? router.errors() : "")).join("");
  }
}
