/**
 * Writes packets to a pcap file, with nanoseconds, in batches; or to standard output.
 *
 * @module
 */
import { createWriteStream, openSync, statSync } from "node:fs";
import type { Writable } from "node:stream";
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { CAPTURED_LENGTH_MAX, LinkType, PcapBatch } from "@viptools/wire";

export const STANDARD_OUTPUT = "-";

/** The longest packet fits, with both headers. */
const BATCH_BYTES = 2 * CAPTURED_LENGTH_MAX;
/** A batch that does not fill leaves after this long, for those who read the file meanwhile. */
const FLUSH_MS = 200;
/** What a slow disk has not taken; beyond it, packets are dropped, and counted. */
const QUEUE_BYTES_MAX = 1 << 26;
/** pcap counts seconds with 32 bits. */
const SECONDS_MAX = 0xffff_ffff;

const WHY: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full (ENOSPC), needs room",
  EPIPE: "its reader is gone (EPIPE)",
};

export class CaptureWriter {
  readonly #path: string;
  /** For people. */
  readonly name: string;
  #stream: Writable | undefined;
  #linkType: number | undefined;
  #batch = new PcapBatch(BATCH_BYTES);
  #timer: NodeJS.Timeout | undefined;
  #written = 0;
  #dropped = 0;
  #failure: ExitError | undefined;
  #onFailed: (() => void) | undefined;

  /**
   * @param path of a file; "-" for standard output.
   * @param linkType of all packets, where it is known: then the file is emptied now, and not at the first packet.
   * @throws {ExitError} outputLost if it cannot be opened.
   */
  constructor(path: string, linkType?: number) {
    this.#path = path;
    this.name = path === STANDARD_OUTPUT ? "standard output" : `"${path}"`;
    if (linkType !== undefined) this.#begin(linkType);
  }

  /** Packets that were given and not dropped. */
  get written(): number {
    return this.#written;
  }

  /** Packets that a slow disk made us drop. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param failed called once, when nothing more can be written: `finish` throws what is to be said. */
  onFailed(failed: () => void): void {
    this.#onFailed = failed;
  }

  /**
   * Copies a packet.
   *
   * @param bytes 262,144 at most. @param length how long it was on the wire.
   * @throws {ExitError} outputLost if the file cannot be opened; badInput for what pcap cannot hold: a second link type,
   * a time after 2106.
   */
  add(bytes: Uint8Array, linkType: number, seconds: number, nanoseconds: number, length: number): void {
    if (this.#failure !== undefined) return;
    const stream = linkType === this.#linkType ? this.#stream! : this.#begin(linkType);
    if (seconds > SECONDS_MAX)
      this.#refuse(`a packet is of second ${seconds} since 1970, pcap ends at ${SECONDS_MAX}`);
    if (stream.writableLength > QUEUE_BYTES_MAX) {
      this.#dropped += 1;
      return;
    }
    if (!this.#batch.fits(bytes.length)) this.#flush();
    this.#batch.add(bytes, seconds, nanoseconds, length);
    this.#written += 1;
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  /** @returns what to wait for before more is given, undefined while there is room. @throws {ExitError} as `finish`. */
  settled(): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const stream = this.#stream;
    if (stream === undefined || !stream.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      stream.once("drain", resolve).once("close", resolve);
    });
  }

  /** Writes what is left; a file to which nothing was given is a capture without packets. @throws {ExitError} outputLost. */
  async finish(): Promise<void> {
    const stream = this.#stream ?? this.#begin(LinkType.ethernet);
    this.#flush();
    await new Promise<void>((resolve) => {
      // Asking for process.stdout opens it, and our own end of it is open already.
      if (this.#path === STANDARD_OUTPUT) stream.write("", () => resolve());
      else if (stream.closed) resolve();
      else stream.once("close", resolve).end();
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  #begin(linkType: number): Writable {
    if (this.#linkType !== undefined)
      this.#refuse(
        `packets of link types ${this.#linkType} and ${linkType} are told, and a pcap file holds one`,
      );
    const stream = this.#open();
    stream.on("error", (error) => this.#fail(error));
    this.#stream = stream;
    this.#linkType = linkType;
    this.#batch.begin(linkType);
    return stream;
  }

  #open(): Writable {
    if (this.#path === STANDARD_OUTPUT) return process.stdout;
    try {
      return createWriteStream(this.#path, { fd: openSync(this.#path, "w") });
    } catch (error) {
      throw this.#explain(error as NodeJS.ErrnoException);
    }
  }

  #refuse(seen: string): never {
    throw new ExitError(ExitCode.badInput, `cannot write ${this.name}: ${seen}`);
  }

  /** A batch that is on its way belongs to the stream. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { written } = this.#batch;
    if (written.length === 0 || this.#failure !== undefined) return;
    this.#stream?.write(written);
    this.#batch = new PcapBatch(BATCH_BYTES);
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#failure !== undefined) return;
    this.#failure = this.#explain(error);
    this.#onFailed?.();
  }

  #explain(error: NodeJS.ErrnoException): ExitError {
    const code = error.code ?? error.message;
    return new ExitError(ExitCode.outputLost, `cannot write ${this.name}: ${WHY[code] ?? code}`);
  }
}

/**
 * What `-w` asks for.
 *
 * @param path undefined if it asks for nothing.
 * @param from what is read, which must be another file.
 * @param linkType as the writer takes it.
 * @throws {ExitError} usage; outputLost if the file cannot be opened.
 */
export function openWriter(
  path: string | undefined,
  from: string | undefined,
  linkType?: number,
): CaptureWriter | undefined {
  if (path === undefined) return undefined;
  if (path === STANDARD_OUTPUT && process.stdout.isTTY)
    throw new ExitError(ExitCode.usage, "-w - would write a capture to the terminal: needs a pipe or a file");
  if (from !== undefined && isSameFile(path, from))
    throw new ExitError(
      ExitCode.usage,
      `-r and -w both name "${path}": reading needs what writing would empty`,
    );
  return new CaptureWriter(path, linkType);
}

/** Ends the file, and tells people how many packets are in it. @throws {ExitError} outputLost. */
export async function finishWriter(writer: CaptureWriter | undefined, context: Context): Promise<void> {
  if (writer === undefined) return;
  await writer.finish();
  const lost = writer.dropped === 0 ? "" : `, ${writer.dropped} dropped: what is behind it is too slow`;
  context.say(`${writer.written} packets written to ${writer.name}${lost}`);
}

function isSameFile(a: string, b: string): boolean {
  try {
    const [one, other] = [statSync(a), statSync(b)];
    return one.isFile() && one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}
