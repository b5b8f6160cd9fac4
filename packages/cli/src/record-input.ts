/**
 * Standard input: lines as they were written, and what they mean.
 *
 * @module
 */
import type { Readable } from "node:stream";
import { LINE_BYTES_MAX, type Line, parseLine } from "@viptools/records";

export interface InputLine {
  readonly number: number;
  /** The line as it came, its end included: what is passed on. */
  readonly bytes: Uint8Array;
  readonly parsed: Line;
}

export interface RecordInputHandlers {
  onLine(line: InputLine): void;
  /** Called once, after the last line. */
  onEnd(): void;
}

const NEWLINE = 0x0a;

/** Cuts octets into lines, in pieces of any size. Pure. */
export class LineSplitter {
  readonly #onLine: (line: InputLine) => void;
  #number = 0;
  #parts: Uint8Array[] = [];
  #length = 0;
  #isTooLong = false;

  constructor(onLine: (line: InputLine) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end + 1));
      this.#emit();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  /** A last line without an end counts as a line. */
  end(): void {
    if (this.#length > 0 || this.#isTooLong) this.#emit();
  }

  /** What cannot be held is dropped while it comes: memory stays bounded. */
  #add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > LINE_BYTES_MAX) {
      this.#isTooLong = true;
      this.#parts = [];
    } else {
      this.#parts.push(Uint8Array.from(part));
    }
  }

  #emit(): void {
    this.#number += 1;
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const parsed: Line = this.#isTooLong
      ? { kind: "bad", message: `is longer than ${LINE_BYTES_MAX} octets` }
      : parseLine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").trimEnd());
    this.#parts = [];
    this.#length = 0;
    this.#isTooLong = false;
    this.#onLine({ number: this.#number, bytes, parsed });
  }
}

/** Reads records until the input ends or fails; both are an end. */
export function readRecords(input: Readable, handlers: RecordInputHandlers): void {
  const splitter = new LineSplitter((line) => handlers.onLine(line));
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    splitter.end();
    handlers.onEnd();
  };
  input.on("data", (chunk: Buffer) => splitter.push(chunk));
  input.once("end", end);
  input.once("error", end);
}
