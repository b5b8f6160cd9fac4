/**
 * Command lines. The only file that knows yargs, which splits them; what is valid is decided here, from the table.
 *
 * @module
 */
import { Parser } from "yargs/helpers";
import { COMMON_OPTIONS, type CommandSpec, type OptionSpec } from "./command.ts";
import { ExitCode, ExitError } from "./exit.ts";

/** A parsed command line: each option by its long name. */
export class Args {
  readonly #values: Readonly<Record<string, unknown>>;
  /** Words that belong to no option. */
  readonly words: readonly string[];

  readonly #given: ReadonlySet<string>;

  /** @param given names of the options that were typed. */
  constructor(
    values: Readonly<Record<string, unknown>>,
    words: readonly string[],
    given: readonly string[] = Object.keys(values),
  ) {
    this.#values = values;
    this.words = words;
    this.#given = new Set(given);
  }

  /** True if the option was typed, and does not only have its default. */
  isGiven(name: string): boolean {
    return this.#given.has(name);
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** @returns the option's text, or its default's. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** @throws {ExitError} usage, if it is missing. */
  required(name: string): string {
    return this.text(name) ?? usage(`--${name} is missing: say which`);
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** @throws {ExitError} usage, unless it is a whole number in the range. */
  integer(name: string, minimum: number, maximum: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (!/^-?\d+$/.test(text) || number < minimum || number > maximum) {
      usage(`--${name} is "${text}": needs a whole number from ${minimum} to ${maximum}`);
    }
    return number;
  }

  /** @param parse throws SyntaxError with a sentence, which becomes a usage error. */
  parsed<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : orUsage(() => parse(text), `--${name}`);
  }
}

/** Runs what may find its text wrong, and turns that into a usage error. */
export function orUsage<T>(parse: () => T, where?: string): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return usage(where === undefined ? error.message : `${where}: ${error.message}`);
  }
}

function usage(message: string): never {
  throw new ExitError(ExitCode.usage, message);
}

/** @throws {ExitError} usage, naming the option that is unknown, incomplete, repeated or none of its choices. */
export function parseArgs(spec: CommandSpec, argv: readonly string[]): Args {
  const options = [...spec.options, ...COMMON_OPTIONS];
  // What follows `--` is another program's, or a word whatever it looks like.
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const own = joinNegative(
    options,
    argv.slice(0, end).flatMap((word) => separate(options, word)),
  );
  const parsed = split(options, [...own, ...argv.slice(end)]);
  const words = [...(parsed["_"] as unknown[]), ...((parsed["--"] as unknown[]) ?? [])].map(String);
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parsed)) {
    if (key === "_" || key === "--" || key === "$0") continue;
    const option = options.find((known) => known.name === key) ?? unknown(key, options);
    values[key] = checkValue(option, value);
  }
  const given = Object.keys(values);
  for (const option of options) values[option.name] ??= defaultOf(option);
  if (!values["help"] && !values["version"] && !values["schema"]) checkWords(spec, words);
  return new Args(values, words, given);
}

/** `-Ieth0` is `-I eth0`. @throws {ExitError} usage, for a flag with a value: yargs would take `--dry-run=yes` for no. */
function separate(options: readonly OptionSpec[], word: string): string[] {
  const [, name, value] = /^--(?:no-)?([^=]+)=(.*)$/s.exec(word) ?? [];
  const isFlag = options.some((option) => option.name === name && option.value === undefined);
  if (isFlag && value !== "true" && value !== "false")
    usage(`--${name} takes no value, and is given "${value}"`);
  const short = options.find(
    ({ letter, value: text }) => text !== undefined && word.startsWith(`-${letter}`),
  );
  if (short === undefined || word.length <= 2 || word.startsWith("--")) return [word];
  return [word.slice(0, 2), word.slice(2).replace(/^=/, "")];
}

/** `--for -1s` is `--for=-1s`, so that its own reader refuses it: yargs takes `-1` for a value, but not with a unit. */
function joinNegative(options: readonly OptionSpec[], argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const last = joined.at(-1);
    const option = options.find(
      ({ name, letter, value }) =>
        value !== undefined && last !== undefined && [`--${name}`, `-${letter}`].includes(last),
    );
    if (option !== undefined && /^-\d+(\.\d+)?[a-z]+$/.test(word))
      joined.splice(-1, 1, `--${option.name}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/** By yargs' parser alone: to load the rest takes longer than most runs of a tool. */
function split(options: readonly OptionSpec[], argv: readonly string[]): Record<string, unknown> {
  const named = (isFlag: boolean): string[] =>
    options.filter(({ value }) => (value === undefined) === isFlag).map(({ name }) => name);
  const letters = options.flatMap(({ name, letter }) => (letter === undefined ? [] : [[name, letter]]));
  const parsed: Record<string, unknown> = Parser([...argv], {
    boolean: named(true),
    string: named(false),
    alias: Object.fromEntries(letters),
    configuration: {
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
      "populate--": true,
    },
  });
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}

function checkValue(option: OptionSpec, value: unknown): unknown {
  const name = `--${option.name}`;
  if (Array.isArray(value) && !option.isRepeated)
    usage(`${name} is given ${value.length} times: needs to be given once`);
  for (const one of Array.isArray(value) ? value : [value]) {
    if (option.value !== undefined && (typeof one !== "string" || one === ""))
      usage(`${name} needs a value: ${name} ${option.value}`);
    if (option.choices !== undefined && !option.choices.includes(one)) {
      usage(`${name} is "${one}": needs ${option.choices.join(", ")}`);
    }
  }
  return option.isRepeated && !Array.isArray(value) ? [value] : value;
}

function defaultOf(option: OptionSpec): unknown {
  return option.value === undefined ? option.default === "true" : option.default;
}

function unknown(key: string, options: readonly OptionSpec[]): never {
  const shown = key.length === 1 ? `-${key}` : `--${key}`;
  const near = options.find((option) => option.name.startsWith(key.slice(0, 3)));
  const hint = key.length > 2 && near ? `; did you mean --${near.name}?` : "";
  return usage(`${shown} is unknown: --help lists the options${hint}`);
}

function checkWords(spec: CommandSpec, words: readonly string[]): void {
  const { name = "", atLeast = 0, atMost = Number.POSITIVE_INFINITY } = spec.words ?? {};
  const most = spec.words === undefined ? 0 : atMost;
  if (words.length > most) usage(`"${words[most]}" is one word too many: --help shows the form`);
  if (words.length < atLeast) usage(`${name} is missing: say which`);
}
