/**
 * vmac-ctl: makes this host own, or not own, a virtual MAC and its VIPs.
 *
 * @module
 */
import { run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { doctor } from "./doctor/doctor.ts";
import { probe } from "./doctor/probe.ts";
import { cleanup, down } from "./down.ts";
import { follow } from "./follow.ts";
import { SPEC } from "./options.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

const COMMANDS = { follow, up, down, status, cleanup, doctor, probe } as const;

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(
    SPEC,
    (context, command) => COMMANDS[command as keyof typeof COMMANDS](context),
    kernel,
    argv,
  );
}
