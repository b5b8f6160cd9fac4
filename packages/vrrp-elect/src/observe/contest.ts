/**
 * Who is Active for one virtual router, seen from outside: pure. Only an Active advertises, so who speaks while a better
 * one can still be heard is a rival: once may be chance (adverts that cross, a farewell that was lost here), twice is a
 * conflict.
 *
 * Two Actives need not sound like two at any moment. Each advert that keepalived 2.2.7 refuses puts off its own next
 * one, so two that refuse each other speak in turns, with gaps of some intervals. A rival is remembered over such gaps.
 *
 * @module
 */
import { compareAddresses, type IpAddress } from "@viptools/wire";
import { crossingUs, downUs, earlyUs, isAlive, lateUs, memoryUs } from "./patience.ts";
import type { Advert } from "./sighting.ts";

/** A router as the contest knows it. */
export interface Contender {
  readonly address: IpAddress;
  /** Its latest one. */
  advert: Advert;
  lastUs: number;
}

/** `early`: the new one spoke before the old one could be missed. */
export type Reason = "resign" | "silent" | "early" | "higher_priority" | "higher_address";

export type Turn =
  | {
      readonly type: "changed";
      readonly from: Contender;
      readonly to: Contender;
      readonly reason: Reason;
      readonly gapUs: number;
    }
  /** Another advert of one who should have yielded; `rounds` of them by now. */
  | { readonly type: "rival"; readonly loser: Contender; readonly winner: Contender; readonly rounds: number }
  | { readonly type: "healed"; readonly to: Contender }
  | { readonly type: "silent"; readonly gapUs: number };

interface Rivalry {
  rounds: number;
  countedUs: number;
  /** First advert after the Active's last one. */
  answeredUs: number;
}

const CONFLICT_ROUNDS = 2;

export class Contest {
  #active: Contender | undefined;
  #former: { readonly who: Contender; readonly reason: "resign" | "silent" } | undefined;
  readonly #rivals = new Map<Contender, Rivalry>();
  #isContested = false;
  #isSilent = false;
  /** When anybody was heard last. */
  #heardUs = 0;
  #nowUs = 0;
  /** When the one who is Active took over. */
  #sinceUs = 0;

  get active(): Contender | undefined {
    return this.#active;
  }

  /** All who are Active, the right one first. */
  get speakers(): Contender[] {
    return this.#active === undefined ? [] : [this.#active, ...this.#parties(this.#nowUs)];
  }

