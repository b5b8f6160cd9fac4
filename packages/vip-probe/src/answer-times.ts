/**
 * How long answers took, however many there were: counts in classes of time, each a thirty-second part of a power of
 * two wide. Pure.
 *
 * @module
 */

/** Of each power of two: a class is at most 1/32 of its time wide. */
const CLASS_BITS = 5;
const CLASSES_OF_A_POWER = 1 << CLASS_BITS;
/** Up to 2^36 microseconds, 19 hours. */
const POWERS = 36;
const CLASSES = (POWERS - CLASS_BITS + 1) * CLASSES_OF_A_POWER;

export class AnswerTimes {
  readonly #counts = new Uint32Array(CLASSES);
  #total = 0;
  #maxUs = 0;

  /** @param us whole microseconds, from 0. */
  add(us: number): void {
    const time = Math.max(0, Math.round(us));
    this.#counts[Math.min(CLASSES - 1, classOf(time))]! += 1;
    this.#total += 1;
    this.#maxUs = Math.max(this.#maxUs, time);
  }

  get total(): number {
    return this.#total;
  }

  /** The slowest one, exact; 0 if there was none. */
  get maxUs(): number {
    return this.#maxUs;
  }

  /**
   * @param share from 0 to 1.
   * @returns a time that this share of the answers did not exceed, at most 3.2 % too high; undefined without answers.
   */
  percentileUs(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    const found = this.#counts.findIndex((count) => {
      seen += count;
      return seen >= wanted;
    });
    return Math.min(this.#maxUs, lastOf(found));
  }
}

/** Below 64 microseconds each has a class of its own. */
function classOf(us: number): number {
  const power = us < CLASSES_OF_A_POWER ? 0 : Math.floor(Math.log2(us)) - CLASS_BITS;
  return power * CLASSES_OF_A_POWER + Math.floor(us / 2 ** power);
}

/** The longest time of a class. */
function lastOf(number: number): number {
  const power = Math.max(0, Math.floor(number / CLASSES_OF_A_POWER) - 1);
  const step = number - power * CLASSES_OF_A_POWER;
  return (step + 1) * 2 ** power - 1;
}
