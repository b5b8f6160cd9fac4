/**
 * Leases of all virtual routers of this process: those that fall due in one turn of the loop are one record, so that
 * whoever follows can refresh them in one step.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { realtimeNs } from "@viptools/kernel";
import { aliveRecord, type LeaseKind, leaseRecord, type Member } from "./self-report.ts";

interface Batch {
  readonly kind: LeaseKind;
  readonly validUs: number;
  /** When the first advert of the batch left: the lease of none counts from later. */
  readonly sinceNs: bigint;
  readonly members: Member[];
}

/** Records stay below the size of an atomic write. */
const MEMBERS_MAX = 64;

export class LeaseDesk {
  readonly #context: Context;
  readonly #bootId: string;
  readonly #batches = new Map<string, Batch>();
  #onLateReader: ((leaseUs: number) => void) | undefined;
  /** The longest lease of which the whole was left unread; 0 while the reader is in time. */
  #lateLeaseUs = 0;
  #latenesses = 0;
  #isScheduled = false;

  constructor(context: Context, bootId: string) {
    this.#context = context;
    this.#bootId = bootId;
  }

  /** How often the reader was late. */
  get latenesses(): number {
    return this.#latenesses;
  }

  /**
   * @param late called when the reader of our records has left the whole of such a lease unread. Then no such lease is
   *   given, nor a shorter one, and it is called again for longer ones.
   */
  onLateReader(late: (leaseUs: number) => void): void {
    this.#onLateReader = late;
  }

  /** Gives leases again. */
  readerIsBack(): void {
    this.#lateLeaseUs = 0;
  }

  /**
   * Notes a lease; it is written at the end of this turn.
   *
   * @param sinceNs when its advert left, CLOCK_MONOTONIC.
   * @returns false if none is given any more, because the reader is late: the one before is the last.
   */
  grant(member: Member, kind: LeaseKind, validUs: number, sinceNs: bigint): boolean {
    const key = `${kind} ${validUs}`;
    const known = this.#batches.get(key);
    // Once for all of a kind that are noted in one turn.
    if (known === undefined && kind === "speaking") this.#look(validUs);
    if (validUs <= this.#lateLeaseUs) return false;
    const batch = known ?? { kind, validUs, sinceNs, members: [] };
    this.#batches.set(key, batch);
    batch.members.push(member);
    if (!this.#isScheduled) process.nextTick(() => this.flush());
    this.#isScheduled = true;
    return true;
  }

  /** Writes what was noted. */
  flush(): void {
    this.#isScheduled = false;
    const batches = [...this.#batches.values()];
    this.#batches.clear();
    for (const batch of batches) this.#write(batch);
  }

  /** Says of those who own nothing that they are alive. */
  beat(members: readonly Member[]): void {
    for (const some of inPieces(members)) this.#context.write(aliveRecord(some, this.#bootId));
  }

  #write({ kind, validUs, sinceNs, members }: Batch): void {
    const moment = { realtimeNs: realtimeNs(), monotonicNs: sinceNs };
    for (const some of inPieces(members))
      this.#context.write(leaseRecord(some, kind, validUs, this.#bootId), moment);
    if (kind === "speaking") this.#look(validUs);
  }

  /** Whether the reader has left the whole of such a lease unread. */
  #look(validUs: number): void {
    const late = this.#onLateReader;
    if (late === undefined || validUs <= this.#lateLeaseUs) return;
    if (this.#context.output.oldestUnreadLeaseUs() < validUs) return;
    if (this.#lateLeaseUs === 0) this.#latenesses += 1;
    this.#lateLeaseUs = validUs;
    process.nextTick(late, validUs);
  }
}

function* inPieces(members: readonly Member[]): Generator<readonly Member[]> {
  for (let at = 0; at < members.length; at += MEMBERS_MAX) yield members.slice(at, at + MEMBERS_MAX);
}
