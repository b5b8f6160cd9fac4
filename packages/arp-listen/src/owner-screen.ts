/**
 * `--live`: the table of owners on a terminal, redrawn in place.
 *
 * @module
 */
import { type Context, harmless, type Screen } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import { viewOwners } from "./owner-view.ts";
import type { Reporter } from "./reporter.ts";

const DRAW_EVERY_MS = 500;

export class OwnerScreen {
  readonly #screen: Screen;
  #reporter: Reporter | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @throws {ExitError} usage, if standard output is no terminal. */
  constructor(context: Context) {
    this.#screen = context.openScreen("--live");
  }

  show(reporter: Reporter): void {
    this.#reporter = reporter;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), DRAW_EVERY_MS);
  }

  /** Gives the terminal back, and leaves the last table on it. */
  close(): void {
    clearInterval(this.#timer);
    this.#screen.close(this.#lines());
  }

  #draw(): void {
    this.#screen.draw(this.#lines());
  }

  #lines(): string[] {
    if (this.#reporter === undefined) return [];
    const { owners, sources, clockUs } = this.#reporter;
    const nowUs = clockUs ?? monotonicUs();
    return viewOwners(owners.columns, sources, nowUs, this.#screen.size).map(harmless);
  }
}
