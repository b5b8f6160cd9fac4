/**
 * Who answers for which address, counted. Pure.
 *
 * @module
 */
import type { AddressClaim, IpAddress, Mac } from "@viptools/wire";

export interface Answerer {
  readonly mac: Mac;
  readonly answers: number;
}

/** A forger can invent any number; that there are many is told by as many. */
const ANSWERERS_MAX = 64;

export class Answerers {
  readonly #counts: ReadonlyMap<IpAddress, Map<Mac, number>>;

  /** @param addresses that are asked for; claims of others are nobody's business. */
  constructor(addresses: readonly IpAddress[]) {
    this.#counts = new Map(addresses.map((address) => [address, new Map<Mac, number>()]));
  }

  note({ ip, owner }: AddressClaim): void {
    const counts = this.#counts.get(ip);
    const known = counts?.get(owner);
    if (known !== undefined || (counts?.size ?? 0) < ANSWERERS_MAX) counts?.set(owner, (known ?? 0) + 1);
  }

  /** In the order of their first answers. */
  of(address: IpAddress): Answerer[] {
    return [...(this.#counts.get(address) ?? [])].map(([mac, answers]) => ({ mac, answers }));
  }
}

/** @param expected who may answer; undefined: anybody, but only one. */
export function isAsItShallBe(answerers: readonly Answerer[], expected: Mac | undefined): boolean {
  if (expected === undefined) return answerers.length <= 1;
  return answerers.every(({ mac }) => mac === expected);
}
