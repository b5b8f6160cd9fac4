/**
 * From asks and answers to outages: pure, the core of every failover figure of the project.
 *
 * An ask is lost when its answer has not come within the grace. An outage runs from the time of the first lost ask to the
 * time of the next answered one: both are times of asks, so the network's own delay does not count. An ask that waited in
 * this host's own queue until the target was back says nothing of the time when it was made: it ends no outage.
 *
 * @module
 */
import type { Mac } from "@viptools/wire";
import { placeOfEnd, placeOfUnnumbered } from "./booking.ts";

/** Who has the target, as far as that can be seen from here. */
export interface Sight {
  /** Who answered. */
  readonly mac?: Mac | undefined;
  /** This host's neighbour entry. */
  readonly neighbour?: { readonly state: string; readonly mac?: Mac | undefined } | undefined;
}

export interface Ask {
  readonly atUs: number;
  /** When it had left for certain: a process may be held up between both. */
  sentUs: number;
  /** Undefined while no answer has come. */
  answeredAtUs: number | undefined;
  /** At the time of the answer, or of the ask while none has come. */
  sight: Sight;
}

export interface Outage {
  /** When the first lost ask was sent. */
  readonly startUs: number;
  /** When the first ask was sent that was answered again without having waited for the target. */
  readonly endUs: number;
  readonly lost: number;
}

export interface OutageSummary {
  readonly asked: number;
  readonly lost: number;
  readonly outages: number;
  /** One that has not ended counts until the last ask. */
  readonly longestUs: number;
  /** The target is still away. */
  readonly isAway: boolean;
}

/** What became known since the last look. */
export type OutageEvent =
  | {
      readonly type: "lost";
      readonly startUs: number;
      readonly sight: Sight;
      readonly macBefore: Mac | undefined;
    }
  | {
      readonly type: "back";
      readonly outage: Outage;
      readonly sight: Sight;
      readonly macBefore: Mac | undefined;
    };

/** Told of each ask, in their order, when its fate is known. */
export type OnFate = (n: number, ask: Ask) => void;

/** So many decided asks are forgotten at once. */
const FORGOTTEN_AT_ONCE = 1024;

export class OutageTracker {
  readonly #graceUs: number;
  readonly #onFate: OnFate;
  /** The asks from number `#forgotten` on. */
  #asks: Ask[] = [];
  #forgotten = 0;
  /** Asks before this number are decided: answered or lost. */
  #decided = 0;
  #lastUs: number | undefined;
  #current: { startUs: number; lost: number; macBefore: Mac | undefined } | undefined;
  /** The number of the ask that ends the current outage, once it is known. */
  #end: number | undefined;
  /** Who gave the newest answer that is decided. */
  #mac: Mac | undefined;
  #lost = 0;
  #outages = 0;
  #longestUs = 0;

  /** @param graceUs how long an answer may take. */
  constructor(graceUs: number, onFate: OnFate = () => {}) {
    this.#graceUs = graceUs;
    this.#onFate = onFate;
  }

  /** @returns the number of the ask, from 0. */
  ask(nowUs: number, sight: Sight = {}): number {
    this.#asks.push({ atUs: nowUs, sentUs: nowUs, answeredAtUs: undefined, sight });
    this.#lastUs = nowUs;
    return this.#forgotten + this.#asks.length - 1;
  }

  /** Ask `n` has left. */
  sent(n: number, nowUs: number): void {
    const ask = this.#asks[n - this.#forgotten];
    if (ask !== undefined) ask.sentUs = nowUs;
  }

  /** When ask `n` was made; undefined of one that is forgotten, or never was. */
  askedAtUs(n: number): number | undefined {
    return this.#asks[n - this.#forgotten]?.atUs;
  }

