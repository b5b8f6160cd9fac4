/**
 * The reader of our records, who acts for us: waited for at the start, silence while it is late, and the end when it is
 * lost.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import { ReaderLateness } from "./reader-lateness.ts";
import type { Station } from "./station.ts";

const POLL_MS = 5;

export class ReaderCare {
  readonly #context: Context;
  readonly #station: Station;
  readonly #lost: () => void;
  readonly #lateness = new ReaderLateness();
  #isLate = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param lost called once, when we have stepped down because the reader is gone or frozen. */
  constructor(context: Context, station: Station, lost: () => void) {
    this.#context = context;
    this.#station = station;
    this.#lost = lost;
  }

  begin(): void {
    if (this.#context.args.text("on-reader-loss") === "ignore") {
      this.#station.readerIsThere();
      return;
    }
    this.#waitForFirst();
    this.#station.desk.onLateReader((leaseUs) => this.#late(leaseUs));
    this.#context.output.onReaderLost(() => this.#stepDown("gone"));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Who would own the addresses may still be starting: an Active that nobody obeys yet is none. */
  #waitForFirst(): void {
    if (this.#context.output.hasBeenRead()) this.#station.readerIsThere();
    else this.#timer = setTimeout(() => this.#waitForFirst(), POLL_MS);
  }

  #late(leaseUs: number): void {
    this.#station.readerIsLate(leaseUs);
    if (this.#isLate) return;
    this.#isLate = true;
    const unreadMs = Math.round(this.#context.output.oldestUnreadLeaseUs() / 1000);
    this.#context.say(`the reader of standard output has not read for ${unreadMs} ms: silent until it does`);
    this.#lateness.late(monotonicUs(), leaseUs);
    this.#waitForLate();
  }

  #waitForLate(): void {
    // It may be gone by now.
    if (this.#context.output.isLost) return;
    const hasRead = this.#context.output.oldestUnreadLeaseUs() === 0;
    switch (this.#lateness.look(monotonicUs(), hasRead)) {
      case "back":
        this.#isLate = false;
        this.#context.say("the reader of standard output reads again");
        this.#station.readerIsBack();
        break;
      case "frozen":
        this.#context.output.abandon();
        this.#stepDown("frozen");
        break;
      case "wait":
        this.#timer = setTimeout(() => this.#waitForLate(), POLL_MS);
    }
  }

  /**
   * At once without a word, because whoever obeys our records may still own the address; and with priority 0 when the
   * last lease has run out, because then nobody does.
   */
  #stepDown(how: string): void {
    this.#context.say(`the reader of standard output is ${how}: stepping down`);
    this.#station.readerIsLate();
    void this.#station.shutdown("reader_lost").then(this.#lost);
  }
}
