/**
 * Whether another router keeps speaking as Active while we are: pure. One advert that crosses ours on the wire is no
 * conflict; a row of them is.
 *
 * @module
 */
export type RivalCause = "two_active" | "one_way";

/** So many adverts of a loser, and it cannot have heard our answers. */
const ONE_WAY_ADVERTS = 4;
const TWO_ACTIVE_ADVERTS = 2;
/** A forger can invent any number of addresses. */
const RIVALS_MAX = 16;

export class Rivalry {
  readonly #heard = new Map<string, number>();

  /** @returns what to report of an advert that lost against us while Active. */
  note(address: string): RivalCause | undefined {
    if (!this.#heard.has(address) && this.#heard.size >= RIVALS_MAX) return undefined;
    const count = (this.#heard.get(address) ?? 0) + 1;
    this.#heard.set(address, count);
    if (count >= ONE_WAY_ADVERTS) return "one_way";
    return count >= TWO_ACTIVE_ADVERTS ? "two_active" : undefined;
  }

  /** The roles are settled again. */
  forget(): void {
    this.#heard.clear();
  }
}
