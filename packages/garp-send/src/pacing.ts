/**
 * So many frames a second, evenly: pure, time comes in.
 *
 * @module
 */

/** Who was held up for longer does not make up for it: a neighbour's queue would overflow. */
const LATE_MAX_US = 10_000;

export class Pacing {
  readonly #gapUs: number;
  #nextUs = 0;

  /** @param framesPerS above 0. */
  constructor(framesPerS: number) {
    this.#gapUs = 1e6 / framesPerS;
  }

  /** When the next frame may leave. */
  get nextUs(): number {
    return this.#nextUs;
  }

  /** A round begins: the time before it, in which nothing was to be sent, is not owed. */
  begin(nowUs: number): void {
    this.#nextUs = Math.max(this.#nextUs, nowUs);
  }

  /** @returns how many frames may leave now, at most so many; they count as sent. */
  take(nowUs: number, most: number): number {
    this.#nextUs = Math.max(this.#nextUs, nowUs - LATE_MAX_US);
    if (nowUs < this.#nextUs) return 0;
    const count = Math.min(most, Math.floor((nowUs - this.#nextUs) / this.#gapUs) + 1);
    this.#nextUs += count * this.#gapUs;
    return count;
  }
}
