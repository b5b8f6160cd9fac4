/**
 * A command that was typed on a host: what it says, and how it ends.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { hasEnded, sleep, waitFor } from "../lab/shell.ts";
import { missingLines } from "./shape.ts";

const SHOWN_LIMIT_MS = 40_000;
const END_LIMIT_MS = 60_000;
const LAST_WORDS_MS = 1000;
const TAIL_LINES = 15;
const LOOK_EVERY_MS = 50;

export class Typed {
  readonly #child: ChildProcess;
  /** For people: page, line and command. */
  readonly #what: string;
  #output = "";
  /** All that it has said is here. */
  #isHeard = false;
  /** Lines that a former comparison has used up. */
  #used = 0;

  constructor(child: ChildProcess, what: string) {
    this.#child = child;
    this.#what = what;
    const take = (some: Buffer): void => {
      this.#output += some.toString();
    };
    child.stdout!.on("data", take);
    child.stderr!.on("data", take);
    child.once("close", () => {
      this.#isHeard = true;
    });
  }

  /** Waits until the lines have come, since the last comparison, and in this order. @throws {Error} with what came instead. */
  async shows(shown: readonly string[]): Promise<void> {
    // What has come already may be what a later text shows.
    if (shown.length === 0) return;
    const end = Date.now() + SHOWN_LIMIT_MS;
    for (;;) {
      const isOver = this.#isHeard || Date.now() > end;
      const lines = this.#lines();
      const missing = missingLines(shown, lines.slice(this.#used));
      if (missing.length === 0) {
        this.#used = lines.length;
        return;
      }
      if (isOver) throw new Error(`${this.#what}: "${missing[0]}" has not come; it said:\n${this.#output}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** @throws {Error} if it ends with another exit code. */
  async ends(exit: number | "any"): Promise<void> {
    await waitFor(`${this.#what} to end`, END_LIMIT_MS, () => hasEnded(this.#child) || undefined);
    // What it has left in the background may hold its output open.
    for (let n = 0; !this.#isHeard && n < LAST_WORDS_MS / LOOK_EVERY_MS; n++) await sleep(LOOK_EVERY_MS);
    const { exitCode } = this.#child;
    if (exit !== "any" && exitCode !== exit)
      throw new Error(`${this.#what}: exit ${exitCode} in place of ${exit}; it said:\n${this.#output}`);
  }

  /** @throws {Error} if it has ended. */
  mustStay(): void {
    if (hasEnded(this.#child))
      throw new Error(`${this.#what}: has ended with ${this.#child.exitCode}; it said:\n${this.#output}`);
  }

  /** Its last words. */
  tail(): string {
    return this.#lines().slice(-TAIL_LINES).join("\n");
  }

  interrupt(): void {
    this.#child.stdin!.write("\x03");
  }

  /** Without what only a terminal understands. */
  #lines(): string[] {
    const whole = hasEnded(this.#child)
      ? this.#output
      : this.#output.slice(0, this.#output.lastIndexOf("\n") + 1);
    return whole.replaceAll("\r", "").split("\n").slice(0, -1);
  }
}
