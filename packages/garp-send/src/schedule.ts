/**
 * When to announce after an address was taken, and when somebody has said otherwise: pure, time comes in.
 *
 * @module
 */
import type { Form } from "./announcement.ts";
import { RepairBudget } from "./repair-budget.ts";

export interface ScheduleOptions {
  /** Both forms once more, this long after the address was taken; 0 for not. */
  readonly againAfterUs: number;
  /** Until then both forms again and again at this distance; 0 for only once. */
  readonly againEveryUs: number;
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
/** What was announced so lately, and will be again within {@link REPLY_AFTER_US}, needs no round of its own. */
const FRESH_US = 200_000;
const REQUEST: readonly Form[] = ["request"];
const REPLY: readonly Form[] = ["reply"];
const BOTH: readonly Form[] = ["request", "reply"];

interface Due {
  readonly why: "taken" | "repair" | "repeat" | "refresh";
  readonly forms: readonly Form[];
  readonly atUs: number;
}

/** The rounds of one address owner. Taking again begins anew; losing cancels all. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #budget = new RepairBudget();
  #due: Due[] = [];
  #taken = 0;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  begin(nowUs: number): void {
    const { refreshUs } = this.#options;
    this.#taken = 0;
    this.#due = [
      { why: "taken", forms: REQUEST, atUs: nowUs },
      { why: "taken", forms: REPLY, atUs: nowUs + REPLY_AFTER_US },
      ...this.#again(nowUs),
    ];
    if (refreshUs > 0) this.#due.push({ why: "refresh", forms: REQUEST, atUs: nowUs + refreshUs });
    this.#sort();
  }

  /**
   * Somebody has said otherwise: a round as soon as the budget allows it, and one more when locktime is over. One that
   * is due anyway does as well.
   *
   * @returns false where no round was added.
   */
  repair(nowUs: number): boolean {
    const isWaiting = this.#due.some(({ why, atUs }) => why === "repair" || atUs <= nowUs);
    const isFresh = nowUs - this.#lastUs < FRESH_US;
    if (isWaiting || (isFresh && this.#due.some(({ atUs }) => atUs <= nowUs + REPLY_AFTER_US))) return false;
    this.#due.push({ why: "repair", forms: REQUEST, atUs: this.#budget.earliestUs(nowUs) });
    this.#sort();
    return true;
  }

  cancel(): void {
    this.#due = [];
  }

  /** When {@link take} has something; undefined if never. */
  deadlineUs(): number | undefined {
    return this.#due[0]?.atUs;
  }

  /** @returns what is due, as one round with the forms of all whose time has come. */
  take(nowUs: number): Round | undefined {
    const due = this.#due.filter(({ atUs }) => atUs <= nowUs);
    if (due.length === 0) return undefined;
    this.#due = this.#due.filter(({ atUs }) => atUs > nowUs);
    for (const why of new Set(due.map((one) => one.why))) this.#follow(why, nowUs);
    this.#taken += 1;
    this.#lastUs = nowUs;
    return { n: this.#taken, forms: BOTH.filter((form) => due.some(({ forms }) => forms.includes(form))) };
  }

  #follow(why: Due["why"], nowUs: number): void {
    if (why === "refresh") this.#due.push({ why, forms: REQUEST, atUs: nowUs + this.#options.refreshUs });
    if (why === "repair") {
      this.#budget.spend(nowUs);
      this.#due = this.#due.filter((one) => one.why !== "repeat");
      this.#due.push({ why: "repeat", forms: REPLY, atUs: nowUs + REPLY_AFTER_US });
    }
    this.#sort();
  }

  #again(nowUs: number): Due[] {
    const { againAfterUs, againEveryUs } = this.#options;
    if (againAfterUs === 0) return [];
    const everyUs = againEveryUs === 0 ? againAfterUs : againEveryUs;
    const times = Math.floor(againAfterUs / everyUs);
    return Array.from({ length: times }, (_, n) => ({
      why: "taken",
      forms: BOTH,
      atUs: nowUs + (n + 1) * everyUs,
    }));
  }

  #sort(): void {
    this.#due.sort((a, b) => a.atUs - b.atUs);
  }
}
