/**
 * The text of `--help`: examples first, common options last, exit codes.
 *
 * @module
 */
import { COMMON_OPTIONS, type CommandSpec, type OptionSpec } from "./command.ts";

const OPTION_COLUMN = 28;

export function renderHelp(spec: CommandSpec): string {
  const lines = [`${spec.name}: ${spec.summary}`, "", `usage: ${spec.name} ${spec.usage}`];
  if (spec.examples.length > 0) {
    lines.push("", "examples:");
    for (const [command, about] of spec.examples) lines.push(`  ${command}`, `      ${about}`);
  }
  if (spec.subcommands !== undefined) {
    lines.push("", `commands (${spec.name} COMMAND --help tells more):`);
    for (const sub of spec.subcommands) lines.push(columns(sub.name, sub.summary));
  }
  for (const [heading, options] of groupsOf([...spec.options, ...COMMON_OPTIONS]))
    lines.push("", `${heading}:`, ...options.map(renderOption));
  lines.push("", "exit codes:");
  for (const [code, about] of exitsOf(spec)) lines.push(columns(String(code), about));
  return `${lines.join("\n")}\n`;
}

/** By heading, in the order in which each is named first; what has none comes last. */
function groupsOf(options: readonly OptionSpec[]): Map<string, OptionSpec[]> {
  const groups = new Map<string, OptionSpec[]>();
  const inOrder = [...options.filter(({ group }) => group), ...options.filter(({ group }) => !group)];
  for (const option of inOrder) {
    const heading = option.group ?? "options";
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return groups;
}

/** What to print where a command was called without what it needs. */
export function renderUsage(spec: CommandSpec): string {
  const examples = spec.examples.slice(0, 2).map(([command]) => `  ${command}`);
  return `usage: ${spec.name} ${spec.usage}\n${examples.join("\n")}\n`;
}

function renderOption(option: OptionSpec): string {
  const letter = option.letter === undefined ? "    " : `-${option.letter}, `;
  const value = option.value === undefined ? "" : ` ${option.choices?.join("|") ?? option.value}`;
  const fallback = option.value !== undefined && option.default !== undefined ? ` [${option.default}]` : "";
  const name = option.value === undefined && option.default === "true" ? `[no-]${option.name}` : option.name;
  return columns(`${letter}--${name}${value}`, `${option.about}${fallback}`);
}

function columns(left: string, right: string): string {
  const padded = `  ${left}`.padEnd(OPTION_COLUMN);
  return padded.endsWith(" ") ? `${padded}${right}` : `${padded}\n${" ".repeat(OPTION_COLUMN)}${right}`;
}

function exitsOf(spec: CommandSpec): readonly (readonly [number, string])[] {
  return [
    [0, "done"],
    ...(spec.exits ?? []),
    [64, "usage"],
    [70, "a bug of ours"],
    [71, "the kernel refused"],
    [74, "the output cannot be written: no reader any more, a full disk"],
    [77, "a capability is missing"],
  ];
}
