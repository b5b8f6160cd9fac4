/**
 * How often something was put right: pure, time comes in.
 *
 * @module
 */

/** Two repairs are at least so far apart: who takes things away in a loop gets no busy loop in return. */
const PACE_US = 100_000;
/** After this long without a repair, the next one is the first again. */
const CALM_US = 10_000_000;

export class RepairCount {
  readonly #most: number;
  #inARow = 0;
  #lastUs = Number.NEGATIVE_INFINITY;

  /** @param most repairs in a row. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns how long the next repair has to wait. */
  waitUs(nowUs: number): number {
    return Math.max(0, this.#lastUs + PACE_US - nowUs);
  }

  /** Counts one more. @returns false if that is one too many. */
  mayRepair(nowUs: number): boolean {
    this.#inARow = nowUs - this.#lastUs > CALM_US ? 1 : this.#inARow + 1;
    this.#lastUs = nowUs;
    return this.#inARow <= this.#most;
  }
}
