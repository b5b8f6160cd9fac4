/**
 * What every tool that reads records does with its pipe: obeys what it reads, passes it on, and lets go when either end
 * of the pipe is gone.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";
import type { Context } from "./context.ts";
import { parseDurationUs } from "./duration.ts";
import { ExitCode, ExitError } from "./exit.ts";
import { type InputLine, readRecords } from "./record-input.ts";
import { onStopSignals } from "./signals.ts";
import { needTrustedInput } from "./trusted-input.ts";

/** Whoever comes after us only tells of what we do: at short intervals it may be late for a little longer than a lease. */
const FROZEN_LEAST_US = 100_000;

export interface FollowerOptions {
  readonly context: Context;
  /** Called for each valid record, after it was passed on. */
  readonly onRecord: (record: KnownRecord) => void;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #ended: Promise<ExitCode>;
  #end: (code: ExitCode) => void = () => {};
  #isOver = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#ended = new Promise((resolve) => {
      this.#end = (code) => {
        this.#isOver = true;
        // Whoever writes to us learns at once that nobody obeys any more, however long it takes to give all back.
        process.stdin.destroy();
        resolve(code);
      };
    });
  }

  /**
   * Follows until whoever decides is gone (end of input), nobody hears what we do (reader lost), we were asked to stop
   * and the input did not end in time, or the tool failed.
   *
   * @returns the exit code that tells which.
   */
  async follow(): Promise<ExitCode> {
    const { context } = this.#options;
    if (process.stdin.isTTY) {
      throw new ExitError(
        ExitCode.usage,
        "standard input is a terminal: needs records, like vrrp-elect … | this",
      );
    }
    needTrustedInput((sentence) => context.say(sentence));
    if (context.args.text("on-reader-loss") !== "ignore") {
      context.output.onReaderLost(() => this.#end(ExitCode.outputLost));
    }
    const handoverUs = context.args.parsed("handover", parseDurationUs)!;
    onStopSignals((times) => {
      if (times > 1) this.#end(ExitCode.done);
      else setTimeout(() => this.#end(ExitCode.done), handoverUs / 1000);
    });
    readRecords(process.stdin, {
      onLine: (line) => this.#handle(line),
      onEnd: () => this.#end(ExitCode.done),
    });
    return await this.#ended;
  }

  /** Ends following because the tool cannot do its job. */
  fail(code: ExitCode): void {
    this.#end(code);
  }

  #handle({ number, bytes, parsed }: InputLine): void {
    if (this.#isOver) return;
    const { context, onRecord } = this.#options;
    context.output.pass(bytes, parsed.kind === "record" ? parsed.record.type : undefined);
    if (parsed.kind === "bad") {
      context.report("bad_line", `standard input, line ${number} ${parsed.message}`);
      if (context.args.flag("strict")) this.#end(ExitCode.badInput);
    } else if (parsed.kind === "record") {
      if (parsed.record.type === "vrrp.lease") this.#checkReader(parsed.record.valid_ms);
      onRecord(parsed.record);
    }
  }

  /** A reader that leaves a whole lease unread is frozen: what we do is not heard, and may not be obeyed. */
  #checkReader(validMs: number): void {
    const { context } = this.#options;
    if (context.args.text("on-reader-loss") === "ignore") return;
    const unreadUs = context.output.oldestUnreadLeaseUs();
    if (unreadUs < Math.max(validMs * 1000, FROZEN_LEAST_US)) return;
    context.say(
      `the reader of standard output has not read for ${Math.round(unreadUs / 1000)} ms: letting go`,
    );
    context.output.abandon();
    this.#end(ExitCode.outputLost);
  }
}
