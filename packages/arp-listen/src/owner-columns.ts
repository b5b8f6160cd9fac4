/**
 * A row of numbers for each address that is remembered, in a fixed number of rows: when all are taken, the one that was
 * not asked for longest, or nearly so, gives its place away (second chance). Memory ends there, whatever a flood brings.
 *
 * @module
 */

/** What an address is remembered by: see `segmentKey`. */
export type AddressKey = number | string;

/** One claim, or what is left of one. */
export interface ClaimTime {
  /** CLOCK_REALTIME: whole seconds since 1970, and nanoseconds below one. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Microseconds of the clock that durations are measured by. */
  readonly atUs: number;
}

export class OwnerColumns {
  /** The 48 bits of the MAC that claimed the address last. */
  readonly mac: Float64Array;
  readonly firstSeconds: Float64Array;
  readonly firstNanoseconds: Uint32Array;
  readonly lastSeconds: Float64Array;
  readonly lastNanoseconds: Uint32Array;
  readonly lastUs: Float64Array;
  /** Whom the last claim answered; 0 for nobody in particular. */
  readonly asker: Float64Array;
  readonly claims: Uint32Array;
  readonly changes: Uint32Array;
  readonly #wasUsed: Uint8Array;
  readonly #keys: AddressKey[] = [];
  readonly #rows = new Map<AddressKey, number>();
  readonly #capacity: number;
  readonly #onForget: (row: number) => void;
  #hand = 0;

  /** @param onForget called before a row gets another address. */
  constructor(capacity: number, onForget: (row: number) => void) {
    this.#capacity = capacity;
    this.#onForget = onForget;
    this.mac = new Float64Array(capacity);
    this.firstSeconds = new Float64Array(capacity);
    this.firstNanoseconds = new Uint32Array(capacity);
    this.lastSeconds = new Float64Array(capacity);
    this.lastNanoseconds = new Uint32Array(capacity);
    this.lastUs = new Float64Array(capacity);
    this.asker = new Float64Array(capacity);
    this.claims = new Uint32Array(capacity);
    this.changes = new Uint32Array(capacity);
    this.#wasUsed = new Uint8Array(capacity);
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#rows.size;
  }

  /** @returns its row; undefined for an address that is not remembered. */
  find(key: AddressKey): number | undefined {
    const row = this.#rows.get(key);
    if (row !== undefined) this.#wasUsed[row] = 1;
    return row;
  }

  keyOf(row: number): AddressKey {
    return this.#keys[row]!;
  }

  /** @returns all rows that are taken, oldest address first. */
  rows(): IterableIterator<number> {
    return this.#rows.values();
  }

  /** @returns a row for an address that is not remembered yet. */
  take(key: AddressKey): number {
    const row = this.#rows.size < this.#capacity ? this.#rows.size : this.#free();
    this.#keys[row] = key;
    this.#rows.set(key, row);
    this.#wasUsed[row] = 0;
    this.claims[row] = 0;
    this.changes[row] = 0;
    return row;
  }

  #free(): number {
    while (this.#wasUsed[this.#hand] === 1) {
      this.#wasUsed[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.#capacity;
    }
    const row = this.#hand;
    this.#hand = (row + 1) % this.#capacity;
    this.#onForget(row);
    this.#rows.delete(this.#keys[row]!);
    return row;
  }
}
