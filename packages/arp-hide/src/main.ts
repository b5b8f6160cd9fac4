/**
 * arp-hide: a host keeps an address for itself, and answers nobody who asks for it.
 *
 * @module
 */
import { run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { SPEC } from "./options.ts";
import { remove } from "./remove.ts";
import { status } from "./status.ts";

const COMMANDS = { add, remove, status, check } as const;

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(
    SPEC,
    (context, command) => COMMANDS[command as keyof typeof COMMANDS](context),
    kernel,
    argv,
  );
}
