/**
 * Work that is done one piece after the other, and of which only so much may wait: the newest is never lost. Pure.
 *
 * @module
 */
export class Lane<T> {
  readonly #most: number;
  #waiting: T[] = [];
  #isBusy = false;

  /** @param most how many may wait; 1 at least. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns what had to give way: the oldest that waited. */
  push(work: T): T[] {
    this.#waiting.push(work);
    return this.keep(this.#most);
  }

  /** @returns the next piece to begin, once the last one is done. */
  begin(): T | undefined {
    if (this.#isBusy) return undefined;
    const next = this.#waiting.shift();
    this.#isBusy = next !== undefined;
    return next;
  }

  done(): void {
    this.#isBusy = false;
  }

  /** Lets only the newest wait. @returns what gave way. */
  keep(newest: number): T[] {
    return this.#waiting.splice(0, Math.max(0, this.#waiting.length - newest));
  }

  get isIdle(): boolean {
    return !this.#isBusy && this.#waiting.length === 0;
  }
}
