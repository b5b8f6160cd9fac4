/**
 * Lets those with long synchronous work have the loop one after the other: records are read between any two of them.
 *
 * @module
 */

export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves in a turn of the loop that nobody else has got. */
  async next(): Promise<void> {
    this.#last = this.#last.then(() => new Promise((resolve) => setImmediate(resolve)));
    await this.#last;
  }
}
