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
  readonly told: Entry[];
  readonly claims: T[];
}

/** A copy of one interface's table. */
export class EntryHistory<T extends HeardClaim> {
  /** An entry, when it was told, and what was before. */
  readonly #known = new Map<
    IpAddress,
    { readonly entry: Entry; readonly atUs: number; readonly previous: Entry }
  >();
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
    for (const entry of entries)
      this.#known.set(entry.address, { entry, atUs: nowUs, previous: old.get(entry.address)?.entry });
  }

  /** @param entry as it is from now on; undefined: there is none. */
  note(ip: IpAddress, entry: Entry, nowUs: number): void {
    this.#episodes.get(ip)?.told.push(entry);
    if (entry === undefined) this.#known.delete(ip);
    else this.#known.set(ip, { entry, atUs: nowUs, previous: this.#known.get(ip)?.entry });
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

  /** What was told after the packet came may be its own doing. */
  #begin(ip: IpAddress, heardUs: number): Episode<T> {
    const known = this.#known.get(ip);
    if (known === undefined || known.atUs <= heardUs) return { ip, base: known?.entry, told: [], claims: [] };
    return { ip, base: known.previous, told: [known.entry], claims: [] };
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
 * Gives each packet the change that it caused: the first one not taken yet to the MAC that it says.
 *
 * @param now the entry as it was read when the episode was over.
 */
export function pairChanges<T extends HeardClaim>(
  { base, told, claims }: Episode<T>,
  now: Entry,
): { readonly heard: T; readonly before: Entry; readonly after: Entry }[] {
  let current = base;
  let next = 0;
  return claims.map((heard) => {
    const before = current;
    const says = (entry: Entry): boolean => entry?.mac === heard.claim.mac;
    const at = says(before) ? -1 : told.findIndex((entry, n) => n >= next && says(entry));
    if (at >= 0) {
      next = at + 1;
      current = told[at];
      return { heard, before, after: current };
    }
    return { heard, before, after: says(before) && !says(now) ? before : now };
  });
}
