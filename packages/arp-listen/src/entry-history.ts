/**
 * Which change of a neighbour entry belongs to which packet: pure.
 *
 * The kernel decides some microseconds after a packet socket has the packet, and tells of changes by notifications, which
 * come to us before or after the packet does. So packets wait for a few milliseconds, and what is told of their address
 * meanwhile is kept in its order.
 *
 * @module
 */
import type { NeighbourEntry } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import type { Claim } from "./kernel-claim.ts";

/** A packet is judged this long after the last one about its address, */
const SETTLE_US = 3_000;
/** but at most this long after the first. */
const SETTLE_MAX_US = 30_000;

type Entry = NeighbourEntry | undefined;

export interface HeardClaim {
  readonly claim: Claim;
  /** When the kernel gave the packet out, microseconds of CLOCK_MONOTONIC. */
  readonly heardUs: number;
}

/** Packets about one address, and what is known of its entry. */
export interface Episode<T extends HeardClaim> {
  readonly ip: IpAddress;
  /** The entry when the first packet came. */
  readonly base: Entry;
  /** As it was told to be since, in this order. */
  readonly told: Told[];
  readonly claims: T[];
}

/** An entry as it was told to be. */
interface Told {
  readonly entry: Entry;
  /** When it was told, microseconds of CLOCK_MONOTONIC. */
  readonly atUs: number;
  /** A packet was found that caused it: it belongs to none that comes later. */
  isSpent?: true;
}

/** Packets that are read later than this after what they have changed was told are not paired with it. */
const REMEMBERED_US = 1_000_000;
/** Changes of one entry that are remembered. */
const REMEMBERED_MAX = 64;

/** A copy of one interface's table, with what it was just before. */
export class EntryHistory<T extends HeardClaim> {
  /** The last one is how it is now. */
  readonly #known = new Map<IpAddress, Told[]>();
  /** Entries that were deleted, in the order of that: forgotten when nobody can ask for them any more. */
  readonly #gone = new Map<IpAddress, number>();
  readonly #episodes = new Map<IpAddress, Episode<T>>();
  #waiting = 0;

  /** Packets that are not judged yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Starts anew from what was read at this moment. */
  reset(entries: readonly NeighbourEntry[], nowUs: number): void {
    const old = new Map(this.#known);
    this.#known.clear();
    this.#gone.clear();
    for (const entry of entries) {
      const before = old.get(entry.address)?.at(-1);
      const now = { entry, atUs: nowUs };
      this.#known.set(entry.address, before === undefined ? [now] : [before, now]);
    }
  }

  /** @param entry as it is from now on; undefined: there is none. */
  note(ip: IpAddress, entry: Entry, nowUs: number): void {
    const latest: Told = { entry, atUs: nowUs };
    this.#episodes.get(ip)?.told.push(latest);
    const told = this.#known.get(ip) ?? [{ entry: undefined, atUs: 0 }];
    told.push(latest);
    // What was before all that is remembered is the first one.
    while (told.length > REMEMBERED_MAX || (told.length > 1 && told[1]!.atUs < nowUs - REMEMBERED_US))
      told.shift();
    this.#known.set(ip, told);
    this.#gone.delete(ip);
    if (entry === undefined) this.#gone.set(ip, nowUs);
    this.#forget(nowUs);
  }

  #forget(nowUs: number): void {
    for (const [ip, atUs] of this.#gone) {
      if (atUs >= nowUs - REMEMBERED_US) return;
      this.#gone.delete(ip);
      this.#known.delete(ip);
    }
  }

  hear(heard: T): void {
    const { ip } = heard.claim;
    let episode = this.#episodes.get(ip);
    if (episode === undefined) {
      episode = this.#begin(ip, heard.heardUs);
      this.#episodes.set(ip, episode);
    }
    episode.claims.push(heard);
    this.#waiting += 1;
  }

