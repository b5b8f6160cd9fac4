/**
 * How many answers one asker gets: pure, time comes in. Who asks faster than anybody needs costs us no more than that.
 *
 * @module
 */
import type { Mac } from "@viptools/wire";

/** A forger can invent any number of askers. */
const ASKERS_MAX = 4096;
const WINDOW_US = 1_000_000;

interface Asker {
  sinceUs: number;
  answers: number;
}

export class AskerLimit {
  readonly #most: number;
  readonly #askers = new Map<Mac, Asker>();

  /** @param most answers to one asker in a second. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts an answer. @returns false if this asker has had enough in this second. */
  grant(mac: Mac, nowUs: number): boolean {
    const known = this.#askers.get(mac);
    const isOver = known === undefined || nowUs - known.sinceUs >= WINDOW_US;
    const asker = isOver ? { sinceUs: nowUs, answers: 0 } : known;
    if (isOver) this.#remember(mac, asker);
    if (asker.answers >= this.#most) return false;
    asker.answers += 1;
    return true;
  }

  /** Those whose second began last stay longest. */
  #remember(mac: Mac, asker: Asker): void {
    this.#askers.delete(mac);
    if (this.#askers.size >= ASKERS_MAX) this.#askers.delete(this.#askers.keys().next().value!);
    this.#askers.set(mac, asker);
  }
}
