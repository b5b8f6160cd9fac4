/**
 * A line of keepalived's notify FIFO: `INSTANCE "VI_1" MASTER 150`. Pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";

export type FifoLine =
  | {
      readonly kind: "word";
      readonly word: Pick<RecordOf<"keepalived.state">, "kind" | "name" | "state" | "priority">;
    }
  /** Of the load balancer, which shares the FIFO if `notify_fifo` says so. */
  | { readonly kind: "balancer" }
  | { readonly kind: "bad" };

/** The name stands between the first quote and the last: keepalived escapes nothing. */
const WORD = /^(INSTANCE|GROUP) "(.*)" ([A-Z_]+) (\d{1,3})$/;
const BALANCER = /^(VS|RS) /;
const PRIORITY_MAX = 255;

/** @param text one line without its end. */
export function readFifoLine(text: string): FifoLine {
  const [, kind, name, state, digits] = WORD.exec(text) ?? [];
  const priority = Number(digits);
  if (kind === undefined || priority > PRIORITY_MAX)
    return { kind: BALANCER.test(text) ? "balancer" : "bad" };
  return {
    kind: "word",
    word: { kind: kind as "INSTANCE" | "GROUP", name: name!, state: state!, priority },
  };
}

const NEWLINE = 0x0a;

/** Cuts octets into lines; what is longer than a line can be is dropped while it comes. */
export class LineCutter {
  static readonly LINE_BYTES_MAX = 4096;
  readonly #onLine: (text: string) => void;
  #rest: Uint8Array = new Uint8Array();

  /** @param onLine is given each line without its end; of one that is too long, an empty one. */
  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let bytes: Uint8Array = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      const isTooLong = end > LineCutter.LINE_BYTES_MAX;
      this.#onLine(isTooLong ? "" : Buffer.from(bytes.subarray(0, end)).toString("utf8"));
      bytes = bytes.subarray(end + 1);
    }
    // One octet more than fits tells at the line's end that it was too long.
    this.#rest = Uint8Array.from(bytes.subarray(0, LineCutter.LINE_BYTES_MAX + 1));
  }

  /** What a writer that is gone has left unfinished. @returns whether there was something. */
  cut(): boolean {
    const hadRest = this.#rest.length > 0;
    this.#rest = new Uint8Array();
    return hadRest;
  }
}
