/**
 * Tools in one pipe on a host, each with the probe in it, their input and their output in our hands.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Network } from "../lab/network.ts";
import { childrenOf, commandOf } from "../lab/router.ts";
import { hasEnded, sleep, waitFor } from "../lab/shell.ts";
import { LineReader } from "./line-reader.ts";
import { heldPath } from "./probe.ts";

const PROBE = new URL("./probe.js", import.meta.url).href;
const START_MS = 20_000;
const END_MS = 30_000;

let started = 0;

/** Counters are heartbeats: a pipe that is full drops them. */
const ASK_AGAIN_MS = 500;

export type Counters = Readonly<Record<string, number>>;

/** A process of the lab that is watched. */
export interface Watched {
  /** Of its program. */
  readonly name: string;
  /** With what it does, for people. */
  readonly label: string;
  readonly pid: number;
}

export class Chain {
  readonly #folder: string;
  readonly #names: readonly string[];
  readonly #labels: readonly string[];
  readonly #shell: ChildProcess;
  readonly #errPath: string;
  #processes: readonly Watched[] = [];
  /** Who waits for the counters of which tool. */
  readonly #askers = new Map<string, (counters: Counters) => void>();
  #lines = 0;

  /**
   * @param commands as one would type them, in the order of the pipe.
   * @param onLine gets what the last of them writes.
   */
  constructor(
    network: Network,
    host: string,
    commands: readonly string[],
    onLine: (line: string) => void = () => {},
  ) {
    started += 1;
    this.#folder = network.folder;
    this.#names = commands.map(nameOf);
    this.#labels = commands.map(labelOf);
    this.#errPath = join(network.folder, `chain-${started}.err`);
    const probed = `SOAK_FOLDER=${network.folder} NODE_OPTIONS=--import=${PROBE}`;
    const pipe = commands.map((command) => `${probed} ${command}`).join(" | ");
    this.#shell = network.start(
      host,
      ["bash", "-c", `exec 2> ${this.#errPath}; ${pipe}`],
      ["pipe", "pipe", "ignore"],
    );
    this.#shell.stdin!.on("error", () => {});
    const reader = new LineReader((line) => {
      this.#note(line);
      onLine(line);
    });
    this.#shell.stdout!.on("data", (octets: Buffer) => reader.push(octets));
  }

  /** Waits until each of them runs and may be asked what it holds. */
  async ready(): Promise<readonly Watched[]> {
    this.#processes = await waitFor("the tools to start", START_MS, () => {
      this.mustRun();
      return this.#find();
    });
    return this.#processes;
  }

  get processes(): readonly Watched[] {
    return this.#processes;
  }

  /** Resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (!this.#shell.stdin!.write(text)) await once(this.#shell.stdin!, "drain");
  }

  /** @throws {Error} if it has ended, with what was said. */
  signal(name: string, signal: NodeJS.Signals | 0): void {
    try {
      process.kill(this.#processes.find((one) => one.name === name)!.pid, signal);
    } catch {
      throw new Error(`${name} has ended: ${this.errors().trim()}`);
    }
  }

  /** How many lines have come out at its end. */
  get lines(): number {
    return this.#lines;
  }

  /** Of one of its tools, asked for now. What that tool wrote before has come out at the end when this resolves. */
  async counters(name: string): Promise<Counters> {
    const answer = new Promise<Counters>((resolve) => this.#askers.set(name, resolve));
    this.signal(name, "SIGUSR1");
    const again = setInterval(() => this.signal(name, "SIGUSR1"), ASK_AGAIN_MS);
    try {
      return await answer;
    } finally {
      clearInterval(again);
    }
  }

  errors(): string {
    return readFileSync(this.#errPath, "utf8");
  }

  /** @throws {Error} if it has ended, with what was said. */
  mustRun(): void {
    for (const { name } of this.#processes) this.signal(name, 0);
    if (hasEnded(this.#shell))
      throw new Error(`${this.#names.join(" | ")} has ended: ${this.errors().trim()}`);
  }

  /** Ends the input, and whoever does not end by that. */
  async end(): Promise<void> {
    this.#shell.stdin!.end();
    this.signal(this.#names[0]!, "SIGTERM");
    await waitFor("the tools to end", END_MS, () => hasEnded(this.#shell) || undefined);
    await sleep(10);
  }

  #note(line: string): void {
    this.#lines += 1;
    if (!line.includes('"type":"tool.stats"')) return;
    const { tool, counters } = JSON.parse(line) as { tool: string; counters: Counters };
    this.#askers.get(tool)?.(counters);
    this.#askers.delete(tool);
  }

  #find(): Watched[] | undefined {
    const shell = this.#shell.pid!;
    // A shell with nothing more to do becomes its last command.
    const pids = this.#names.length === 1 ? [shell] : childrenOf(shell);
    if (pids.length !== this.#names.length) return undefined;
    const answers = pids.every(
      (pid) => commandOf(pid).startsWith("node") && existsSync(heldPath(this.#folder, pid)),
    );
    return answers
      ? pids.map((pid, n) => ({ name: this.#names[n]!, label: this.#labels[n]!, pid }))
      : undefined;
  }
}

/** `vmac-ctl follow …` is vmac-ctl, `node …/keeps.js` is keeps. */
function nameOf(command: string): string {
  const [program, script] = command.split(" ") as [string, string?];
  return program === "node" ? script!.replace(/^.*\/|\.js$/g, "") : program;
}

/** `garp-send -I eth0 --answer …` is garp-send --answer. */
function labelOf(command: string): string {
  const part = / (follow|--follow|--answer|--observe)\b/.exec(command)?.[0] ?? "";
  return `${nameOf(command)}${part}`;
}

/** @returns the command that runs a script of this folder. */
export function scriptCommand(name: string): string {
  return `node ${fileURLToPath(new URL(`./${name}.js`, import.meta.url))}`;
}
