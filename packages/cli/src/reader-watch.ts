/**
 * Knows whether the reader keeps up: a reader that leaves the records of a whole lease unread is as good as gone.
 *
 * @module
 */

interface Checkpoint {
  /** Octets written up to the end of the line. */
  readonly offset: number;
  readonly atUs: number;
}

/** More unread leases than this need not be told apart: the oldest decides. */
const CHECKPOINTS_MAX = 256;
/** A reader that has never read anything may still be starting; this long, and it is not waited for any more. */
const STARTING_US = 5_000_000;

/** Pure: is told what was written and how much is unread, and answers how long the oldest lease has waited. */
export class ReaderWatch {
  #written = 0;
  #hasRead = false;
  readonly #checkpoints: Checkpoint[] = [];

  /** @param octets of a line that was queued. */
  wrote(octets: number): void {
    this.#written += octets;
  }

  /** Marks the line queued last as a lease that must be read in time. */
  expectRead(nowUs: number): void {
    if (this.#checkpoints.length < CHECKPOINTS_MAX)
      this.#checkpoints.push({ offset: this.#written, atUs: nowUs });
  }

  /**
   * @param unreadOctets queued here or lying in the pipe.
   * @returns microseconds since the oldest unread lease was queued, 0 if there is none.
   */
  oldestUnreadUs(unreadOctets: number, nowUs: number): number {
    const read = this.#written - unreadOctets;
    while (this.#checkpoints.length > 0 && this.#checkpoints[0]!.offset <= read) this.#checkpoints.shift();
    const waitedUs = this.#checkpoints.length === 0 ? 0 : nowUs - this.#checkpoints[0]!.atUs;
    return this.hasRead(unreadOctets) || waitedUs >= STARTING_US ? waitedUs : 0;
  }

  /** @returns whether anything was ever read. */
  hasRead(unreadOctets: number): boolean {
    this.#hasRead ||= this.#written > unreadOctets;
    return this.#hasRead;
  }
}
