/**
 * What the tools' own `--help` says, read back: what man pages and completions are held against.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { attemptBeside, BIN, TOP } from "../lab/shell.ts";

const ABOUT_COLUMN = 28;

export interface HelpOption {
  /** As they are typed: `-I`, `--interface`; `--pass`, `--no-pass`. */
  readonly names: readonly string[];
  /** What its value is called, "" of a flag. */
  readonly value: string;
}

export interface HelpText {
  /** `vmac-ctl`, `vmac-ctl follow`. */
  readonly command: string;
  readonly options: readonly HelpOption[];
  readonly subcommands: readonly string[];
  readonly exitCodes: readonly string[];
}

/** Of every tool and of every subcommand that a tool's help names. */
export async function readHelpTexts(): Promise<HelpText[]> {
  const tools = await Promise.all(toolNames().map(async (name) => await readHelp(name)));
  const subcommands = tools.flatMap(({ command, subcommands: names }) =>
    names.map((name) => `${command} ${name}`),
  );
  return [...tools, ...(await Promise.all(subcommands.map(readHelp)))];
}

function toolNames(): string[] {
  const packages = readdirSync(`${TOP}packages`).map(
    (folder) => JSON.parse(readFileSync(`${TOP}packages/${folder}/package.json`, "utf8")) as { bin?: object },
  );
  return packages.flatMap(({ bin }) => Object.keys(bin ?? {}));
}

async function readHelp(command: string): Promise<HelpText> {
  const [tool, ...rest] = command.split(" ");
  const { code, stdout, stderr } = await attemptBeside([`${BIN}/${tool}`, ...rest, "--help"]);
  if (code !== 0) throw new Error(`${command} --help: exit ${code}: ${stderr}`);
  return { command, ...parseHelp(stdout) };
}

function parseHelp(text: string): Omit<HelpText, "command"> {
  const lines = text.split("\n");
  const column = (heading: RegExp, entry: RegExp): string[] => {
    const start = lines.findIndex((line) => heading.test(line));
    const end = lines.findIndex((line, n) => n > start && line === "");
    return start < 0
      ? []
      : lines.slice(start + 1, end < 0 ? undefined : end).flatMap((line) => entry.exec(line)?.[1] ?? []);
  };
  return {
    options: lines.flatMap(readOption),
    subcommands: column(/^commands /, /^ {2}([a-z-]+)/),
    exitCodes: column(/^exit codes:/, /^ {2}(\d+)/),
  };
}

/** `  -I, --interface IF     where`: what is said about it starts in a column of its own, or on the next line. */
function readOption(line: string): HelpOption[] {
  const form = line[ABOUT_COLUMN - 1] === " " ? line.slice(0, ABOUT_COLUMN) : line;
  const [, letter, isOn, name, value = ""] =
    /^ {2}(?:(-\w), | {4})--(\[no-\])?([a-z0-9-]+)(?: (\S+))?\s*$/.exec(form) ?? [];
  if (name === undefined) return [];
  const long = isOn === undefined ? [`--${name}`] : [`--${name}`, `--no-${name}`];
  return [{ names: [...(letter === undefined ? [] : [letter]), ...long], value }];
}
