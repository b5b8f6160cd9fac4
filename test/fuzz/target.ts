/**
 * What is fuzzed: a reader of ours, and what must hold whatever it is given.
 *
 * @module
 */

/** How inputs are changed: octets; text and JSON also by their words; lines of JSON one line at a time. */
export type Kind = "octets" | "text" | "json" | "lines";

export interface Target {
  readonly name: string;
  readonly kind: Kind;
  /** Inputs that are right, to begin with. */
  readonly seeds: () => readonly Uint8Array[];
  /** Errors that are an answer: the documented ones. Anything else that is thrown is a fault. */
  readonly refusals: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** Reads one input, and throws if something does not hold. */
  readonly play: (bytes: Uint8Array) => void;
  /** Puts right what no change would hit, such as a checksum, in place. */
  readonly mend?: (bytes: Uint8Array) => void;
  /** Longest input. */
  readonly longest?: number;
}

export type Outcome =
  | { readonly kind: "read" }
  | { readonly kind: "refused" }
  | { readonly kind: "fault"; readonly error: unknown };

/** A copy of the octets is what is read, so that a reader that writes into its input does no harm. */
export function playOnce({ play, refusals }: Target, bytes: Uint8Array): Outcome {
  try {
    play(bytes.slice());
    return { kind: "read" };
  } catch (error) {
    const isRefusal = refusals.some((kind) => error instanceof kind);
    return isRefusal ? { kind: "refused" } : { kind: "fault", error };
  }
}

export function octetsOf(...texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => Uint8Array.from(Buffer.from(text)));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
