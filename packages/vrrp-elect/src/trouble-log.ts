/**
 * Keeps count of what is wrong on the wire, and says each kind of it at once and then seldom: a flood of bad packets
 * makes no flood of records (V3-7.1-n).
 *
 * @module
 */

export interface Trouble<C extends string> {
  readonly cause: C;
  readonly peers: readonly string[];
  /** How often since the last time it was said. */
  readonly count: number;
  readonly detail: string;
}

interface Entry {
  saidAtUs: number;
  unsaid: number;
  detail: string;
  readonly peers: Set<string>;
}

const SAY_EVERY_US = 10_000_000;
/** A forger can invent any number of peers. */
const PEERS_MAX = 8;

/** Pure: time comes in with each note. */
export class TroubleLog<C extends string> {
  readonly #entries = new Map<C, Entry>();

  /** @returns what to say now, or undefined while the last word on this cause is less than ten seconds old. */
  note(cause: C, peer: string | undefined, detail: string, nowUs: number): Trouble<C> | undefined {
    const entry = this.#entries.get(cause) ?? {
      saidAtUs: -SAY_EVERY_US,
      unsaid: 0,
      detail,
      peers: new Set(),
    };
    this.#entries.set(cause, entry);
    entry.unsaid += 1;
    entry.detail = detail;
    if (peer !== undefined && entry.peers.size < PEERS_MAX) entry.peers.add(peer);
    return nowUs - entry.saidAtUs < SAY_EVERY_US ? undefined : this.#say(cause, entry, nowUs);
  }

  /** What was noted and not said yet, for the end and for a timer. */
  due(nowUs: number): Trouble<C>[] {
    return [...this.#entries]
      .filter(([, entry]) => entry.unsaid > 0 && nowUs - entry.saidAtUs >= SAY_EVERY_US)
      .map(([cause, entry]) => this.#say(cause, entry, nowUs));
  }

  #say(cause: C, entry: Entry, nowUs: number): Trouble<C> {
    const trouble = { cause, peers: [...entry.peers], count: entry.unsaid, detail: entry.detail };
    entry.saidAtUs = nowUs;
    entry.unsaid = 0;
    entry.peers.clear();
    return trouble;
  }
}
