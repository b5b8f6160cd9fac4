/**
 * How long a reader that is late is waited for: pure.
 *
 * @module
 */

/** A reader that has read nothing for so long since it was found late is frozen. */
const FROZEN_US = 1_000_000;
/** What holds us up may hold up the reader: no look counts for more. */
const LOOK_MAX_US = 50_000;
/** A reader that was late is trusted again when it was in time for so long, and for so many leases. */
const TRUSTED_US = 10_000_000;
const TRUSTED_LEASES = 5;
const PAUSE_MAX_US = 5_000_000;

export type LatenessVerdict = "wait" | "back" | "frozen";

/** Who is late again and again would move the role to and fro: each time it is waited for longer. */
export class ReaderLateness {
  #lookedUs = 0;
  #waitedUs = 0;
  #pauseUs = 0;
  #backUs = Number.NEGATIVE_INFINITY;

  /** @param leaseUs of which the whole was left unread. */
  late(nowUs: number, leaseUs: number): void {
    const isAgain = nowUs - this.#backUs < Math.max(TRUSTED_US, TRUSTED_LEASES * leaseUs);
    this.#pauseUs = isAgain ? Math.min(PAUSE_MAX_US, Math.max(leaseUs, 2 * this.#pauseUs)) : 0;
    this.#waitedUs = 0;
    this.#lookedUs = nowUs;
  }

  /** @param hasRead whether all leases have been read now. */
  look(nowUs: number, hasRead: boolean): LatenessVerdict {
    this.#waitedUs += Math.min(LOOK_MAX_US, nowUs - this.#lookedUs);
    this.#lookedUs = nowUs;
    if (!hasRead) return this.#waitedUs >= FROZEN_US ? "frozen" : "wait";
    if (this.#waitedUs < this.#pauseUs) return "wait";
    this.#backUs = nowUs;
    return "back";
  }
}
