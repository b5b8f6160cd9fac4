/**
 * What keepalived's words ask of this host: pure.
 *
 * They carry no lease: a word counts until the next one, and nothing mutes a host whose keepalived is frozen.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { Claim, OwnerAction } from "./owner-table.ts";

/** Other words (`MASTER_RX_LOWER_PRI`) tell of no change. */
const STATES: Readonly<Record<string, boolean>> = {
  MASTER: true,
  BACKUP: false,
  FAULT: false,
  STOP: false,
  DELETED: false,
};

export class KeepalivedTable {
  readonly #meanings: ReadonlyMap<string, readonly Claim[]>;
  readonly #known = new Map<string, { claim: Claim; isActive: boolean }>();
  readonly #ignored = { other_name: 0, other_word: 0 };

  /** @param meanings by keepalived's name: what is owned while it is MASTER, one claim for each family. */
  constructor(meanings: ReadonlyMap<string, readonly Claim[]>) {
    this.#meanings = meanings;
  }

  /** @returns what the record asks for, in order; nothing if it says what is so already. */
  obey({ name, state }: RecordOf<"keepalived.state">): OwnerAction[] {
    const claims = this.#meanings.get(name);
    const isActive = STATES[state];
    if (claims === undefined) this.#ignored.other_name += 1;
    else if (isActive === undefined) this.#ignored.other_word += 1;
    if (claims === undefined || isActive === undefined) return [];
    return claims.flatMap((claim) => this.#turn(claim, isActive));
  }

  ignored(): Readonly<Record<string, number>> {
    return this.#ignored;
  }

  #turn(claim: Claim, isActive: boolean): OwnerAction[] {
    const known = this.#known.get(claim.instance);
    const entry = known ?? { claim, isActive: false };
    this.#known.set(claim.instance, entry);
    const first: OwnerAction[] = known === undefined ? [{ type: "prepare", claim }] : [];
    if (entry.isActive === isActive) return first;
    entry.isActive = isActive;
    entry.claim = { ...entry.claim, epoch: entry.claim.epoch + 1 };
    const untilUs = Number.POSITIVE_INFINITY;
    const next: OwnerAction = isActive
      ? { type: "own", claim: entry.claim, untilUs }
      : { type: "release", claim: entry.claim };
    return [...first, next];
  }
}
