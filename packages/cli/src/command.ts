/**
 * What a command looks like, as data: parsing, `--help`, man pages and completions come from it.
 *
 * @module
 */

export interface OptionSpec {
  /** Long name without dashes. A flag whose default is true is switched off with `--no-NAME`. */
  readonly name: string;
  readonly letter?: string;
  /** What its value is called in the help; without it, the option is a flag. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly isRepeated?: boolean;
  /** As it would be typed. For a flag: "true". */
  readonly default?: string;
  readonly about: string;
  /** Under which heading the help shows it; "options" if left out. */
  readonly group?: string;
}

export interface CommandSpec {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** After the name: "-I IF --vrid N VIP…". */
  readonly usage: string;
  readonly examples: readonly (readonly [command: string, about: string])[];
  readonly options: readonly OptionSpec[];
  /** How many words beside the options it takes; none if left out. */
  readonly words?: { readonly name: string; readonly atLeast: number; readonly atMost?: number };
  readonly subcommands?: readonly CommandSpec[];
  /** Exit codes beside those that every tool has. */
  readonly exits?: readonly (readonly [code: number, about: string])[];
  /** Types of records it writes, for `--schema`. */
  readonly records?: readonly string[];
}

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: "json", about: "write records also on a terminal" },
  { name: "host-name", value: "NAME", about: "what records call this host" },
  { name: "help", letter: "h", about: "print this" },
  { name: "version", letter: "V", about: "print the version" },
  { name: "schema", about: "print the JSON Schema of the records it writes" },
];

/** Options of commands that read records. */
export const PIPE_OPTIONS: readonly OptionSpec[] = [
  { name: "pass", default: "true", about: "write the records that were read (--no-pass: only own ones)" },
  { name: "heartbeats", default: "true", about: "pass leases and other heartbeats on" },
  { name: "strict", about: "stop at a line that is no record (65)" },
  {
    name: "on-reader-loss",
    value: "WHAT",
    choices: ["release", "ignore"],
    default: "release",
    about: "when the reader of standard output is gone or frozen",
  },
  {
    name: "handover",
    value: "T",
    default: "2s",
    about: "after a signal, how long the input may still go on",
  },
  { name: "stats", value: "T", about: "write the counters this often" },
];

/** @returns the subcommand's own specification, named with its parent's name. */
export function findSubcommand(spec: CommandSpec, word: string): CommandSpec | undefined {
  const found = spec.subcommands?.find((sub) => sub.name === word);
  return found && { ...found, name: `${spec.name} ${found.name}` };
}

/** All options of a command by heading, in the order in which each is named first; what has none comes last. */
export function optionGroupsOf(spec: CommandSpec): Map<string, OptionSpec[]> {
  const options = [...spec.options, ...COMMON_OPTIONS];
  const groups = new Map<string, OptionSpec[]>();
  const inOrder = [...options.filter(({ group }) => group), ...options.filter(({ group }) => !group)];
  for (const option of inOrder) {
    const heading = option.group ?? "options";
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return groups;
}

type Exit = readonly [code: number, about: string];

const COMMON_EXITS: readonly Exit[] = [
  [64, "usage"],
  [70, "a bug of ours"],
  [71, "the kernel refused"],
  [74, "the output cannot be written: no reader any more, a full disk"],
  [77, "a capability is missing"],
];

/** Of who obeys the records on its standard input. */
export const FOREIGN_INPUT: Exit = [78, "standard input is a FIFO that others own or may write"];

/** All exit codes of a command, each once, with what it means: the command's own words come before those for all. */
export function exitsOf({ exits = [] }: CommandSpec): readonly Exit[] {
  const common = COMMON_EXITS.filter(([code]) => exits.every(([own]) => own !== code));
  return [[0, "done"], ...exits, ...common];
}

/** True for a flag that is on unless it is switched off, as `--no-NAME` says. */
export function isOnByDefault(option: OptionSpec): boolean {
  return option.value === undefined && option.default === "true";
}
