/**
 * garp-send: tells the neighbours where an address is.
 *
 * @module
 */
import { run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { follow } from "./follow.ts";
import { announce } from "./one-shot.ts";
import { SPEC } from "./options.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(
    SPEC,
    (context) => {
      const { args } = context;
      return args.flag("follow") || args.isGiven("answer") ? follow(context) : announce(context);
    },
    kernel,
    argv,
  );
}
