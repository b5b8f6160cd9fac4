/**
 * Octets that come in pieces of any size, as one row: what waits to be read, and how far the reading is.
 *
 * @module
 */

const CAPACITY_MIN = 1 << 16;

export class ByteWindow {
  /** Only `at` to `end` means anything; moved and overwritten by the next {@link ByteWindow.push}. */
  memory: ArrayBuffer = new ArrayBuffer(CAPACITY_MIN);
  view: DataView = new DataView(this.memory);
  #bytes = new Uint8Array(this.memory);
  /** Where reading goes on. */
  at = 0;
  end = 0;
  /** How many octets the last question of {@link ByteWindow.has} was about. */
  wanted = 0;
  /** Octets that came before `bytes` begins. */
  #before = 0;

  /** How many octets were read since the beginning. */
  get offset(): number {
    return this.#before + this.at;
  }

  get waiting(): number {
    return this.end - this.at;
  }

  /** @returns whether so many octets wait. */
  has(count: number): boolean {
    this.wanted = count;
    return this.end - this.at >= count;
  }

  /** @returns a view. `subarray` would take three times as long, which for a million packets is most of all. */
  octets(start: number, end: number): Uint8Array {
    return new Uint8Array(this.memory, start, end - start);
  }

  /** Copies a piece behind what waits; the caller may use its memory again. */
  push(piece: Uint8Array): void {
    if (this.end + piece.length > this.#bytes.length) this.#makeRoom(piece.length);
    this.#bytes.set(piece, this.end);
    this.end += piece.length;
  }

  /** Doubles at least, so that small pieces of a large record are not moved each time. */
  #makeRoom(count: number): void {
    const waiting = this.#bytes.subarray(this.at, this.end);
    if (waiting.length + count > this.#bytes.length) {
      this.memory = new ArrayBuffer(Math.max(waiting.length + count, 2 * this.#bytes.length));
      this.view = new DataView(this.memory);
      this.#bytes = new Uint8Array(this.memory);
    }
    this.#bytes.set(waiting);
    this.#before += this.at;
    this.at = 0;
    this.end = waiting.length;
  }
}
