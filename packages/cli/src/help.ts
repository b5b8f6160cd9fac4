/**
 * The text of `--help`: examples first, common options last, exit codes.
 *
 * @module
 */
import { type CommandSpec, exitsOf, isOnByDefault, type OptionSpec, optionGroupsOf } from "./command.ts";

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
  for (const [heading, options] of optionGroupsOf(spec))
    lines.push("", `${heading}:`, ...options.map(renderOption));
  lines.push("", "exit codes:");
  for (const [code, about] of exitsOf(spec)) lines.push(columns(String(code), about));
  return `${lines.join("\n")}\n`;
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
  const name = isOnByDefault(option) ? `[no-]${option.name}` : option.name;
  return columns(`${letter}--${name}${value}`, `${option.about}${fallback}`);
}

function columns(left: string, right: string): string {
  const padded = `  ${left}`.padEnd(OPTION_COLUMN);
  return padded.endsWith(" ") ? `${padded}${right}` : `${padded}\n${" ".repeat(OPTION_COLUMN)}${right}`;
}
