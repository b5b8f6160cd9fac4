/**
 * A bounded number of places: who wants one while all are taken waits for its turn.
 *
 * @module
 */

export class Places {
  #free: number;
  readonly #queue: (() => void)[] = [];
  #waited = 0;

  /** @param count from 1. */
  constructor(count: number) {
    this.#free = count;
  }

  /** How often somebody had to wait. */
  get waited(): number {
    return this.#waited;
  }

  /**
   * @param signal ends the waiting.
   * @returns what gives the place back; undefined if the signal came first.
   */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) {
      this.#free -= 1;
      return () => this.#giveBack();
    }
    this.#waited += 1;
    return await new Promise((resolve) => {
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve(() => this.#giveBack());
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        resolve(undefined);
      };
      this.#queue.push(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** A place that somebody waits for is handed on. */
  #giveBack(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
