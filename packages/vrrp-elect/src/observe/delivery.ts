/**
 * Compares what comes in on the wire with what this host's IP stack delivers: pure. A capture sees adverts that
 * netfilter or rp_filter drop later, so a router may be deaf while every capture on its host looks well.
 *
 * @module
 */
import type { IpAddress, IpFamily } from "@viptools/wire";
import type { Advert } from "./sighting.ts";

/** Adverts of a router that none of the host's raw sockets got. */
export interface Undelivered {
  readonly advert: Advert;
  readonly count: number;
}

interface Entry {
  advert: Advert;
  /** When those came that nothing was delivered of since. */
  readonly waiting: number[];
}

/** One may be lost for want of room in a socket's buffer; so many in a row are not. */
const UNDELIVERED_ADVERTS = 3;
/** Two sockets are read one after the other. */
const GRACE_US = 200_000;
/** A forger can invent any number of addresses. */
const ENTRIES_MAX = 256;
const WAITING_MAX = 1000;

export class Delivery {
  readonly #entries = new Map<string, Entry>();

  /** @param advert that came in on the wire, untagged and for the group. */
  wire(advert: Advert, nowUs: number): void {
    const key = keyOf(advert.family, advert.address, advert.vrid);
    const entry = this.#entries.get(key) ?? { advert, waiting: [] };
    if (!this.#entries.has(key) && this.#entries.size >= ENTRIES_MAX) return;
    this.#entries.set(key, entry);
    entry.advert = advert;
    if (entry.waiting.length < WAITING_MAX) entry.waiting.push(nowUs);
  }

  /** A raw socket got one: the way is open, for those before it too. */
  delivered(family: IpFamily, source: IpAddress, vrid: number): void {
    this.#entries.delete(keyOf(family, source, vrid));
  }

  /** @returns routers of which nothing is delivered; each is counted anew from here on. */
  judge(nowUs: number): Undelivered[] {
    const found: Undelivered[] = [];
    for (const [key, { advert, waiting }] of this.#entries) {
      const decisive = waiting[UNDELIVERED_ADVERTS - 1];
      if (decisive === undefined || nowUs - decisive < GRACE_US) continue;
      found.push({ advert, count: waiting.length });
      this.#entries.delete(key);
    }
    return found;
  }

  /** Nothing can be compared any more. */
  forget(family: IpFamily): void {
    for (const [key, { advert }] of this.#entries) if (advert.family === family) this.#entries.delete(key);
  }
}

function keyOf(family: IpFamily, source: IpAddress, vrid: number): string {
  return `${family} ${source} ${vrid}`;
}
