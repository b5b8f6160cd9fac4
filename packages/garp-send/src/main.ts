/**
 * garp-send: tells the neighbours where an address is, or asks them.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { follow } from "./follow.ts";
import { announce } from "./one-shot.ts";
import { SPEC } from "./options.ts";
import { probe } from "./probe.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, act, kernel, argv);
}

async function act(context: Context): Promise<number> {
  const { args } = context;
  if (args.flag("follow") || args.isGiven("answer")) return await follow(context);
  try {
    return await (context.args.flag("probe") ? probe(context) : announce(context));
  } catch (error) {
    if (!(error instanceof kernel.KernelError)) throw error;
    throw new ExitError(ExitCode.kernel, error.message);
  } finally {
    const { dropped, isLost } = context.output;
    if (dropped > 0 && !isLost) context.say(`${dropped} records were not written: their reader is too slow`);
  }
}
