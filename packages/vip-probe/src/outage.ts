/**
 * From asks and answers to outages: pure, the core of every failover figure of the project.
 *
 * An ask is lost when its answer has not come within the grace. An outage runs from the time of the first lost ask to the
 * time of the next answered one: both are times of asks, so the network's own delay does not count.
 *
 * @module
 */

export interface Ask {
  readonly atUs: number;
  /** Undefined while no answer has come. */
  answeredAtUs: number | undefined;
}

export interface Outage {
  /** When the first lost ask was sent. */
  readonly startUs: number;
  /** When the first ask was sent that was answered again; undefined if none was. */
  readonly endUs: number | undefined;
  readonly lost: number;
}

export interface OutageSummary {
  readonly asked: number;
  readonly lost: number;
  readonly outages: readonly Outage[];
  /** One that has not ended counts until the last ask. */
  readonly longestUs: number;
  /** The target is still away. */
  readonly isAway: boolean;
}

/** What changed since the last look. */
export type OutageEvent =
  | { readonly type: "lost"; readonly startUs: number }
  | { readonly type: "back"; readonly outage: Outage };

export class OutageTracker {
  readonly #graceUs: number;
  readonly #asks: Ask[] = [];
  /** Asks before this place are decided: answered or lost. */
  #decided = 0;
  #current: { startUs: number; lost: number } | undefined;
  readonly #outages: Outage[] = [];

  /** @param graceUs how long an answer may take. */
  constructor(graceUs: number) {
    this.#graceUs = graceUs;
  }

  /** @returns the number of the ask, from 0. */
  ask(nowUs: number): number {
    this.#asks.push({ atUs: nowUs, answeredAtUs: undefined });
    return this.#asks.length - 1;
  }

  /** An answer to ask `n`; only the first one within the grace counts. */
  answer(n: number, nowUs: number): void {
    const ask = this.#asks[n];
    if (ask === undefined || ask.answeredAtUs !== undefined || nowUs - ask.atUs > this.#graceUs) return;
    ask.answeredAtUs = nowUs;
  }

  /** An answer that does not say to what: to the newest ask of the last moments that has none. */
  answerNewest(nowUs: number, momentsUs: number): void {
    for (let n = this.#asks.length - 1; n >= 0 && nowUs - this.#asks[n]!.atUs <= momentsUs; n -= 1) {
      if (this.#asks[n]!.answeredAtUs !== undefined) continue;
      this.answer(n, nowUs);
      return;
    }
  }

  /** Decides what can be decided, in the order of the asks. */
  look(nowUs: number): OutageEvent[] {
    const events: OutageEvent[] = [];
    for (; this.#decided < this.#asks.length; this.#decided += 1) {
      const ask = this.#asks[this.#decided]!;
      if (ask.answeredAtUs === undefined && nowUs - ask.atUs <= this.#graceUs) break;
      const event = ask.answeredAtUs === undefined ? this.#lose(ask) : this.#regain(ask);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** @param nowUs past the grace of the last ask, so that all are decided. */
  summarise(nowUs: number): OutageSummary {
    this.look(nowUs);
    const lastUs = this.#asks.at(-1)?.atUs ?? nowUs;
    const isAway = this.#current !== undefined;
    const open = this.#current === undefined ? [] : [{ ...this.#current, endUs: undefined }];
    const outages = [...this.#outages, ...open];
    return {
      asked: this.#decided,
      lost: outages.reduce((sum, outage) => sum + outage.lost, 0),
      outages,
      longestUs: Math.max(0, ...outages.map(({ startUs, endUs }) => (endUs ?? lastUs) - startUs)),
      isAway,
    };
  }

  #lose(ask: Ask): OutageEvent | undefined {
    if (this.#current !== undefined) {
      this.#current.lost += 1;
      return undefined;
    }
    this.#current = { startUs: ask.atUs, lost: 1 };
    return { type: "lost", startUs: ask.atUs };
  }

  #regain(ask: Ask): OutageEvent | undefined {
    if (this.#current === undefined) return undefined;
    const outage = { ...this.#current, endUs: ask.atUs };
    this.#current = undefined;
    this.#outages.push(outage);
    return { type: "back", outage };
  }
}
