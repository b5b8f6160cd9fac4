/**
 * keepalived-fifo: what keepalived says in its notify FIFO, as records.
 *
 * @module
 */
import {
  type CommandSpec,
  type Context,
  ExitCode,
  type ExitError,
  onStopSignals,
  parseDurationUs,
  run,
} from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { LineCutter, readFifoLine } from "./fifo-line.ts";
import { FifoSource } from "./fifo-source.ts";

export const SPEC: CommandSpec = {
  name: "keepalived-fifo",
  summary: "keepalived's notify FIFO becomes keepalived.state records",
  usage: "[--handover T] FIFO",
  examples: [
    [
      "keepalived-fifo /run/keepalived.fifo | vmac-ctl follow --config meanings.json | garp-send --follow",
      "own what keepalived decides, through its reloads and restarts",
    ],
    ["keepalived-fifo /run/keepalived.fifo", "watch what it says"],
  ],
  words: { name: "FIFO", atLeast: 1, atMost: 1 },
  options: [
    {
      name: "handover",
      value: "T",
      default: "2s",
      about: "after a signal, how long to wait for keepalived's STOP: it stops its script first",
    },
    { name: "stats", value: "T", about: "write the counters this often" },
  ],
  exits: [[78, "FIFO is none, or others may write into it"]],
  records: ["keepalived.state", "tool.error", "tool.stats"],
};

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, follow, kernel, argv);
}

async function follow(context: Context): Promise<ExitCode> {
  const reader = new Reader(context);
  const source = new FifoSource(context.args.words[0]!, {
    onOctets: (octets) => reader.take(octets),
    onGone: () => reader.noteGone(),
    onRefused: (error) => reader.fail(error),
  });
  try {
    source.begin();
    reader.begin();
    if (!source.isOpen) context.say(`waits for keepalived to make ${context.args.words[0]}`);
    return await reader.ended;
  } finally {
    source.close();
  }
}

/** After these, keepalived has nothing more to say about a name. */
const LAST_WORDS: ReadonlySet<string> = new Set(["STOP", "DELETED"]);

class Reader {
  readonly ended: Promise<ExitCode>;
  readonly #context: Context;
  readonly #cutter = new LineCutter((text) => this.#obey(text));
  readonly #living = new Set<string>();
  readonly #counters = { words: 0, ignored_balancer: 0, bad_lines: 0, cut_lines: 0, fifos_gone: 0 };
  #end: (code: ExitCode) => void = () => {};
  #fail: (error: ExitError) => void = () => {};
  #isStopping = false;

  constructor(context: Context) {
    this.#context = context;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
  }

  begin(): void {
    this.#context.count(() => this.#counters);
    this.#context.output.onReaderLost(() => this.#end(ExitCode.outputLost));
    const handoverMs = this.#context.args.parsed("handover", parseDurationUs)! / 1000;
    onStopSignals((times) => this.#stop(times, handoverMs));
  }

  take(octets: Uint8Array): void {
    this.#cutter.push(octets);
  }

  /** A line that was cut is of a writer that is gone. */
  noteGone(): void {
    this.#counters.fifos_gone += 1;
    if (this.#cutter.cut()) this.#counters.cut_lines += 1;
  }

  fail(error: ExitError): void {
    this.#fail(error);
  }

  /** keepalived stops its script first and says STOP then; without a word left to come there is nothing to wait for. */
  #stop(times: number, handoverMs: number): void {
    this.#isStopping = true;
    if (times > 1 || this.#living.size === 0) this.#end(ExitCode.done);
    else setTimeout(() => this.#end(ExitCode.done), handoverMs);
  }

  #obey(text: string): void {
    const line = readFifoLine(text);
    if (line.kind === "balancer") this.#counters.ignored_balancer += 1;
    if (line.kind === "bad") {
      this.#counters.bad_lines += 1;
      this.#context.report(
        "bad_line",
        `keepalived's FIFO has a line that is none of its own: ${text.slice(0, 60)}`,
      );
    }
    if (line.kind !== "word") return;
    this.#counters.words += 1;
    this.#context.write({ type: "keepalived.state", ...line.word });
    const { kind, name, state } = line.word;
    if (LAST_WORDS.has(state)) this.#living.delete(`${kind} ${name}`);
    else this.#living.add(`${kind} ${name}`);
    if (this.#isStopping && this.#living.size === 0) this.#end(ExitCode.done);
  }
}
