/**
 * The next of many deadlines: pure. Moving one later, which each advert does, costs nothing unless it was the next.
 *
 * @module
 */
export class Deadlines<K> {
  readonly #times = new Map<K, number>();
  #next: number | undefined;
  #isStale = false;

  /** @param atUs undefined for none. */
  set(key: K, atUs: number | undefined): void {
    const before = this.#times.get(key);
    if (atUs === undefined) this.#times.delete(key);
    else this.#times.set(key, atUs);
    if (before !== undefined && before === this.#next) this.#isStale = true;
    if (atUs !== undefined && (this.#next === undefined || atUs < this.#next)) this.#next = atUs;
  }

  /** @returns the earliest one. */
  next(): number | undefined {
    if (this.#isStale) {
      this.#next = undefined;
      for (const atUs of this.#times.values())
        if (this.#next === undefined || atUs < this.#next) this.#next = atUs;
      this.#isStale = false;
    }
    return this.#next;
  }

  /** @returns the keys whose time has come, in the order in which they were first set. */
  due(nowUs: number): K[] {
    const next = this.next();
    if (next === undefined || next > nowUs) return [];
    return [...this.#times].filter(([, atUs]) => atUs <= nowUs).map(([key]) => key);
  }
}
