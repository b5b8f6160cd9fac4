/**
 * Says how late this process was: at once, then at most once a second and the worst of it (V3-2.5-a). Who is late with
 * every advert of 10 ms would otherwise make itself later by telling.
 *
 * @module
 */

const SAY_EVERY_US = 1_000_000;

/** Pure: time comes in with each note. */
export class StallLog {
  #saidAtUs = -SAY_EVERY_US;
  #worstUs = 0;

  /** @returns the lateness to tell now, or undefined while the last word on it is less than a second old. */
  note(lateUs: number, nowUs: number): number | undefined {
    this.#worstUs = Math.max(this.#worstUs, lateUs);
    return this.due(nowUs);
  }

  /** What was noted and not said yet, for a timer. */
  due(nowUs: number): number | undefined {
    if (this.#worstUs === 0 || nowUs - this.#saidAtUs < SAY_EVERY_US) return undefined;
    const worstUs = this.#worstUs;
    this.#saidAtUs = nowUs;
    this.#worstUs = 0;
    return worstUs;
  }
}
