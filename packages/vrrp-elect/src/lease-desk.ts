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
  #isReaderLate = false;
  #isScheduled = false;

  constructor(context: Context, bootId: string) {
    this.#context = context;
    this.#bootId = bootId;
  }

  /** @param late called when the reader of our records has left a whole lease unread; then no more are given. */
  onLateReader(late: (leaseUs: number) => void): void {
    this.#onLateReader = late;
  }

  /** Gives leases again. */
  readerIsBack(): void {
    this.#isReaderLate = false;
  }

  /**
   * Notes a lease; it is written at the end of this turn.
   *
   * @param sinceNs when its advert left, CLOCK_MONOTONIC.
   * @returns false if none is given any more, because the reader is late: the one before is the last.
   */
  grant(member: Member, kind: LeaseKind, validUs: number, sinceNs: bigint): boolean {
    // Once for all that is noted in one turn.
    if (!this.#isScheduled) this.#look(validUs);
    if (this.#isReaderLate) return false;
    const key = `${kind} ${validUs}`;
    const batch = this.#batches.get(key) ?? { kind, validUs, sinceNs, members: [] };
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
    this.#look(validUs);
  }

  /** Whether the reader has left the whole of such a lease unread. */
  #look(validUs: number): void {
    const late = this.#onLateReader;
    if (late === undefined || this.#isReaderLate) return;
    if (this.#context.output.oldestUnreadLeaseUs() < validUs) return;
    this.#isReaderLate = true;
    process.nextTick(late, validUs);
  }
}

function* inPieces(members: readonly Member[]): Generator<readonly Member[]> {
  for (let at = 0; at < members.length; at += MEMBERS_MAX) yield members.slice(at, at + MEMBERS_MAX);
}
