/**
 * A terminal that is drawn on in place, and given back as it was: also when the process ends by a mistake of ours.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { ExitCode, ExitError } from "./exit.ts";

/** xterm's control sequences; every terminal that Linux knows takes them. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_REST = "\x1b[J";
const STDOUT = 1;

export class Screen {
  #isOpen = true;
  readonly #restore = (): void => this.#leave();

  /**
   * Takes the terminal at standard output.
   *
   * @param option what asked for it.
   * @throws {ExitError} usage, if it is none.
   */
  constructor(option: string) {
    if (!process.stdout.isTTY)
      throw new ExitError(ExitCode.usage, `${option} draws on a terminal, and standard output is none`);
    process.once("exit", this.#restore);
    process.stdout.write(ENTER);
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = process.stdout;
    return { columns, rows };
  }

  /** @param lines no longer and no more than {@link size} allows, without control characters. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    process.stdout.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join("\r\n")}${CLEAR_REST}`);
  }

  /** @param lines what stays on the terminal. */
  close(lines: readonly string[]): void {
    this.#leave();
    process.off("exit", this.#restore);
    if (lines.length > 0) writeSync(STDOUT, `${lines.join("\n")}\n`);
  }

  #leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    writeSync(STDOUT, LEAVE);
  }
}
