/**
 * Lines that are rendered as octets where they happen, because there are too many of them for an object each. They are
 * held until a piece is full, the turn of the loop ends, or another record is written.
 *
 * @module
 */

/** Longest line there is room for. */
const LINE_ROOM = 1 << 14;

export class BulkLines {
  /** Where lines are rendered: from {@link length} on there is room for one. */
  readonly bytes: Uint8Array;
  readonly #pieceBytes: number;
  readonly #hand: (lines: Uint8Array, count: number) => void;
  #length = 0;
  #count = 0;
  #isScheduled = false;

  /**
   * @param pieceBytes whole lines are handed on in pieces of at most so many octets.
   * @param hand gets each piece, a copy, and how many lines are in it.
   */
  constructor(pieceBytes: number, hand: (lines: Uint8Array, count: number) => void) {
    this.bytes = new Uint8Array(pieceBytes + LINE_ROOM);
    this.#pieceBytes = pieceBytes;
    this.#hand = hand;
  }

  /** Where the next line begins. */
  get length(): number {
    return this.#length;
  }

  /** @param end the place behind a line that was rendered at {@link length}. */
  add(end: number): void {
    if (end > this.#pieceBytes && this.#count > 0) {
      const start = this.#length;
      this.flush();
      this.bytes.copyWithin(0, start, end);
      this.#length = end - start;
    } else this.#length = end;
    this.#count += 1;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Hands on what is held. */
  flush(): void {
    if (this.#count === 0) return;
    const [lines, count] = [this.bytes.slice(0, this.#length), this.#count];
    this.#length = 0;
    this.#count = 0;
    this.#hand(lines, count);
  }
}