  /** What was told after the packet came may be its own doing, and that of those after it. */
  #begin(ip: IpAddress, heardUs: number): Episode<T> {
    const told = this.#known.get(ip) ?? [];
    const later = told.findIndex(({ atUs }) => atUs > heardUs);
    const spent = told.findLastIndex(({ isSpent }) => isSpent === true);
    const first = Math.max(later < 0 ? told.length : later, spent + 1);
    return { ip, base: told[first - 1]?.entry, told: told.slice(first), claims: [] };
  }

  /** Takes out the episodes that are over. @param isEnd all of them. */
  take(nowUs: number, isEnd = false): Episode<T>[] {
    const over = [...this.#episodes.values()].filter(({ claims }) => {
      const isQuiet = nowUs - claims.at(-1)!.heardUs >= SETTLE_US;
      return isEnd || isQuiet || nowUs - claims[0]!.heardUs >= SETTLE_MAX_US;
    });
    for (const { ip, claims } of over) {
      this.#episodes.delete(ip);
      this.#waiting -= claims.length;
    }
    return over;
  }
}

/**
 * Gives each packet the change that it caused. Both are in the order of what happened, and not every packet causes one:
 * of all ways to pair those that say the same MAC the one that explains most, with the earliest packets.
 *
 * @param now the entry as it was read when the episode was over.
 */
export function pairChanges<T extends HeardClaim>(
  { base, told, claims }: Episode<T>,
  now: Entry,
): { readonly heard: T; readonly before: Entry; readonly after: Entry }[] {
  // What only changes an entry's state is no packet's doing.
  const becomes = told.map(({ entry }, at) => {
    const isOther = entry?.mac !== (at === 0 ? base : told[at - 1]!.entry)?.mac;
    return isOther ? entry?.mac : undefined;
  });
  const causes = (n: number, at: number): boolean => becomes[at] === claims[n]!.claim.mac;
  let pairs: Pairs | undefined;
  /** Where the next change is the packet's own, there is nothing to be weighed. */
  const changeOf = (n: number, next: number): number => {
    if (next === told.length) return -1;
    if (causes(n, next)) return next;
    pairs ??= new Pairs(claims.length, told.length, causes);
    return pairs.find(n, next);
  };
  let current = base;
  let next = 0;
  return claims.map((heard, n) => {
    const before = current;
    const at = changeOf(n, next);
    if (at >= 0) {
      next = at + 1;
      current = told[at]!.entry;
      told[at]!.isSpent = true;
      // What was told in between was there before the packet: we have heard of it late.
      return { heard, before: at === 0 ? base : told[at - 1]!.entry, after: current };
    }
    const says = (entry: Entry): boolean => entry?.mac === heard.claim.mac;
    return { heard, before, after: says(before) && !says(now) ? before : now };
  });
}

/** Of all ways to pair packets with changes those that pair the most (longest common subsequence). */
class Pairs {
  readonly #causes: (n: number, at: number) => boolean;
  /** How many of the packets from `n` on can be paired with changes from `at` on, by `[n][at]`. */
  readonly #most: readonly Uint16Array[];

  constructor(packets: number, changes: number, causes: (n: number, at: number) => boolean) {
    this.#causes = causes;
    this.#most = Array.from({ length: packets + 1 }, () => new Uint16Array(changes + 1));
    for (let n = packets - 1; n >= 0; n--) {
      const [row, rest] = [this.#most[n]!, this.#most[n + 1]!];
      for (let at = changes - 1; at >= 0; at--)
        row[at] = causes(n, at) ? rest[at + 1]! + 1 : Math.max(rest[at]!, row[at + 1]!);
    }
  }

  /** @returns the first change from `next` on that is this packet's; -1 if it has none. */
  find(n: number, next: number): number {
    const [row, rest] = [this.#most[n]!, this.#most[n + 1]!];
    for (let at = next; at < row.length - 1; at++)
      if (row[next] === rest[at + 1]! + 1 && this.#causes(n, at)) return at;
    return -1;
  }
}
