/**
 * Words of a line of keepalived.conf: quotes, escapes, braces and comments. Pure.
 *
 * @module
 */
import { ConfError, type Place } from "./conf-error.ts";

export interface Token {
  readonly text: string;
  /** Part of it stood in quotes, so braces in it are text. */
  readonly isQuoted: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const NUMBER_ESCAPE = /^(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))/;

/** @returns the line without its comment, which begins with `#` or `!` outside quotes. */
export function withoutComment(line: string): string {
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const c = line[at]!;
    if (c === "\\") at += 1;
    else if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === "#" || c === "!") return line.slice(0, at);
  }
  return line;
}

/** @throws {ConfError} if a quote is not closed. */
export function tokensOf(line: string, place: Place): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at]!)) {
      at += 1;
      continue;
    }
    const { token, end } = readToken(line, at, place);
    tokens.push(...splitBraces(token));
    at = end;
  }
  return tokens;
}

function readToken(line: string, start: number, place: Place): { token: Token; end: number } {
  let [text, quote, isQuoted] = ["", "", false];
  let at = start;
  for (; at < line.length && (quote !== "" || !/\s/.test(line[at]!)); at++) {
    const c = line[at]!;
    if (c === "\\" && at + 1 < line.length) {
      const { meant, length } = readEscape(line.slice(at + 1));
      text += meant;
      at += length;
    } else if (quote === "" && (c === '"' || c === "'")) {
      quote = c;
      isQuoted = true;
    } else if (c === quote) quote = "";
    else text += c;
  }
  if (quote !== "") throw new ConfError(place, `a quote is not closed: needs another ${quote}`);
  return { token: { text, isQuoted }, end: at };
}

/** @param rest what follows the backslash. */
function readEscape(rest: string): { meant: string; length: number } {
  const [all, hex, octal] = NUMBER_ESCAPE.exec(rest) ?? [];
  if (all !== undefined)
    return { meant: String.fromCharCode(Number.parseInt(hex ?? octal!, hex ? 16 : 8)), length: all.length };
  return { meant: ESCAPES[rest[0]!] ?? rest[0]!, length: 1 };
}

/** `VI_1{` is two words; `${NAME}` that nobody defined is one. */
function splitBraces(token: Token): Token[] {
  const { text, isQuoted } = token;
  if (isQuoted || text.length < 2 || text.includes("${")) return [token];
  const parts = text.split(/([{}])/).filter((part) => part !== "");
  return parts.map((part) => ({ text: part, isQuoted: false }));
}

/** What a script's string says, cut at blanks; what must hold one stands in single quotes. */
export function commandWords(command: string): string[] {
  return [...command.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ""));
}
