/**
 * Who claims each address, and when that changes: pure. Time comes in with the claims.
 *
 * - `changed`: another MAC than before.
 * - `conflict`: two MACs answer the same question, or a former owner claims an address again that the present one has
 *   hardly got, or a MAC claims it that is not the expected one.
 * - `flip_flop`: a former owner has it again, and the present one had it for a while: a fail-back looks like that.
 *
 * A virtual MAC that moves from one host to the other is the same MAC: nothing changes.
 *
 * @module
 */
import { Kind } from "./kinds.ts";
import { type AddressKey, type ClaimTime, OwnerColumns } from "./owner-columns.ts";

/** One MAC says that an address is its own. */
export interface Claim extends ClaimTime {
  readonly key: AddressKey;
  /** 48 bits. */
  readonly mac: number;
  /** Whom it answers; 0 for nobody in particular. */
  readonly asker: number;
  /** Who should own it; -1 where nobody has said. */
  readonly expected: number;
}

/** A MAC that claimed an address: its first and its last claim. */
export interface Owner {
  readonly mac: number;
  readonly first: ClaimTime;
  readonly last: ClaimTime;
}

export interface OwnerEvent {
  /** `Kind.changed`, `Kind.conflict` or `Kind.flipFlop`. */
  readonly kind: number;
  readonly key: AddressKey;
  /** By their last claims: the present owner is the last one. At most five. */
  readonly owners: readonly Owner[];
  /** -1 where nobody has said. */
  readonly expected: number;
  /** Changes that were not told since the last event of this address. */
  readonly repeats: number;
}

/** Addresses that are remembered. */
export const OWNERS_MAX: number = 1 << 16;
/** Who loses an address that soon again is fought over it. */
export const CONFLICT_US = 2_000_000;
/** Two answers to one asker within this long are answers to one question. */
export const ANSWER_US = 100_000;
/** The same MACs take turns: told no more often than this. */
export const REPEAT_US = 1_000_000;
/** A forger can invent any number of MACs: so many are told of one address in {@link REPEAT_US}, and the others as one. */
export const NEWS_MAX = 5;
/** A wrong owner that stays is told again this often. */
export const REMIND_US = 10_000_000;
const FORMER_MAX = 4;
const NEVER = Number.NEGATIVE_INFINITY;

/** Of an address that more than one MAC has claimed, or a wrong one. */
interface Story {
  /** Those before the present one, by their last claims. */
  former: Owner[];
  expected: number;
  /** When each kind of event was told last. */
  readonly toldUs: Map<number, number>;
  /** When the first of {@link Story.news} was told, */
  newsSinceUs: number;
  /** and how many were told since. */
  news: number;
  repeats: number;
  /** The kind of a change that was held back; undefined when all is told. */
  held: number | undefined;
}

export class OwnerTable {
  readonly columns: OwnerColumns;
  readonly #stories = new Map<number, Story>();
  readonly #waiting = new Set<number>();
  #forgotten = 0;
  /** When {@link due} has something to tell. */
  dueUs: number = Number.POSITIVE_INFINITY;

  constructor(capacity: number = OWNERS_MAX) {
    this.columns = new OwnerColumns(capacity, (row) => this.#forget(row));
  }

  /** Addresses that gave their place to others. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** @returns what there is to tell of it, if anything. */
  claim(claim: Claim): OwnerEvent | undefined {
    const row = this.columns.find(claim.key);
    if (row === undefined) return this.#begin(claim);
    if (this.columns.mac[row] !== claim.mac) return this.#move(row, claim);
    this.#stay(row, claim);
    const story = this.#stories.get(row);
    return story === undefined ? undefined : this.#remind(row, story, claim);
  }

  /** @returns changes that were held back and whose time has come. @param nowUs infinity at the end. */
  due(nowUs: number): OwnerEvent[] {
    const events: OwnerEvent[] = [];
    this.dueUs = Number.POSITIVE_INFINITY;
    for (const row of this.#waiting) {
      const story = this.#stories.get(row)!;
      const dueUs = dueOf(story);
      if (dueUs <= nowUs) events.push(this.#tell(row, story, story.held!, nowUs));
      else this.dueUs = Math.min(this.dueUs, dueUs);
    }
    return events;
  }

  #begin(claim: Claim): OwnerEvent | undefined {
    const row = this.columns.take(claim.key);
    this.#own(row, claim, claim);
    if (claim.expected < 0 || claim.expected === claim.mac) return undefined;
    return this.#tell(row, this.#storyOf(row, claim.expected), Kind.conflict, claim.atUs);
  }

  /** Makes the claim's MAC the present owner. */
  #own(row: number, claim: Claim, first: ClaimTime): void {
    this.columns.mac[row] = claim.mac;
    this.columns.sinceUs[row] = claim.atUs;
    this.columns.firstSeconds[row] = first.seconds;
    this.columns.firstNanoseconds[row] = first.nanoseconds;
    this.#stay(row, claim);
  }

