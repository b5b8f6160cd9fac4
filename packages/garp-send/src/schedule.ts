/**
 * When to announce after an address was taken: pure, time comes in.
 *
 * @module
 */
import type { Form } from "./announcement.ts";

export interface ScheduleOptions {
  /** Both forms once more, this long after the address was taken; 0 for not. */
  readonly againAfterUs: number;
  /** Requests again and again at this distance; 0 for not. */
  readonly refreshUs: number;
}

/** One form or both for all addresses, at their time; IPv6 ones know no forms, and are in each round. */
export interface Round {
  /** From 1, for each time the address was taken. */
  readonly n: number;
  readonly forms: readonly Form[];
}

/**
 * Linux refuses replies for a second after an entry changed (locktime): replies that follow the requests sooner reach
 * those only who have just learned the same.
 */
const REPLY_AFTER_US = 1_100_000;

interface Due extends Round {
  readonly atUs: number;
}

/** The rounds of one address owner. Taking again begins anew; losing cancels all. */
export class Schedule {
  readonly #options: ScheduleOptions;
  #due: Due[] = [];

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  begin(nowUs: number): void {
    const { againAfterUs, refreshUs } = this.#options;
    this.#due = [
      { n: 1, forms: ["request"], atUs: nowUs },
      { n: 2, forms: ["reply"], atUs: nowUs + REPLY_AFTER_US },
    ];
    if (againAfterUs > 0) this.#due.push({ n: 3, forms: ["request", "reply"], atUs: nowUs + againAfterUs });
    if (refreshUs > 0) this.#due.push({ n: 4, forms: ["request"], atUs: nowUs + refreshUs });
    this.#due.sort((a, b) => a.atUs - b.atUs);
  }

  cancel(): void {
    this.#due = [];
  }

  /** When {@link take} has something; undefined if never. */
  deadlineUs(): number | undefined {
    return this.#due[0]?.atUs;
  }

  /** @returns the rounds whose time has come, each once. */
  take(nowUs: number): Round[] {
    const due = this.#due.filter((round) => round.atUs <= nowUs);
    this.#due = this.#due.filter((round) => round.atUs > nowUs);
    const last = due.at(-1);
    if (last !== undefined && last.n >= 4) {
      this.#due.push({ n: last.n + 1, forms: ["request"], atUs: nowUs + this.#options.refreshUs });
    }
    return due;
  }
}
