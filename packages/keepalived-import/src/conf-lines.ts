/**
 * The lines of a configuration as keepalived takes them: included files, conditional lines (`@host`), parameters
 * (`$NAME`) and sequences (`~SEQ`) are resolved. Pure; files come from the caller.
 *
 * @module
 */
import { ConfError, type Place } from "./conf-error.ts";
import { withoutComment } from "./tokens.ts";

export interface ConfLine extends Place {
  readonly text: string;
}

export interface ConfFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

export interface LineSource {
  /** What `@` and `${_INSTANCE}` mean. */
  readonly configId: string;
  /** @param pattern as it stands after `include`. @returns the files that match. */
  find(pattern: string, folder: string): readonly ConfFile[];
}

const INCLUDE = /^include[rmwba]?\s+(.+)$/;
const DEFINITION = /^\$([A-Za-z_]\w*)=(.*)$/s;
const CONDITION = /^@(\^?)(\S*)\s*(.*)$/s;
const SEQUENCE = /^~SEQ(x?)\(([^)]*)\)\s*(.*)$/s;
const DEPTH_MAX = 50;
const SEQUENCE_MAX = 10_000;
/** Parameters and sequences within others multiply: a few lines could go on for ever. */
const LINES_MAX = 100_000;
const LINE_LENGTH_MAX = 65_536;

export class LineReader {
  readonly #source: LineSource;
  readonly #parameters = new Map<string, string>();
  readonly #lines: ConfLine[] = [];
  #taken = 0;

  constructor(source: LineSource) {
    this.#source = source;
    for (const [name, value] of [
      ["_INSTANCE", source.configId],
      ["_HASH", "#"],
      ["_BANG", "!"],
    ] as const)
      this.#parameters.set(name, value);
  }

  /** @returns lines that are not empty. @throws {ConfError} */
  read(file: ConfFile): readonly ConfLine[] {
    this.#readFile(file, 0);
    return this.#lines;
  }

  #readFile({ path, folder, text }: ConfFile, depth: number): void {
    let began: Place | undefined;
    let parts: string[] = [];
    text.split("\n").forEach((raw, n) => {
      const place = { file: path, line: n + 1 };
      if (depth > DEPTH_MAX) throw new ConfError(place, "files include each other: needs an end");
      const line = withoutComment(raw.replace(/\r$/, "")).trim();
      began ??= place;
      parts.push(line.replace(/\\$/, "").trim());
      if (line.endsWith("\\")) return;
      const [at, whole] = [began, join(parts)];
      [began, parts] = [undefined, []];
      const [, pattern] = INCLUDE.exec(whole) ?? [];
      this.#parameters.set("_PWD", folder);
      if (pattern === undefined) this.#takeOne({ ...at, text: whole }, 0);
      else this.#include(pattern.replaceAll(/^["']|["']$/g, ""), folder, at, depth);
    });
    if (parts.length > 0 && began !== undefined) this.#takeOne({ ...(began as Place), text: join(parts) }, 0);
  }

  #count(place: Place): void {
    this.#taken += 1;
    if (this.#taken > LINES_MAX)
      throw new ConfError(place, `there are over ${LINES_MAX} lines, with what they stand for: needs fewer`);
  }

  #include(pattern: string, folder: string, place: Place, depth: number): void {
    const files = this.#source.find(pattern, folder);
    if (files.length === 0 && !/[*?[{]/.test(pattern))
      throw new ConfError(place, `there is no file ${pattern} to include`);
    for (const file of files) {
      this.#count(place);
      this.#readFile(file, depth + 1);
    }
  }

  /** @param line a definition may have several lines; else it is one. */
  #takeOne(line: ConfLine, depth: number): void {
    if (depth > DEPTH_MAX) throw new ConfError(line, "a parameter contains itself: needs an end");
    const { text } = line;
    this.#count(line);
    if (text.length > LINE_LENGTH_MAX)
      throw new ConfError(line, `the line has ${text.length} characters: needs at most ${LINE_LENGTH_MAX}`);
    const [, negated, wanted, rest] = CONDITION.exec(text) ?? [];
    const [, defined, value] = DEFINITION.exec(text) ?? [];
    const [, hex, bounds, repeated] = SEQUENCE.exec(text) ?? [];
    if (rest !== undefined) {
      const holds = (wanted === this.#source.configId) === (negated === "");
      if (holds) this.#takeOne({ ...line, text: rest }, depth + 1);
    } else if (defined !== undefined) this.#parameters.set(defined, value!.replace(/^\n/, ""));
    else if (repeated !== undefined) this.#repeat(line, bounds!, hex === "x", repeated, depth);
    else this.#emit(line, this.#substitute(text), depth);
  }

  #emit(line: ConfLine, text: string, depth: number): void {
    if (text === line.text) {
      if (text !== "") this.#lines.push(line);
      return;
    }
    for (const one of text.split("\n")) this.#takeOne({ ...line, text: one.trim() }, depth + 1);
  }

  /** One round: what comes in by it is looked at again. An unknown name stays as it is. */
  #substitute(text: string): string {
    return text.replaceAll(/\$(?:\{(\w+)\}|(\w+)(?=\s|$))/g, (all, braced: string, bare: string) => {
      return this.#parameters.get(braced ?? bare) ?? all;
    });
  }

  #repeat(line: ConfLine, bounds: string, isHex: boolean, text: string, depth: number): void {
    const [name = "", ...numbers] = bounds.split(",").map((word) => word.trim());
    const values = numbers.map(Number);
    const end = values.at(-1);
    if (end === undefined || values.length > 3 || !values.every(Number.isSafeInteger))
      throw new ConfError(line, `~SEQ(${bounds}) is no sequence: needs a name and one to three numbers`);
    const start = values.length > 1 ? values[0]! : Math.sign(end) || 1;
    const step = values.length > 2 ? values[1]! : start <= end ? 1 : -1;
    if (step === 0 || Math.abs((end - start) / step) > SEQUENCE_MAX)
      throw new ConfError(line, `~SEQ(${bounds}) does not end: needs at most ${SEQUENCE_MAX} steps`);
    for (let n = start; step > 0 ? n <= end : n >= end; n += step) {
      this.#parameters.set(name, n.toString(isHex ? 16 : 10));
      this.#takeOne({ ...line, text }, depth + 1);
    }
  }
}

/** A definition keeps its lines apart; what else goes over several is one. */
function join(parts: readonly string[]): string {
  const isBlock = parts.length > 1 && /^(@\S+\s+)?\$\w+=$/.test(parts[0]!);
  return parts.join(isBlock ? "\n" : " ").trim();
}
