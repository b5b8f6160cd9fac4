/**
 * Things that happen often, on a time axis, in bounded memory: each its own bin while they are few, neighbours together
 * when they are many. Pure.
 *
 * @module
 */

export interface Bin {
  readonly fromUs: number;
  toUs: number;
  count: number;
  /** How many of them have no value. */
  missing: number;
  min: number | undefined;
  max: number | undefined;
}

export class TimeBins {
  readonly #most: number;
  /** Two that begin in the same multiple of this share a bin; 0: only those at the same moment. */
  #widthUs = 0;
  #bins: Bin[] = [];

  /** @param most bins at most, even. */
  constructor(most: number) {
    this.#most = most;
  }

  get bins(): readonly Bin[] {
    return this.#bins;
  }

  /** @param us not before the one added last; an earlier one counts at that one's time. @param value undefined where there is none. */
  add(us: number, value: number | undefined): void {
    const last = this.#bins.at(-1);
    const atUs = Math.max(us, last?.toUs ?? us);
    const missing = value === undefined ? 1 : 0;
    const bin: Bin = { fromUs: atUs, toUs: atUs, count: 1, missing, min: value, max: value };
    if (last !== undefined && this.#isTogether(last, bin)) merge(last, bin);
    else this.#bins.push(bin);
    if (this.#bins.length > this.#most) this.#widen();
  }

  #isTogether(one: Bin, other: Bin): boolean {
    if (this.#widthUs === 0) return one.fromUs === other.fromUs;
    return Math.floor(one.fromUs / this.#widthUs) === Math.floor(other.fromUs / this.#widthUs);
  }

  /** Until there are half as many as may be. */
  #widen(): void {
    const lengthUs = this.#bins.at(-1)!.toUs - this.#bins[0]!.fromUs;
    this.#widthUs = Math.max(2 * this.#widthUs, (2 * lengthUs) / this.#most);
    const merged: Bin[] = [];
    for (const bin of this.#bins) {
      const last = merged.at(-1);
      if (last !== undefined && this.#isTogether(last, bin)) merge(last, bin);
      else merged.push(bin);
    }
    this.#bins = merged;
  }
}

function merge(into: Bin, bin: Bin): void {
  into.toUs = bin.toUs;
  into.count += bin.count;
  into.missing += bin.missing;
  if (bin.min !== undefined) into.min = Math.min(into.min ?? bin.min, bin.min);
  if (bin.max !== undefined) into.max = Math.max(into.max ?? bin.max, bin.max);
}
