/**
 * Which leases are long enough to be fenced by lifetimes of addresses: pure.
 *
 * @module
 */
import { KernelError } from "@viptools/kernel";

/** The shortest lifetime; of 1 s adverts 2.5 s are leased, and the next owner waits for 3 s and more. */
const SHORTEST_US = 1_000_000;
/** One lease, or two, may have been read late. */
const SHORT_MAX = 3;

export class LifetimeGate {
  readonly #instance: string;
  #shortInARow = 0;

  constructor(instance: string) {
    this.#instance = instance;
  }

  /** @returns whether a lease of which so much is left can be obeyed. @throws {KernelError} ERANGE for the third in a row. */
  accepts(leftUs: number): boolean {
    this.#shortInARow = leftUs < SHORTEST_US ? this.#shortInARow + 1 : 0;
    if (this.#shortInARow < SHORT_MAX) return this.#shortInARow === 0;
    throw new KernelError(
      "ERANGE",
      `Cannot fence ${this.#instance} with lifetimes: a lease of ${Math.round(leftUs / 1000)} ms is too short, needs adverts of 1 s or --fence nft`,
    );
  }
}
