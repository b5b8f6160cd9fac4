/**
 * Plays a scene of a page: its hosts are built, and its steps done in their order, as a reader would.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { Machine } from "../lab/machine.ts";
import { Network } from "../lab/network.ts";
import { sleep } from "../lab/shell.ts";
import {
  type Command,
  type FileStep,
  hostsOf,
  type OrderStep,
  type RunStep,
  type Scene,
  type Step,
} from "./page.ts";
import { Typed } from "./typed.ts";

const UNTIL_LIMIT_MS = 40_000;
const ASK_EVERY_MS = 200;
const SENT = "/sys/class/net/eth0/statistics/tx_packets";
const ASKED_BY_THEN = 200;
/** Whoever dies at its start has done so by then. */
const STAYS_AT_LEAST_MS = 500;

/** @throws {Error} naming page and line, with what came out. */
export async function playScene(page: string, scene: Scene): Promise<void> {
  const network = new Network(scene.hosts);
  const stage = new Stage(page, network);
  try {
    scene.onSecond.forEach((name) => {
      const number = scene.hosts.indexOf(name) + 1;
      network.addInterface(name, "eth1", `198.51.100.${number}/24`, "br1");
    });
    await network.settle();
    await Promise.all(
      [...scene.hosts, ...(usesSwitch(scene) ? ["switch"] : [])].map((name) => stage.add(name)),
    );
    for (const step of scene.steps) await stage.play(step);
    stage.mustStay();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${stage.said()}\n${stage.running()}`);
  } finally {
    await stage.clear();
    network.removeNow();
    rmSync(network.folder, { recursive: true, force: true });
  }
}

function usesSwitch({ steps }: Scene): boolean {
  return steps.some((step) => hostsOf(step).includes("switch"));
}

class Stage {
  readonly #page: string;
  readonly #network: Network;
  readonly #machines = new Map<string, Machine>();
  /** What stays, by host; the last one is what a later text shows. */
  readonly #staying = new Map<string, Typed>();

  constructor(page: string, network: Network) {
    this.#page = page;
    this.#network = network;
  }

  async add(name: string): Promise<void> {
    this.#machines.set(name, await Machine.boot(this.#network, name));
  }

  async play(step: Step): Promise<void> {
    if (step.kind === "run") await this.#run(step);
    else if (step.kind === "do") await this.#each(step.hosts, step.script, step.line);
    else if (step.kind === "until") await this.#until(step);
    else if (step.kind === "ends") await Promise.all(step.hosts.map((host) => this.#end(host, step.line)));
    else if (step.kind === "shown") await this.#stayingOn(step.hosts[0]!, step.line).shows(step.shown);
    else if (step.kind === "file") await Promise.all(step.hosts.map((host) => this.#write(host, step)));
  }

  /** @throws {Error} if something that ought to stay has ended by itself. */
  mustStay(): void {
    for (const typed of this.#staying.values()) typed.mustStay();
  }

  /** What those that stay have said, for people. */
  said(): string {
    return [...this.#staying].map(([host, typed]) => `-- ${host} has said:\n${typed.tail()}`).join("\n");
  }

  running(): string {
    return [...this.#machines]
      .map(([host, machine]) => `-- on ${host} runs:\n${machine.running()}`)
      .join("\n");
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.off()));
  }

  async #run(step: RunStep): Promise<void> {
    const meanwhile = step.meanwhile.map(async ({ hosts, script, isOnceAsked }) => {
      if (isOnceAsked) await this.#untilAsking(step.commands[0]!.hosts[0]!);
      await this.#each(hosts, script, step.line);
    });
    const shown = async (): Promise<void> => {
      for (const command of step.commands) await this.#runCommand(command, step);
    };
    await Promise.all([shown(), ...meanwhile]);
  }

  async #untilAsking(host: string): Promise<void> {
    const sent = (): number => Number(this.#network.run(host, ["cat", SENT]).stdout);
    const before = sent();
    for (let n = 0; sent() < before + ASKED_BY_THEN; n++) {
      if (n * ASK_EVERY_MS > UNTIL_LIMIT_MS) throw new Error(`nothing is asked on ${host}`);
      await sleep(ASK_EVERY_MS);
    }
  }

  async #runCommand(command: Command, { line, stays, forMs }: RunStep): Promise<void> {
    const started = command.hosts.map((host) => {
      const typed = this.#type(host, command.script, line);
      if (stays) this.#staying.set(host, typed);
      return typed;
    });
    if (stays) await sleep(STAYS_AT_LEAST_MS);
    if (forMs !== undefined) {
      await sleep(forMs);
      for (const typed of started) typed.mustStay();
      for (const typed of started) typed.interrupt();
    }
    for (const typed of started) {
      if (stays) typed.mustStay();
      else await typed.ends(command.exit);
      await typed.shows(command.shown);
    }
  }

  #type(host: string, script: string, line: number): Typed {
    return new Typed(this.#machines.get(host)!.type(script), this.#what(host, script, line));
  }

  async #each(hosts: readonly string[], script: string, line: number): Promise<void> {
    const run = (host: string): Typed =>
      new Typed(this.#machines.get(host)!.run(script), this.#what(host, script, line));
    await Promise.all(hosts.map(async (host) => await run(host).ends(0)));
  }

  async #until({ hosts, script, line }: OrderStep): Promise<void> {
    const end = Date.now() + UNTIL_LIMIT_MS;
    for (;;) {
      try {
        return await this.#each(hosts, script, line);
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(ASK_EVERY_MS);
      }
    }
  }

  async #write(host: string, { path, text, line }: FileStep): Promise<void> {
    const child = this.#machines.get(host)!.write(path, text);
    await new Typed(child, this.#what(host, `write ${path}`, line)).ends(0);
  }

  async #end(host: string, line: number): Promise<void> {
    await this.#stayingOn(host, line).ends("any");
    this.#staying.delete(host);
  }

  #stayingOn(host: string, line: number): Typed {
    const typed = this.#staying.get(host);
    if (typed === undefined)
      throw new Error(`${this.#page}:${line}: nothing stays on ${host} that could show this`);
    return typed;
  }

  #what(host: string, script: string, line: number): string {
    return `${this.#page}:${line}: ${host}# ${script.trim()}`;
  }
}
