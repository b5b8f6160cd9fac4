/**
 * Lines on their way out: written when the reader takes them, never waited for.
 *
 * Lines leave in pieces of whole lines of at most {@link ATOMIC_BYTES}, so that several tools can share one pipe
 * (pipe(7): a write of up to PIPE_BUF octets is not torn apart).
 *
 * @module
 */

/** What the queue needs of a descriptor; `packages/kernel` has it. */
export interface QueueEnd {
  readonly kind: "pipe" | "socket" | "terminal" | "file";
  /** What was taken last is still on its way, and may be refused yet: then the next `write` throws. */
  readonly isBusy: boolean;
  write(bytes: Uint8Array): number;
  onWritable(ready: () => void): void;
}

const ATOMIC_BYTES = 4096;
const NOTHING = new Uint8Array();
/**
 * Nobody shares a file's write with us. Each is done by a thread that has to be woken, which takes long on a busy machine:
 * the more waits, the more leaves at once.
 */
const FILE_BYTES = 1 << 20;

export class LineQueue {
  readonly #end: QueueEnd;
  readonly #limitBytes: number;
  readonly #onLost: (error: unknown) => void;
  readonly #pieceBytes: number;
  #lines: Uint8Array[] = [];
  /** Lines before this place are written: taking them off the front one by one would move all others. */
  #first = 0;
  /** What the end did not take of the last piece. */
  #rest: Uint8Array | undefined;
  #queuedBytes = 0;
  #isWaiting = false;
  #isScheduled = false;
  #isLost = false;
  #whenEmpty: (() => void) | undefined;
  #whenBelow: { readonly bytes: number; readonly resolve: () => void } | undefined;

  /**
   * @param limitBytes above it, lines that may be dropped are.
   * @param onLost called once, when the end can be written to no more.
   */
  constructor(end: QueueEnd, limitBytes: number, onLost: (error: unknown) => void) {
    this.#end = end;
    this.#pieceBytes = end.kind === "file" ? FILE_BYTES : ATOMIC_BYTES;
    this.#limitBytes = limitBytes;
    this.#onLost = onLost;
  }

  /** @returns false if the line was dropped. What was queued in one turn of the loop leaves together at its end. */
  push(line: Uint8Array, mayDrop: boolean): boolean {
    if (line.length === 0) return true;
    if (this.#isLost || (mayDrop && this.#queuedBytes + line.length > this.#limitBytes)) return false;
    this.#lines.push(line);
    this.#queuedBytes += line.length;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      process.nextTick(() => this.flush());
    }
    return true;
  }

  /** Writes what the end takes now. */
  flush(): void {
    this.#isScheduled = false;
    try {
      while (!this.#isWaiting && !this.#isLost && this.#queuedBytes > 0) this.#writePiece();
    } catch (error) {
      this.lose(error);
    }
    if (this.#queuedBytes === 0 && this.#hasLeft()) this.#settle();
    this.#settleBelow();
  }

  /** Gives up: what is queued cannot be delivered. */
  lose(error: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#lines = [];
    this.#first = 0;
    this.#rest = undefined;
    this.#queuedBytes = 0;
    this.#settle();
    this.#settleBelow();
    this.#onLost(error);
  }

  /** Octets that the end has not taken yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Resolves when everything is written or lost, or after `limitMs`; without one, it waits as long as it takes. */
  async drain(limitMs?: number): Promise<void> {
    this.flush();
    if (this.#queuedBytes === 0 && !this.#end.isBusy) return;
    await new Promise<void>((resolve) => {
      const timer = limitMs === undefined ? undefined : setTimeout(resolve, limitMs);
      this.#whenEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#hasLeft();
    });
  }

  /** @returns whether the last piece has left; if it has not, and somebody waits for that, comes back when it has. */
  #hasLeft(): boolean {
    if (this.#isLost || !this.#end.isBusy) return true;
    if (this.#whenEmpty !== undefined && !this.#isWaiting) this.#whenWritable();
    return false;
  }

  #whenWritable(): void {
    this.#isWaiting = true;
    this.#end.onWritable(() => {
      this.#isWaiting = false;
      if (this.#end.kind === "file") this.#checkLast();
      this.flush();
    });
  }

  /** A disk says afterwards that it is full. */
  #checkLast(): void {
    try {
      this.#end.write(NOTHING);
    } catch (error) {
      this.lose(error);
    }
  }

  /** Resolves when no more than so many octets are queued; one may wait at a time. */
  async whenBelow(bytes: number): Promise<void> {
    this.flush();
    if (this.#queuedBytes <= bytes) return;
    await new Promise<void>((resolve) => {
      this.#whenBelow = { bytes, resolve };
    });
  }

  #settleBelow(): void {
    const waiting = this.#whenBelow;
    if (waiting === undefined || this.#queuedBytes > waiting.bytes) return;
    this.#whenBelow = undefined;
    waiting.resolve();
  }

  #settle(): void {
    this.#whenEmpty?.();
    this.#whenEmpty = undefined;
  }

  #writePiece(): void {
    const piece = this.#rest ?? this.#nextPiece();
    const taken = this.#end.write(piece);
    this.#queuedBytes -= taken;
    this.#rest = taken === piece.length ? undefined : piece.subarray(taken);
    if (this.#rest !== undefined) this.#whenWritable();
  }

  /** Takes whole lines off the front; at least one. */
  #nextPiece(): Uint8Array {
    const start = this.#first;
    let bytes = 0;
    let end = start;
    while (
      end < this.#lines.length &&
      (end === start || bytes + this.#lines[end]!.length <= this.#pieceBytes)
    ) {
      bytes += this.#lines[end]!.length;
      end += 1;
    }
    const taken = this.#lines.slice(start, end);
    this.#first = end;
    // As many were taken as are moved now, so each line is moved once at most; and none is kept that has left.
    if (2 * this.#first >= this.#lines.length) this.#compact();
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken);
  }

  #compact(): void {
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}
