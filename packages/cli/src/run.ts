/**
 * Runs a command: from the command line to the exit code. The only file that ends the process.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { type Args, parseArgs } from "./args.ts";
import { type CommandSpec, findSubcommand } from "./command.ts";
import { Context, type Machine } from "./context.ts";
import { ExitCode, ExitError } from "./exit.ts";
import { renderHelp, renderUsage } from "./help.ts";
import { harmlessLines } from "./human.ts";
import { wasAskedToStop } from "./signals.ts";
import { VERSION } from "./version.ts";

/** What a tool does: given its world, it returns its exit code. `subcommand` is undefined where there are none. */
export type Main = (context: Context, subcommand: string | undefined) => Promise<number>;

/** @param argv without node and script. Does not return. */
export async function run(
  spec: CommandSpec,
  main: Main,
  machine: Machine,
  argv: readonly string[],
): Promise<never> {
  const chosen = findSubcommand(spec, argv[0] ?? "");
  const command = chosen ?? spec;
  let context: Context | undefined;
  process.on("uncaughtException", (error) => process.exit(explain(command.name, error)));
  try {
    if (argv.length === 0 && (spec.words !== undefined || spec.subcommands !== undefined))
      throw missing(spec);
    if (chosen === undefined && spec.subcommands !== undefined && argv[0]?.startsWith("-") === false)
      throw missing(spec, argv[0]);
    const args = parseArgs(command, chosen === undefined ? argv : argv.slice(1));
    if (await answerAboutItself(command, args)) process.exit(ExitCode.done);
    if (spec.subcommands !== undefined && chosen === undefined) throw missing(spec);
    context = new Context(command.name, args, machine);
    const code = await main(context, chosen === undefined ? undefined : argv[0]);
    await context.finish();
    const isLost = context.output.isLost && !wasAskedToStop() && code < ExitCode.usage;
    process.exit(isLost ? ExitCode.outputLost : code);
  } catch (error) {
    await context?.finish().catch(() => {});
    process.exit(explain(command.name, error));
  }
}

function missing(spec: CommandSpec, word?: string): ExitError {
  const names = spec.subcommands?.map((sub) => sub.name).join(", ");
  const seen = word === undefined ? "" : `"${word}" is no command: `;
  const what = names === undefined ? "arguments are missing" : `${seen}needs a command: ${names}`;
  return new ExitError(ExitCode.usage, `${what}\n${renderUsage(spec)}`.trimEnd());
}

async function answerAboutItself(spec: CommandSpec, args: Args): Promise<boolean> {
  if (args.flag("help")) await print(renderHelp(spec));
  else if (args.flag("version")) await print(`${spec.name.split(" ")[0]} (viptools) ${VERSION}\n`);
  else if (args.flag("schema")) await print(`${JSON.stringify(await schemaOf(spec), null, 2)}\n`);
  else return false;
  return true;
}

/** Writes text that is no record to standard output, all of it: a pipe may take less at once. @throws {ExitError} outputLost. */
export async function print(text: string): Promise<void> {
  process.stdout.on("error", () => {});
  const error = await new Promise<Error | null | undefined>((resolve) => {
    process.stdout.write(text, resolve);
  });
  if (error) throw new ExitError(ExitCode.outputLost, `cannot write to standard output: ${error.message}`);
}

/** Loaded when asked for: no run of a tool needs it. */
async function schemaOf(spec: CommandSpec): Promise<object> {
  const { recordJsonSchema } = await import("@viptools/records/json-schema");
  return recordJsonSchema(spec.records ?? spec.subcommands?.flatMap(({ records = [] }) => records));
}

/** @returns the exit code. A bug shows its stack: it is for us. */
function explain(name: string, error: unknown): number {
  if (error instanceof ExitError) {
    writeSync(2, `${name}: ${harmlessLines(error.message)}\n`);
    return error.code;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  writeSync(2, `${name}: this is a bug of ours, please report it:\n${harmlessLines(String(stack))}\n`);
  return ExitCode.software;
}