  /** An answer to ask `n`; only the first one within the grace counts. @returns whether it does. */
  answer(n: number, nowUs: number, sight: Sight = {}): boolean {
    const ask = this.#asks[n - this.#forgotten];
    if (ask === undefined || ask.answeredAtUs !== undefined || nowUs - ask.atUs > this.#graceUs) return false;
    ask.answeredAtUs = nowUs;
    ask.sight = sight;
    return true;
  }

  /** An answer that does not say to what ({@link placeOfUnnumbered}). @returns whether it counts. */
  answerUnnumbered(atUs: number, momentsUs: number, sight: Sight = {}): boolean {
    const at = placeOfUnnumbered(this.#asks, atUs, momentsUs);
    return at !== undefined && this.answer(this.#forgotten + at, atUs, sight);
  }

  /** Decides what can be decided, in the order of the asks. */
  look(nowUs: number): OutageEvent[] {
    const events: OutageEvent[] = [];
    for (; this.#decided < this.#forgotten + this.#asks.length; this.#decided += 1) {
      const ask = this.#asks[this.#decided - this.#forgotten]!;
      if (!this.#isKnown(ask, nowUs) || !this.#knowsEnd(ask, nowUs)) break;
      this.#onFate(this.#decided, ask);
      const event = ask.answeredAtUs === undefined ? this.#lose(ask) : this.#regain(ask);
      if (event !== undefined) events.push(event);
    }
    this.#forget();
    return events;
  }

  /** True from the first ask that is known to be lost to the first one that is known to be answered. */
  get isAway(): boolean {
    return this.#current !== undefined;
  }

  /** @param nowUs past the grace of the last ask, and looked at then, so that all are decided. */
  summarise(nowUs: number): OutageSummary {
    this.look(nowUs);
    const open = this.#current;
    const openUs = open === undefined ? 0 : (this.#lastUs ?? nowUs) - open.startUs;
    return {
      asked: this.#decided,
      lost: this.#lost,
      outages: this.#outages,
      longestUs: Math.max(this.#longestUs, openUs),
      isAway: open !== undefined,
    };
  }

  #isKnown({ atUs, answeredAtUs }: Ask, nowUs: number): boolean {
    return answeredAtUs !== undefined || nowUs - atUs > this.#graceUs;
  }

  /** Whether an answered ask after lost ones ends the outage, those that follow it say. */
  #knowsEnd({ answeredAtUs }: Ask, nowUs: number): boolean {
    if (this.#current === undefined || answeredAtUs === undefined || this.#end !== undefined) return true;
    const place = placeOfEnd(this.#asks, this.#decided - this.#forgotten, (ask) => this.#isKnown(ask, nowUs));
    if (place !== undefined) this.#end = this.#forgotten + place;
    return place !== undefined;
  }

  #lose(ask: Ask): OutageEvent | undefined {
    this.#lost += 1;
    if (this.#current !== undefined) {
      this.#current.lost += 1;
      return undefined;
    }
    this.#outages += 1;
    this.#current = { startUs: ask.atUs, lost: 1, macBefore: this.#mac };
    return { type: "lost", startUs: ask.atUs, sight: ask.sight, macBefore: this.#mac };
  }

  #regain(ask: Ask): OutageEvent | undefined {
    this.#mac = ask.sight.mac;
    if (this.#current === undefined || this.#decided !== this.#end) return undefined;
    this.#end = undefined;
    const { macBefore, ...begun } = this.#current;
    const outage = { ...begun, endUs: ask.atUs };
    this.#current = undefined;
    this.#longestUs = Math.max(this.#longestUs, outage.endUs - outage.startUs);
    return { type: "back", outage, sight: ask.sight, macBefore };
  }

  /** Those of the last moments are kept: an unnumbered answer must not fall to an older one. */
  #forget(): void {
    const count = this.#decided - this.#forgotten - FORGOTTEN_AT_ONCE;
    if (count < FORGOTTEN_AT_ONCE) return;
    this.#asks = this.#asks.slice(count);
    this.#forgotten += count;
  }
}
