/**
 * Statements and blocks of a configuration. Pure.
 *
 * @module
 */
import { ConfError, type Place } from "./conf-error.ts";
import type { ConfLine } from "./conf-lines.ts";
import { type Token, tokensOf } from "./tokens.ts";

export interface Statement extends Place {
  readonly keyword: string;
  readonly words: readonly string[];
  /** What stands between its braces. */
  readonly block?: readonly Statement[];
}

/** @throws {ConfError} if braces or quotes do not match. */
export function parseConf(lines: readonly ConfLine[]): Statement[] {
  const builder = new TreeBuilder();
  for (const line of lines) builder.add(tokensOf(line.text, line), line);
  return builder.end();
}

type Growing = { -readonly [K in keyof Statement]: Statement[K] } & { words: string[]; block?: Statement[] };

class TreeBuilder {
  readonly #top: Growing[] = [];
  /** Statements whose block is open, the innermost last. */
  readonly #open: Growing[] = [];

  add(tokens: readonly Token[], place: Place): void {
    let current: Growing | undefined;
    for (const { text, isQuoted } of tokens) {
      if (!isQuoted && text === "{") {
        this.#openBlock(place);
        current = undefined;
      } else if (!isQuoted && text === "}") {
        if (this.#open.pop() === undefined) throw new ConfError(place, "} closes nothing: needs a { before");
        current = undefined;
      } else if (current === undefined) {
        current = { keyword: text, words: [], file: place.file, line: place.line };
        this.#siblings().push(current);
      } else current.words.push(text);
    }
  }

  end(): Statement[] {
    const open = this.#open.at(-1);
    if (open !== undefined)
      throw new ConfError(open, `the block of ${open.keyword} is not closed: needs a }`);
    return this.#top;
  }

  /** A brace may stand on the line after its statement. */
  #openBlock(place: Place): void {
    const owner = this.#siblings().at(-1);
    if (owner === undefined || owner.block !== undefined)
      throw new ConfError(place, "{ has no statement before it");
    owner.block = [];
    this.#open.push(owner);
  }

  #siblings(): Growing[] {
    const open = this.#open.at(-1);
    return open === undefined ? this.#top : (open.block as Growing[]);
  }
}

/** What a statement is called in a report: its words, and not what a password is. */
export function titleOf({ keyword, words }: Statement): string {
  return keyword === "auth_pass" ? "auth_pass" : [keyword, ...words].join(" ");
}
