/**
 * How long a reader that is late is waited for: pure.
 *
 * @module
 */

/** A reader that has read nothing for so long since it was found late is frozen. */
const FROZEN_US = 1_000_000;
/** A reader that was late is trusted again when it was in time for so long. */
const TRUSTED_US = 10_000_000;
const PAUSE_MAX_US = 5_000_000;

export type LatenessVerdict = "wait" | "back" | "frozen";

/** Who is late again and again would move the role to and fro: each time it is waited for longer. */
export class ReaderLateness {
  #lateUs: number | undefined;
  #backUs = -Infinity;
  #pauseUs = 0;

  /** @param leaseUs of which the whole was left unread. */
  late(nowUs: number, leaseUs: number): void {
    const isAgain = nowUs - this.#backUs < TRUSTED_US;
    this.#pauseUs = isAgain ? Math.min(PAUSE_MAX_US, Math.max(leaseUs, 2 * this.#pauseUs)) : 0;
    this.#lateUs = nowUs;
  }

  /** @param hasRead whether all leases have been read now. @returns "wait" for as long as it is called once late. */
  look(nowUs: number, hasRead: boolean): LatenessVerdict {
    if (this.#lateUs === undefined) return "back";
    const waitedUs = nowUs - this.#lateUs;
    if (!hasRead) return waitedUs >= FROZEN_US ? "frozen" : "wait";
    if (waitedUs < this.#pauseUs) return "wait";
    this.#lateUs = undefined;
    this.#backUs = nowUs;
    return "back";
  }
}
