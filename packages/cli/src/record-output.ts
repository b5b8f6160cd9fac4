/**
 * Standard output: own records with their heads, records passed on unchanged, for a reader who may be slow, frozen or
 * gone.
 *
 * @module
 */
import { formatLine, formatTimestamp, type KnownRecord, parseLine, type RecordBody } from "@viptools/records";
import { BulkLines } from "./bulk-lines.ts";
import { formatHuman, harmless } from "./human.ts";
import { LineQueue, type QueueEnd } from "./line-queue.ts";
import { ReaderWatch } from "./reader-watch.ts";

/** The clocks of this machine; `packages/kernel` has them. */
export interface Clocks {
  monotonicNs(): bigint;
  realtimeNs(): bigint;
}

/** Standard output as `packages/kernel` opens it. */
export interface OutputEnd extends QueueEnd {
  unread(): number | undefined;
  onLost(lost: () => void): void;
  close(): void;
}

export interface RecordOutputOptions {
  readonly end: OutputEnd;
  readonly clocks: Clocks;
  readonly tool: string;
  readonly host: string;
  readonly pid: number;
  readonly isHuman: boolean;
  /** What is written for people, without its end; undefined for nothing. Left out: the usual sentences. */
  readonly describe?: Describe | undefined;
  readonly passes: boolean;
  readonly passesHeartbeats: boolean;
}

export type Describe = (record: KnownRecord) => string | undefined;

/** When a record's fact happened, where that is not now: a captured packet's time. */
export interface Moment {
  readonly realtimeNs: bigint;
  /** Absent for a packet from a capture file. */
  readonly monotonicNs?: bigint;
}

const NEWLINE = 0x0a;
const QUEUE_BYTES_MAX = 1 << 20;
/** A disk pauses for longer than a reader that works, and nobody waits behind it. */
const FILE_QUEUE_BYTES_MAX = 1 << 24;
/** Pieces of lines that are rendered elsewhere: to a pipe that others share as PIPE_BUF wants it, to a file in few calls. */
const PIPE_PIECE_BYTES = 4096;
const FILE_PIECE_BYTES = 1 << 18;
/** Who can wait, waits above this. */
const PATIENCE_BYTES = 1 << 20;
const DRAIN_LIMIT_MS = 2000;
/** Said again and again: when the reader is slow, the next one will do. */
const HEARTBEATS: ReadonlySet<string> = new Set(["vrrp.lease", "vrrp.alive", "track.state", "tool.stats"]);
/** Of our own: counters are told when somebody asks, and of a check its tool tells people only what is new. */
const UNASKED: ReadonlySet<string> = new Set(["vrrp.lease", "vrrp.alive"]);
/** What is heard or sent in bulk, or forged in bulk: when the reader is slow, a count must do. */
const BULK: ReadonlySet<string> = new Set([
  "arp.seen",
  "ndp.seen",
  "arp.malformed",
  "ndp.malformed",
  "arp.kernel",
  "arp.changed",
  "arp.conflict",
  "arp.flip_flop",
  "vrrp.changed",
  "vrrp.healed",
  "garp.sent",
  "garp.answered",
  "garp.probed",
  "probe.asked",
]);

export class RecordOutput {
  readonly #options: RecordOutputOptions;
  readonly #queue: LineQueue;
  readonly #watch = new ReaderWatch();
  #sequence = 0;
  #dropped = 0;
  #onLost: (() => void) | undefined;
  #bulk: BulkLines | undefined;
  #mayDrop = true;

  constructor(options: RecordOutputOptions) {
    this.#options = options;
    const limit = options.end.kind === "file" ? FILE_QUEUE_BYTES_MAX : QUEUE_BYTES_MAX;
    this.#queue = new LineQueue(options.end, limit, () => this.#onLost?.());
  }

  /** @param lost called once, as soon as nobody can read the output any more. */
  onReaderLost(lost: () => void): void {
    this.#onLost = lost;
    this.#options.end.onLost(() => this.#queue.lose(new Error("reader is gone")));
    if (this.#queue.isLost) lost();
  }

  get isLost(): boolean {
    return this.#queue.isLost;
  }

  /** Sentences for a terminal instead of records. */
  get isHuman(): boolean {
    return this.#options.isHuman;
  }

  /** Heartbeats and bulk records that a slow reader made us drop. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What every record says of its writer. */
  get writer(): { readonly tool: string; readonly host: string; readonly pid: number } {
    const { tool, host, pid } = this.#options;
    return { tool, host, pid };
  }

  /** Takes the number of the next record. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /**
   * Where bulk records are rendered as whole lines; not for people. Each takes its number from {@link nextSequence}, and
   * keeps its place among the records of {@link write}.
   */
  openBulk(): BulkLines {
    const pieceBytes = this.#options.end.kind === "file" ? FILE_PIECE_BYTES : PIPE_PIECE_BYTES;
    this.#bulk = new BulkLines(pieceBytes, (lines, count) => {
      if (this.#queue.push(lines, this.#mayDrop)) this.#watch.wrote(lines.length);
      else this.#dropped += count;
    });
    return this.#bulk;
  }

