/**
 * vip-track: from health checks to records.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals, print, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import type { CheckOptions } from "./check-options.ts";
import { Crew } from "./crew.ts";
import { runOnce } from "./once.ts";
import { findFault, openCheck } from "./open-check.ts";
import { readOptions, refuseBesideConfig, SPEC } from "./options.ts";
import { Places } from "./places.ts";
import type { CheckPlan } from "./runner.ts";

const COMMANDS_MAX = 10_000;

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, track, kernel, argv);
}

async function track(context: Context): Promise<number> {
  const { args } = context;
  if (args.flag("config-schema")) return await printConfigSchema();
  const places = new Places(args.integer("commands-max", 1, COMMANDS_MAX)!);
  const plans = await makePlans(await readChecks(context), places);
  // Nothing runs yet: what a start would refuse has been refused by now.
  if (args.flag("check-config")) {
    context.say(`${args.text("config")}: right, ${plans.length} checks`);
    return ExitCode.done;
  }
  if (args.flag("once")) return await runOnce(context, plans);
  return await goOn(context, plans, places);
}

/** @throws {ExitError} usage or configuration. */
async function readChecks(context: Context): Promise<readonly CheckOptions[]> {
  const { args } = context;
  const path = args.text("config");
  if (path === undefined) {
    if (args.flag("check-config")) throw new ExitError(ExitCode.usage, "--config is missing: say which file");
    return [readOptions(args)];
  }
  refuseBesideConfig(args);
  const { readConfigFile } = await import("./config-file.ts");
  const checks = readConfigFile(path);
  // Whoever can write it can have root run anything, and need not write to a program.
  const fault = checks.some(({ target }) => target.kind === "command")
    ? kernel.findUntrustedSettings(path)
    : undefined;
  if (fault === undefined) return checks;
  throw new ExitError(ExitCode.configuration, `${fault}, and root would run the commands in ${path}`);
}

/** @throws {ExitError} configuration, with every check that cannot or must not run on this host. */
async function makePlans(checks: readonly CheckOptions[], places: Places): Promise<CheckPlan[]> {
  const mistakes: string[] = [];
  const plans: CheckPlan[] = [];
  for (const options of checks) {
    try {
      plans.push({ options, check: await openCheck(options, places) });
      const fault = await findFault(options);
      if (fault !== undefined) mistakes.push(`check ${options.name}: ${fault}`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      mistakes.push(`check ${options.name}: ${error.message}`);
    }
  }
  if (mistakes.length > 0) throw new ExitError(ExitCode.configuration, mistakes.join("\n"));
  return plans;
}

/** Until a signal, or the loss of the reader. */
async function goOn(context: Context, plans: readonly CheckPlan[], places: Places): Promise<number> {
  const crew = new Crew(context);
  context.count(() => ({ ...crew.counters(), commands_waited: places.waited }));
  const isReadAgain = context.args.text("config") !== undefined;
  const code = await new Promise<ExitCode>((resolve) => {
    context.output.onReaderLost(() => resolve(ExitCode.outputLost));
    const reload = (): void => void readAgain(context, crew, places);
    onStopSignals(() => resolve(ExitCode.done), isReadAgain ? reload : undefined);
    crew.take(plans);
  });
  await crew.stop();
  return code;
}

/** What is wrong in the new file changes nothing. */
async function readAgain(context: Context, crew: Crew, places: Places): Promise<void> {
  try {
    const plans = await makePlans(await readChecks(context), places);
    crew.take(plans);
    context.say(`settings read again: ${plans.length} checks`);
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    for (const line of error.message.split("\n")) context.report("bad_settings", line);
    context.say("the settings before go on");
  }
}

async function printConfigSchema(): Promise<number> {
  const { configJsonSchema } = await import("./config-file.ts");
  await print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return ExitCode.done;
}
