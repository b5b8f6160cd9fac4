/**
 * What one router says of one virtual router: its states, what it owns, what it announces. By its own clock. Pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { HostClock } from "./host-clock.ts";
import { shown } from "./shown.ts";
import { TimeBins } from "./time-bins.ts";

/** The newest ones are kept. */
const SPANS_MAX = 2000;
const MARKS_MAX = 2000;

export interface HistorySpan {
  readonly fromUs: number;
  /** Undefined while it lasts. */
  toUs: number | undefined;
}
export interface StateHistory extends HistorySpan {
  readonly state: string;
  readonly reason: string;
  /** Where its leases ended before it did: it was killed, and only its next start told so. */
  knownToUs: number | undefined;
}
export interface OwnedHistory extends HistorySpan {
  readonly mac: string;
  end: "down" | "fenced" | undefined;
}

export class RouterHistory {
  readonly clock: HostClock;
  /** The virtual router, or the address where nothing but announcements is known of it. */
  readonly name: string;
  readonly vips: Set<string> = new Set();
  readonly states: StateHistory[] = [];
  readonly owned: OwnedHistory[] = [];
  readonly announced: TimeBins = new TimeBins(MARKS_MAX);
  /** Spans that were too many to keep. */
  leftOut = 0;
  #lastSentUs = Number.NEGATIVE_INFINITY;
  #leaseEndUs = Number.NEGATIVE_INFINITY;

  constructor(clock: HostClock, name: string) {
    this.clock = clock;
    this.name = name;
  }

  /** Up to here the log says how things are. */
  get knownToUs(): number {
    return Math.max(this.clock.lastUs, this.#leaseEndUs);
  }

  hearState({ state, reason, vips }: RecordOf<"vrrp.state">, us: number): void {
    this.#meet(vips);
    const last = this.states.at(-1);
    if (last !== undefined) {
      last.toUs = us;
      const hasLeases = last.state === "active" && this.#leaseEndUs > last.fromUs;
      if (hasLeases && this.#leaseEndUs < us) last.knownToUs = this.#leaseEndUs;
    }
    this.#keep(this.states, {
      fromUs: us,
      toUs: undefined,
      state,
      reason: shown(reason),
      knownToUs: undefined,
    });
  }

  hearLease({ valid_ms }: RecordOf<"vrrp.lease">, us: number): void {
    this.#leaseEndUs = us + valid_ms * 1000;
  }

  hearUp({ vips, mac }: RecordOf<"vmac.up">, us: number): void {
    this.#meet(vips);
    const last = this.owned.at(-1);
    if (last !== undefined && last.toUs === undefined) return;
    this.#keep(this.owned, { fromUs: us, toUs: undefined, mac, end: undefined });
  }

  hearNoLonger(end: "down" | "fenced", us: number): void {
    const last = this.owned.at(-1);
    if (last === undefined || last.toUs !== undefined) return;
    last.toUs = us;
    last.end = end;
  }

  hearSent(us: number): void {
    this.#lastSentUs = us;
    this.announced.add(us, 0);
  }

  /** Counts where the log has no word of each frame. */
  hearRound({ sent, took_us }: RecordOf<"garp.round">, us: number): void {
    if (sent > 0 && this.#lastSentUs < us - took_us - ROUNDING_US) this.announced.add(us - took_us, 0);
  }

  #meet(vips: readonly string[]): void {
    for (const vip of vips) this.vips.add(vip.replace(/\/\d+$/, ""));
  }

  #keep<T>(list: T[], item: T): void {
    list.push(item);
    if (list.length <= SPANS_MAX) return;
    list.shift();
    this.leftOut += 1;
  }
}

/** A round's end and its length are told in whole microseconds, and a little later. */
const ROUNDING_US = 5000;
