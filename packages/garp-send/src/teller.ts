/**
 * Writes about frames after they have left.
 *
 * A thousand records take longer to write than their frames to send. They are written a part in each turn of the loop, so
 * that what comes in meanwhile, the end of a lease for one, is read in time.
 *
 * @module
 */

/** What is written in one turn of the loop. */
const RECORDS_IN_TURN = 100;

export class Teller {
  /** What is left to write, in order. */
  #untold: (() => void)[] = [];
  #isTelling = false;

  /** Soon, after all that was said before. */
  say(tell: readonly (() => void)[]): void {
    for (const one of tell) this.#untold.push(one);
    if (!this.#isTelling) this.#tellSome();
  }

  /** Writes what is left, now. */
  close(): void {
    for (const tell of this.#untold.splice(0)) tell();
  }

  /** Writes what is left as fast as it is read: for who has nothing else to do. @param drain waits for the reader. */
  async finish(drain: () => Promise<void>): Promise<void> {
    while (this.#untold.length > 0) {
      for (const tell of this.#untold.splice(0, RECORDS_IN_TURN)) tell();
      await drain();
    }
  }

  #tellSome(): void {
    for (const tell of this.#untold.splice(0, RECORDS_IN_TURN)) tell();
    this.#isTelling = this.#untold.length > 0;
    if (this.#isTelling) setImmediate(() => this.#tellSome());
  }
}
