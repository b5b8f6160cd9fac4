/**
 * What instrumented code has counted, and whether an input went where none went before.
 *
 * @module
 */
import { register } from "node:module";
import { COUNTERS } from "./instrument.ts";

/** More than all packages together use. */
const ROOM = 1 << 16;

class Counters extends Uint8Array {
  used = 0;
  readonly words = new Set<string | number>();

  /** Called by each instrumented module when it begins. */
  tell(used: number, words: readonly (string | number)[]): void {
    if (used > ROOM) throw new RangeError(`there are ${used} counters: needs more room than ${ROOM}`);
    this.used = Math.max(this.used, used);
    for (const word of words) this.words.add(word);
  }
}

/** Once, twice, a few times, often: a loop that goes round once more is no news for ever. */
function bucketOf(count: number): number {
  if (count < 4) return 1 << (count - 1);
  return count < 16 ? 8 : count < 128 ? 16 : 32;
}

export class Coverage {
  readonly #counters: Counters;
  /** The same, four in one number. */
  readonly #fours: Uint32Array;
  #seen: Uint8Array = new Uint8Array(ROOM);

  /** From here on the packages' modules are instrumented when they are loaded. */
  constructor() {
    this.#counters = new Counters(ROOM);
    this.#fours = new Uint32Array(this.#counters.buffer);
    Object.assign(globalThis, { [COUNTERS]: this.#counters });
    register("./hooks.js", import.meta.url);
  }

  get words(): ReadonlySet<string | number> {
    return this.#counters.words;
  }

  /** Counters that have counted, so far. */
  get reached(): number {
    return this.#seen.reduce((sum, buckets) => sum + (buckets === 0 ? 0 : 1), 0);
  }

  clear(): void {
    this.#counters.fill(0, 0, this.#counters.used);
  }

  forget(): void {
    this.#seen = new Uint8Array(ROOM);
  }

  /**
   * @param isCoarse how often does not count, only that.
   * @returns whether something was counted since {@link clear} that never was before.
   */
  isNews(isCoarse = false): boolean {
    const [counters, fours, seen] = [this.#counters, this.#fours, this.#seen];
    let isNews = false;
    for (let n = 0; n < counters.used; n++) {
      // Most have not counted: they are passed over four at a time.
      if ((n & 3) === 0) while (fours[n >> 2] === 0 && n < counters.used) n += 4;
      const count = counters[n] ?? 0;
      if (count === 0) continue;
      const bucket = isCoarse ? 1 : bucketOf(count);
      if ((seen[n]! & bucket) !== 0) continue;
      seen[n] = seen[n]! | bucket;
      isNews = true;
    }
    return isNews;
  }
}
