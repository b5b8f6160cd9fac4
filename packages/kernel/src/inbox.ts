/**
 * Where messages of a socket are received: as many as wait, each in a slot of its own.
 *
 * @module
 */
import { META_FIELDS, Meta, native, RECEIVE_BATCH } from "./native.ts";

export class Inbox {
  readonly #slotBytes: number;
  readonly #arena: Uint8Array;
  readonly #meta = new Float64Array(RECEIVE_BATCH * META_FIELDS);

  /** @param slotBytes longest message that is kept whole. @param slots how many at once, at most {@link RECEIVE_BATCH}. */
  constructor(slotBytes: number, slots: number = RECEIVE_BATCH) {
    this.#slotBytes = slotBytes;
    this.#arena = new Uint8Array(slots * slotBytes);
  }

  /** Takes what waits now, at most a batch. @returns how many messages, or minus errno. */
  receive(fd: number): number {
    return native.receive(fd, this.#arena, this.#slotBytes, this.#meta);
  }

  /** @returns a copy of message `n`, cut at the slot's end. */
  message(n: number): Uint8Array {
    const start = n * this.#slotBytes;
    return this.#arena.slice(start, start + Math.min(this.#slotBytes, this.meta(n, Meta.length)));
  }

  /** The same, as it lies there: overwritten by the next {@link receive}. */
  view(n: number): Uint8Array {
    const start = n * this.#slotBytes;
    return this.#arena.subarray(start, start + Math.min(this.#slotBytes, this.meta(n, Meta.length)));
  }

  /** @param field one of {@link Meta}. */
  meta(n: number, field: number): number {
    return this.#meta[n * META_FIELDS + field]!;
  }
}
