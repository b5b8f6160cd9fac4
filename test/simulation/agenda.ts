/**
 * What will happen, in the order of the network's time: pure. Things of the same time happen in the order in which they
 * were noted.
 *
 * @module
 */
interface Entry {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Agenda {
  /** A binary heap. */
  readonly #entries: Entry[] = [];
  #nowUs = 0;
  #noted = 0;

  /** The network's time. */
  get nowUs(): number {
    return this.#nowUs;
  }

  at(atUs: number, run: () => void): void {
    const entry: Entry = { atUs: Math.max(atUs, this.#nowUs), order: this.#noted++, run };
    const entries = this.#entries;
    let hole = entries.push(entry) - 1;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      if (!isBefore(entry, entries[above]!)) break;
      entries[hole] = entries[above]!;
      hole = above;
    }
    entries[hole] = entry;
  }

  /** Lets everything happen that falls due until then. */
  playUntil(untilUs: number): void {
    for (let next = this.#entries[0]; next !== undefined && next.atUs <= untilUs; next = this.#entries[0]) {
      this.#removeFirst();
      this.#nowUs = next.atUs;
      next.run();
    }
    this.#nowUs = untilUs;
  }

  #removeFirst(): void {
    const entries = this.#entries;
    const last = entries.pop()!;
    const { length } = entries;
    if (length === 0) return;
    let hole = 0;
    for (let below = 1; below < length; below = 2 * hole + 1) {
      if (below + 1 < length && isBefore(entries[below + 1]!, entries[below]!)) below += 1;
      if (!isBefore(entries[below]!, last)) break;
      entries[hole] = entries[below]!;
      hole = below;
    }
    entries[hole] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atUs < other.atUs || (one.atUs === other.atUs && one.order < other.order);
}
