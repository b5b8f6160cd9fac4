/**
 * What could not be carried over, with its place.
 *
 * @module
 */
import { type Statement, titleOf } from "./conf-tree.ts";

export interface LeftOut {
  readonly file: string;
  readonly line: number;
  /** The statement as it stands there. */
  readonly statement: string;
  readonly why: string;
}

export class Report {
  readonly #leftOut: LeftOut[] = [];

  /** @param why a sentence with what to do instead; no final period. */
  leave(statement: Statement, why: string): void {
    const { file, line } = statement;
    this.#leftOut.push({ file, line, statement: titleOf(statement), why });
  }

  /** In the order of the files' lines. */
  get leftOut(): readonly LeftOut[] {
    return this.#leftOut.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  }
}

/** @returns the number. undefined if it is none, or out of range, which is told. */
export function readNumber(
  statement: Statement,
  report: Report,
  { least, most, isWhole = true }: { least: number; most: number; isWhole?: boolean },
): number | undefined {
  const [word = ""] = statement.words;
  const number = Number(word);
  const isRight = /^-?\d+(\.\d+)?$/.test(word) && number >= least && number <= most;
  if (isRight && (!isWhole || Number.isInteger(number))) return number;
  report.leave(statement, `needs a ${isWhole ? "whole " : ""}number from ${least} to ${most}`);
  return undefined;
}