  #stay(row: number, claim: Claim): void {
    const { columns } = this;
    columns.lastSeconds[row] = claim.seconds;
    columns.lastNanoseconds[row] = claim.nanoseconds;
    columns.lastUs[row] = claim.atUs;
    columns.asker[row] = claim.asker;
    columns.claims[row]! += 1;
  }

  #remind(row: number, story: Story, { mac, expected, atUs }: Claim): OwnerEvent | undefined {
    if (expected < 0 || mac === expected) return undefined;
    const toldUs = story.toldUs.get(Kind.conflict) ?? NEVER;
    return atUs - toldUs < REMIND_US ? undefined : this.#tell(row, story, Kind.conflict, atUs);
  }

  #move(row: number, claim: Claim): OwnerEvent | undefined {
    const story = this.#storyOf(row, claim.expected);
    const returning = story.former.find(({ mac }) => mac === claim.mac);
    const kind = this.#judge(row, claim, returning !== undefined);
    story.former = [...story.former.filter((owner) => owner !== returning), this.#presentOf(row)].slice(
      -FORMER_MAX,
    );
    this.#own(row, claim, returning?.first ?? claim);
    this.columns.changes[row]! += 1;
    const toldUs = story.toldUs.get(kind) ?? NEVER;
    // Only what was told before may wait: a MAC that nobody knew, or another kind of trouble, is news.
    const isNews = returning === undefined || claim.atUs - toldUs >= REPEAT_US;
    if (isNews && mayTell(story, claim.atUs)) return this.#tell(row, story, kind, claim.atUs);
    story.repeats += 1;
    story.held = kind;
    this.#waiting.add(row);
    this.dueUs = Math.min(this.dueUs, dueOf(story));
    return undefined;
  }

  #judge(row: number, claim: Claim, isReturning: boolean): number {
    const { columns } = this;
    if (claim.expected >= 0) return claim.mac === claim.expected ? Kind.changed : Kind.conflict;
    const silentUs = claim.atUs - columns.lastUs[row]!;
    const isSameQuestion = claim.asker !== 0 && claim.asker === columns.asker[row];
    if (isSameQuestion && silentUs <= ANSWER_US) return Kind.conflict;
    if (!isReturning) return Kind.changed;
    return claim.atUs - columns.sinceUs[row]! <= CONFLICT_US ? Kind.conflict : Kind.flipFlop;
  }

  #tell(row: number, story: Story, kind: number, atUs: number): OwnerEvent {
    const { repeats, expected } = story;
    story.toldUs.set(kind, atUs);
    if (atUs - story.newsSinceUs >= REPEAT_US) {
      story.newsSinceUs = atUs;
      story.news = 0;
    }
    story.news += 1;
    story.repeats = 0;
    story.held = undefined;
    this.#waiting.delete(row);
    const owners = [...story.former, this.#presentOf(row)];
    return { kind, key: this.columns.keyOf(row), owners, expected, repeats };
  }

  #presentOf(row: number): Owner {
    const { columns } = this;
    const atUs = columns.lastUs[row]!;
    return {
      mac: columns.mac[row]!,
      first: {
        seconds: columns.firstSeconds[row]!,
        nanoseconds: columns.firstNanoseconds[row]!,
        atUs,
      },
      last: { seconds: columns.lastSeconds[row]!, nanoseconds: columns.lastNanoseconds[row]!, atUs },
    };
  }

  #storyOf(row: number, expected: number): Story {
    const known = this.#stories.get(row);
    if (known !== undefined) return known;
    const story: Story = {
      former: [],
      expected,
      toldUs: new Map(),
      newsSinceUs: NEVER,
      news: 0,
      repeats: 0,
      held: undefined,
    };
    this.#stories.set(row, story);
    return story;
  }

  #forget(row: number): void {
    this.#forgotten += 1;
    this.#stories.delete(row);
    this.#waiting.delete(row);
  }
}

function mayTell({ newsSinceUs, news }: Story, atUs: number): boolean {
  return news < NEWS_MAX || atUs - newsSinceUs >= REPEAT_US;
}

/** When what is held back may be told. */
function dueOf({ held, toldUs, news, newsSinceUs }: Story): number {
  const lastUs = toldUs.get(held!) ?? NEVER;
  return (news < NEWS_MAX ? lastUs : Math.max(lastUs, newsSinceUs)) + REPEAT_US;
}
