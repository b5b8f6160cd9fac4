/**
 * Counts, and wakes whoever waits for so many: to ask each 10 ms would take longer than what is waited for.
 *
 * @module
 */
export class Tally {
  #count = 0;
  #waiting: { readonly least: number; readonly resolve: () => void } | undefined;

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count += 1;
    if (this.#waiting === undefined || this.#count < this.#waiting.least) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  /** One may wait at a time. @throws {Error} after `limitMs`, saying what was waited for. */
  async reaches(least: number, what: string, limitMs: number): Promise<void> {
    if (this.#count >= least) return;
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs);
      this.#waiting = {
        least,
        resolve: () => {
          clearTimeout(limit);
          resolve();
        },
      };
    });
  }
}