  /** For who reads a file, and can wait with {@link settled}: no record is dropped, however slow the reader is. */
  keepAll(): void {
    this.#mayDrop = false;
    // Who waits for a reader has to hear that it is gone.
    this.onReaderLost(this.#onLost ?? (() => {}));
  }

  /**
   * For those who can wait, as who reads a file can.
   *
   * @returns what to wait for before more is written; undefined while there is room. Ends when the reader is lost, too.
   */
  settled(): Promise<void> | undefined {
    this.#bulk?.flush();
    return this.#queue.queuedBytes > PATIENCE_BYTES ? this.#queue.whenBelow(PATIENCE_BYTES) : undefined;
  }

  /** Waits until what was written has left, or the reader is lost, as long as it takes. */
  async drained(): Promise<void> {
    this.#bulk?.flush();
    await this.#queue.drain();
  }

  /** Writes a record of our own. */
  write(body: RecordBody, moment?: Moment): void {
    const { clocks, tool, host, pid } = this.#options;
    this.#bulk?.flush();
    this.#sequence += 1;
    const at = moment ?? { realtimeNs: clocks.realtimeNs(), monotonicNs: clocks.monotonicNs() };
    const mono = at.monotonicNs === undefined ? undefined : String(at.monotonicNs);
    const stamp = { tool, host, pid, ts: formatTimestamp(at.realtimeNs), mono_ns: mono, seq: this.#sequence };
    const line = formatLine(stamp, body);
    this.#push(body.type, this.#options.isHuman ? this.#humanLine(line, UNASKED) : Buffer.from(line));
  }

  /** Passes on a line that was read, unchanged; a last one that was cut gets its end, or our next record would be part of it. */
  pass(read: Uint8Array, type: string | undefined): void {
    if (!this.#options.passes) return;
    const line = read.at(-1) === NEWLINE ? read : Buffer.concat([read, Buffer.of(NEWLINE)]);
    if (!this.#options.passesHeartbeats && type !== undefined && HEARTBEATS.has(type)) return;
    this.#push(type, this.#shown(line));
  }

  /** Whoever wrote it may mean the terminal: there it is not passed on as it is, even with `--json`. */
  #shown(line: Uint8Array): Uint8Array {
    const { isHuman, end } = this.#options;
    if (!isHuman && end.kind !== "terminal") return line;
    const text = Buffer.from(line).toString("utf8");
    return isHuman ? this.#humanLine(text, HEARTBEATS) : Buffer.from(`${harmless(text.trimEnd())}\n`);
  }

  /** Microseconds for which the oldest lease in the pipe has not been read; 0 where nobody can tell. */
  oldestUnreadLeaseUs(): number {
    const unread = this.#options.end.unread();
    if (unread === undefined) return 0;
    return this.#watch.oldestUnreadUs(unread + this.#queue.queuedBytes, this.#nowUs());
  }

  /** True once the reader has read something, and where nobody can tell. */
  hasBeenRead(): boolean {
    const unread = this.#options.end.unread();
    return unread === undefined || this.#watch.hasRead(unread + this.#queue.queuedBytes);
  }

  /** Gives up on a reader that does not read: nothing more is written, and nothing is waited for. */
  abandon(): void {
    this.#onLost = undefined;
    this.#queue.lose(new Error("reader is frozen"));
  }

  /**
   * Waits until the reader has taken what was written, at most two seconds: for who has more than may be queued.
   *
   * @returns whether it has.
   */
  async drain(): Promise<boolean> {
    await this.#queue.drain(DRAIN_LIMIT_MS);
    return this.#queue.queuedBytes === 0;
  }

  /** Waits until what was written has left, at most two seconds. */
  async finish(): Promise<void> {
    this.#bulk?.flush();
    await this.#queue.drain(DRAIN_LIMIT_MS);
    this.#options.end.close();
  }

  #push(type: string | undefined, line: Uint8Array): void {
    const mayDrop = this.#mayDrop && type !== undefined && (HEARTBEATS.has(type) || BULK.has(type));
    if (!this.#queue.push(line, mayDrop)) {
      this.#dropped += 1;
      return;
    }
    this.#watch.wrote(line.length);
    if (type === "vrrp.lease") this.#watch.expectRead(this.#nowUs());
  }

  #nowUs(): number {
    return Number(this.#options.clocks.monotonicNs() / 1000n);
  }

  /** On a terminal nobody wants heartbeats, and what the wire brought must not move the cursor. */
  #humanLine(line: string, unwanted: ReadonlySet<string>): Uint8Array {
    const parsed = parseLine(line);
    if (parsed.kind !== "record") return Buffer.from(`${formatHuman(line.trimEnd())}\n`);
    if (unwanted.has(parsed.record.type)) return NOTHING;
    const text = (this.#options.describe ?? formatHuman)(parsed.record);
    return text === undefined ? NOTHING : Buffer.from(`${text}\n`);
  }
}

const NOTHING = new Uint8Array();
