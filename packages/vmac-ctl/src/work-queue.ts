/**
 * Steps that must not overlap, one after the other.
 *
 * @module
 */

export class WorkQueue {
  readonly #mayRun: () => boolean;
  readonly #onFailure: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  /** @param mayRun asked before each step. @param onFailure told what a step threw; the next ones are asked for anyway. */
  constructor(mayRun: () => boolean, onFailure: (error: unknown) => void) {
    this.#mayRun = mayRun;
    this.#onFailure = onFailure;
  }

  add(step: () => Promise<void>): void {
    this.#last = this.#last.then(async () => {
      if (!this.#mayRun()) return;
      try {
        await step();
      } catch (error) {
        this.#onFailure(error);
      }
    });
  }

  /** Until all that was added so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
