/**
 * The world of one command while it runs: its arguments, where it writes, what it says to people, its counters.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";
import type { RecordBody } from "@viptools/records";
import type { Args } from "./args.ts";
import { parseDurationUs } from "./duration.ts";
import { ExitCode, ExitError } from "./exit.ts";
import { harmless } from "./human.ts";
import { LineQueue } from "./line-queue.ts";
import { type Clocks, type Describe, type Moment, type OutputEnd, RecordOutput } from "./record-output.ts";
import { Screen } from "./screen.ts";

/** What the command line needs of Linux; `packages/kernel` has it. */
export interface Machine extends Clocks {
  openOutputEnd(fd: number): OutputEnd;
  readHostName(): string;
  /** @returns undefined if there is none of this name. */
  findInterface(name: string): number | undefined;
  mayUseRawSockets(): boolean;
  /** Each throws an error with a sentence if the kernel refuses it. */
  runInRealTime(): void;
  lockCode(): void;
}

/** People read it later or never: above this, sentences are dropped rather than waited for. */
const DIAGNOSTICS_BYTES_MAX = 1 << 16;
const DIAGNOSTICS_DRAIN_MS = 500;
const STANDARD_OUTPUT = 1;

export type Counters = Readonly<Record<string, number>>;

export class Context {
  readonly args: Args;
  readonly host: string;
  readonly #tool: string;
  readonly #machine: Machine;
  readonly #diagnostics: LineQueue;
  readonly #openOutput: () => RecordOutput;
  #output: RecordOutput | undefined;
  #describe: Describe | undefined;
  #isText = false;
  #counters: (() => Counters) | undefined;
  #statsTimer: NodeJS.Timeout | undefined;
  #hasOutputEnded = false;

  constructor(tool: string, args: Args, machine: Machine) {
    this.args = args;
    this.#tool = tool;
    this.#machine = machine;
    this.host = args.text("host-name") ?? machine.readHostName();
    this.#diagnostics = new LineQueue(machine.openOutputEnd(2), DIAGNOSTICS_BYTES_MAX, () => {});
    this.#openOutput = () => {
      const end = machine.openOutputEnd(1);
      return new RecordOutput({
        end,
        clocks: machine,
        tool: tool.split(" ")[0]!,
        host: this.host,
        pid: process.pid,
        isHuman: this.#isText || (end.kind === "terminal" && !args.flag("json")),
        describe: this.#describe,
        passes: args.flag("pass"),
        passesHeartbeats: args.flag("heartbeats"),
      });
    };
  }

  /**
   * Before the output is first used: what people see instead of the usual sentences.
   *
   * @param everywhere also in pipes and files, which else get records.
   */
  describeWith(describe: Describe, everywhere: boolean): void {
    this.#describe = describe;
    this.#isText = everywhere;
  }

  /** Standard output, opened when it is first used. */
  get output(): RecordOutput {
    this.#output ??= this.#openOutput();
    return this.#output;
  }

  /** Takes the terminal for drawing. @param option what asked for it. @throws {ExitError} usage, if there is none. */
  openScreen(option: string): Screen {
    return new Screen(option);
  }

  /** Nothing, once the output has ended. */
  write(body: RecordBody, moment?: Moment): void {
    if (this.#hasOutputEnded) return;
    this.output.write(body, moment);
  }

  /** One terse line for people, on standard error, with the next step to take. Never waits. */
  say(message: string): void {
    this.#diagnostics.push(Buffer.from(`${this.#tool}: ${harmless(message)}\n`), true);
  }

  /** Tells people and the pipe that something went wrong. */
  report(code: string, message: string): void {
    this.say(message);
    this.write({ type: "tool.error", code, message });
  }

  /** @returns the interface's index. @throws {ExitError} noInterface. */
  needInterface(name: string): number {
    const index = this.#machine.findInterface(name);
    if (index === undefined)
      throw new ExitError(ExitCode.noInterface, `there is no interface "${name}" here`);
    return index;
  }

  /** @throws {ExitError} permission, without CAP_NET_RAW. */
  needRawSockets(): void {
    if (this.#machine.mayUseRawSockets()) return;
    throw new ExitError(
      ExitCode.permission,
      "CAP_NET_RAW is missing: run as root, or give node the capability",
    );
  }

  /** Asks to run before others, and for code that stays in memory; goes on without what is refused, and says so. */
  askForRealTime(): void {
    for (const ask of [this.#machine.runInRealTime, this.#machine.lockCode]) {
      try {
        ask();
      } catch (error) {
        this.say(
          `${(error as Error).message}: goes on without; needs root, or CAP_SYS_NICE and CAP_IPC_LOCK`,
        );
      }
    }
  }

  /** Names the counters: written on SIGUSR1, every `--stats`, and at the end of what is no terminal. */
  count(counters: () => Counters): void {
    this.#counters = counters;
    process.on("SIGUSR1", () => this.#writeStats());
    const everyUs = this.args.parsed("stats", parseDurationUs);
    if (everyUs !== undefined) this.#statsTimer = setInterval(() => this.#writeStats(), everyUs / 1000);
  }

  /** Writes out what is left. */
  async finish(): Promise<void> {
    if (!this.#hasOutputEnded) await this.#finishOutput();
    await this.#diagnostics.drain(DIAGNOSTICS_DRAIN_MS);
  }

  /** For who has work left when the pipe has nothing more to carry: its next tool sees the end now. */
  async endOutput(): Promise<void> {
    await this.#finishOutput();
    this.#hasOutputEnded = true;
    closeSync(STANDARD_OUTPUT);
    // Or the next file that is opened would be standard output.
    while (openSync("/dev/null", "w") < STANDARD_OUTPUT);
  }

  async #finishOutput(): Promise<void> {
    clearInterval(this.#statsTimer);
    if (!this.output.isHuman) this.#writeStats();
    await this.#output?.finish();
  }

  #writeStats(): void {
    if (this.#counters === undefined) return;
    const lost = { output_dropped: this.output.dropped };
    this.write({ type: "tool.stats", counters: { ...this.#counters(), ...lost } });
  }
}
