/**
 * Places in a configuration, and what is wrong at one.
 *
 * @module
 */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The file cannot be understood: nothing is made of it. */
export class ConfError extends Error {
  override readonly name: string = "ConfError";

  /** @param message what was seen, what is needed; no final period. */
  constructor({ file, line }: Place, message: string) {
    super(`${file}, line ${line}: ${message}`);
  }
}