  /** @returns false for one whom the contest cannot do without. */
  forget(who: Contender): boolean {
    if (who === this.#active || who === this.#former?.who) return false;
    this.#rivals.delete(who);
    return true;
  }

  /** When {@link expire} has to be called at the latest; Infinity for never. */
  get dueUs(): number {
    const dues = this.#parties(this.#nowUs).map(({ advert, lastUs }) => lastUs + downUs(advert));
    const awaited = this.#active ?? (this.#isSilent ? undefined : this.#former?.who);
    if (awaited !== undefined) dues.push(awaited.lastUs + downUs(awaited.advert));
    return Math.min(Number.POSITIVE_INFINITY, ...dues);
  }

  /** @param who whose `advert` is this one already. */
  hear(who: Contender, nowUs: number): Turn[] {
    this.#heardUs = nowUs;
    this.#nowUs = nowUs;
    const turns = who.advert.isLeaving ? this.#leave(who, nowUs) : this.#speak(who, nowUs);
    who.lastUs = nowUs;
    return [...turns, ...this.#heal(nowUs)];
  }

  /** Draws the conclusions from what has not been heard. */
  expire(nowUs: number): Turn[] {
    const awaited = this.#active ?? this.#former?.who;
    const isOver = awaited !== undefined && nowUs >= awaited.lastUs + downUs(awaited.advert);
    const turns: Turn[] = [];
    if (isOver && this.#active !== undefined) turns.push(...this.#succeed(this.#active, "silent", nowUs));
    if (isOver && this.#active === undefined && !this.#isSilent) {
      this.#isSilent = true;
      turns.push({ type: "silent", gapUs: nowUs - this.#heardUs });
    }
    this.#nowUs = nowUs;
    return [...turns, ...this.#heal(nowUs)];
  }

  #leave(who: Contender, nowUs: number): Turn[] {
    this.#rivals.delete(who);
    who.lastUs = nowUs;
    if (who === this.#active) return this.#succeed(who, "resign", nowUs);
    if (this.#active === undefined && this.#former === undefined) this.#former = { who, reason: "resign" };
    return [];
  }

  #speak(who: Contender, nowUs: number): Turn[] {
    const active = this.#active;
    if (active === undefined) return this.#become(who, this.#former?.reason, nowUs);
    if (who === active) return [];
    const reason = rankReason(who.advert, active.advert);
    if (reason !== undefined) return this.#become(who, reason, nowUs);
    if (nowUs - active.lastUs >= lateUs(active.advert)) return this.#become(who, "silent", nowUs);
    return this.#resist(who, active, nowUs);
  }

  #become(who: Contender, reason: Reason | undefined, nowUs: number): Turn[] {
    const active = this.#active;
    const old = active ?? this.#former?.who;
    // Whoever spoke before the old one counted as silent had taken over with the first of these adverts.
    const answeredUs = this.#rivals.get(who)?.answeredUs ?? nowUs;
    const firstUs = old === undefined || answeredUs < old.lastUs ? nowUs : answeredUs;
    if (this.#isContested && active !== undefined && isAlive(active.advert, active.lastUs, nowUs))
      this.#rivals.set(active, { rounds: CONFLICT_ROUNDS, countedUs: nowUs, answeredUs: nowUs });
    this.#active = who;
    this.#former = undefined;
    this.#isSilent = false;
    this.#sinceUs = nowUs;
    if (old === undefined || reason === undefined) return [];
    const gapUs = firstUs - old.lastUs;
    const isEarly = reason === "silent" && !this.#isContested && gapUs < earlyUs(old.advert);
    return [{ type: "changed", from: old, to: who, reason: isEarly ? "early" : reason, gapUs }];
  }

  /** Duplicates and adverts to several unicast peers count once: a round takes half an interval at least. */
  #resist(who: Contender, active: Contender, nowUs: number): Turn[] {
    if (nowUs - this.#sinceUs < crossingUs(who.advert)) return [];
    const before = this.#rivals.get(who);
    const isKnown = before !== undefined && nowUs - before.countedUs < memoryUs(who.advert);
    const rivalry = isKnown ? before : { rounds: 0, countedUs: Number.NEGATIVE_INFINITY, answeredUs: nowUs };
    this.#rivals.set(who, rivalry);
    if (rivalry.answeredUs < active.lastUs) rivalry.answeredUs = nowUs;
    const isNewRound = nowUs - rivalry.countedUs >= who.advert.intervalUs / 2;
    // The Active may have fallen silent with the first of these adverts: without it there is no conflict.
    if (!isNewRound || (rivalry.rounds > 0 && active.lastUs <= rivalry.countedUs)) return [];
    rivalry.countedUs = nowUs;
    rivalry.rounds += 1;
    if (rivalry.rounds < CONFLICT_ROUNDS) return [];
    this.#isContested = true;
    return [{ type: "rival", loser: who, winner: active, rounds: rivalry.rounds }];
  }

  /** The Active is gone: the best of those who speak already is the next one, or nobody is. */
  #succeed(gone: Contender, reason: "resign" | "silent", nowUs: number): Turn[] {
    const [heir] = this.#rivalsAlive(nowUs).sort((a, b) => compareRank(b.advert, a.advert));
    if (heir !== undefined) return this.#become(heir, reason, nowUs);
    this.#active = undefined;
    this.#former = { who: gone, reason };
    this.#isContested = false;
    return [];
  }

  /** Not while the one who is left may be gone as well. */
  #heal(nowUs: number): Turn[] {
    if (!this.#isContested || this.#active === undefined || this.#parties(nowUs).length > 0) return [];
    if (nowUs - this.#active.lastUs >= lateUs(this.#active.advert)) return [];
    this.#isContested = false;
    return [{ type: "healed", to: this.#active }];
  }

  #parties(nowUs: number): Contender[] {
    return this.#isContested ? this.#rivalsAlive(nowUs) : [];
  }

  #rivalsAlive(nowUs: number): Contender[] {
    return [...this.#rivals.keys()].filter(
      (who) => who !== this.#active && isAlive(who.advert, who.lastUs, nowUs),
    );
  }
}

/** Positive if `a` is the one who should be Active (RFC 9568 §6.4.3). */
function compareRank(a: Advert, b: Advert): number {
  const byPriority =
    a.protocol === "carp" ? b.intervalUs - a.intervalUs : (a.priority ?? 0) - (b.priority ?? 0);
  return byPriority === 0 ? compareAddresses(a.address, b.address) : byPriority;
}

/** @returns undefined if the newcomer has no right to take over. */
function rankReason(newcomer: Advert, active: Advert): Reason | undefined {
  if (compareRank(newcomer, active) <= 0) return undefined;
  const isEqual = newcomer.priority === active.priority && newcomer.protocol === "vrrp";
  return isEqual ? "higher_address" : "higher_priority";
}
