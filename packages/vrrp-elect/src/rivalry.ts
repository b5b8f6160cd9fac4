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

/** What to report of an advert that lost against us while Active. */
export interface Challenge {
  readonly cause: RivalCause | undefined;
  /** The first one of its sender for a while: neighbours may have believed it. */
  readonly isNew: boolean;
}

interface Rival {
  count: number;
  lastUs: number;
}

const UNKNOWN: Challenge = { cause: undefined, isNew: false };

export class Rivalry {
  readonly #heard = new Map<string, Rival>();

  /** @param quietUs a rival that was silent for so long is a new one. */
  note(address: string, nowUs: number, quietUs: number): Challenge {
    const known = this.#heard.get(address);
    if (known === undefined && this.#heard.size >= RIVALS_MAX) return UNKNOWN;
    const isNew = known === undefined || nowUs - known.lastUs >= quietUs;
    const count = (known?.count ?? 0) + 1;
    this.#heard.set(address, { count, lastUs: nowUs });
    return { cause: causeOf(count), isNew };
  }

  /** The roles are settled again. */
  forget(): void {
    this.#heard.clear();
  }
}

function causeOf(count: number): RivalCause | undefined {
  if (count >= ONE_WAY_ADVERTS) return "one_way";
  return count >= TWO_ACTIVE_ADVERTS ? "two_active" : undefined;
}
