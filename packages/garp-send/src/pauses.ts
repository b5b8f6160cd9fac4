/**
 * Waits that an end cuts short: a deadline, a signal, a first answer.
 *
 * @module
 */
import { monotonicUs } from "@viptools/kernel";

export class Pauses {
  readonly #endUs: number;
  #isStopped = false;
  #wake: (() => void) | undefined;
  #announceEnd: () => void = () => {};
  /** Resolves when it is over. */
  readonly over: Promise<undefined>;

  /** @param lastsUs from now on; Infinity for no deadline. */
  constructor(lastsUs: number) {
    this.#endUs = monotonicUs() + lastsUs;
    this.over = new Promise((resolve) => {
      this.#announceEnd = () => resolve(undefined);
    });
    if (Number.isFinite(lastsUs)) setTimeout(this.#announceEnd, lastsUs / 1000);
  }

  get isOver(): boolean {
    return this.#isStopped || monotonicUs() >= this.#endUs;
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
    this.#announceEnd();
  }

  /** @param atUs CLOCK_MONOTONIC. */
  async until(atUs: number): Promise<void> {
    const waitMs = (Math.min(atUs, this.#endUs) - monotonicUs()) / 1000;
    if (this.#isStopped || waitMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
