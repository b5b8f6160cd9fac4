/**
 * How many frames may leave now: pure, time comes in.
 *
 * @module
 */

/** What may leave together: a timer that rang for each frame would cost more than the frame. */
const BURST_US = 10_000;

/** At most the rate, over any time longer than a burst. */
export class FramePace {
  readonly #gapUs: number;
  /** When all that has left was due, at an even pace. */
  #evenUs = 0;

  /** @param rate frames a second; undefined for as many as there are. */
  constructor(rate: number | undefined) {
    this.#gapUs = rate === undefined ? 0 : 1_000_000 / rate;
  }

  /** @returns how many frames may leave now. */
  allowance(nowUs: number): number {
    if (this.#gapUs === 0) return Number.POSITIVE_INFINITY;
    return this.#evenUs > nowUs ? 0 : Math.max(1, Math.floor(BURST_US / this.#gapUs));
  }

  /** So many have left. */
  spend(frames: number, nowUs: number): void {
    this.#evenUs = Math.max(this.#evenUs, nowUs) + frames * this.#gapUs;
  }

  /** When {@link allowance} is more than 0 again. */
  get nextUs(): number {
    return this.#evenUs;
  }
}
