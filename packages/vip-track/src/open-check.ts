/**
 * From a described check to one that can run. Each kind is loaded when it is used.
 *
 * @module
 */
import { type Check, failed, reasonOf } from "./check.ts";
import type { CheckOptions } from "./check-options.ts";
import type { Places } from "./places.ts";

/** @param places for commands. @throws {SyntaxError} for what this host does not have: a user, a group. */
export async function openCheck(options: CheckOptions, places: Places): Promise<Check> {
  const check = await openKind(options, places);
  return async (signal) => {
    try {
      return await check(signal);
    } catch (error) {
      // What the system refuses is a failed run; what has no errno is a bug of ours.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return failed(reasonOf(error));
    }
  };
}

async function openKind({ target, timeoutUs }: CheckOptions, places: Places): Promise<Check> {
  switch (target.kind) {
    case "command":
      return (await import("./checks/command-check.ts")).commandCheck(target, places);
    case "tcp":
      return (await import("./checks/tcp-check.ts")).tcpCheck(target);
    case "http":
      return (await import("./checks/http-check.ts")).httpCheck(target);
    case "link":
      return (await import("./checks/link-check.ts")).linkCheck(target);
    case "route":
      return (await import("./checks/route-check.ts")).routeCheck(target);
    case "file":
      return (await import("./checks/file-check.ts")).fileCheck(target);
    case "process":
      return (await import("./checks/process-check.ts")).processCheck(target);
    case "dns":
      return (await import("./checks/dns-check.ts")).dnsCheck(target, timeoutUs);
  }
}

/** @returns why the check must not run on this host; undefined if it may. */
export async function findFault({ target }: CheckOptions): Promise<string | undefined> {
  if (target.kind !== "command") return undefined;
  return (await import("./checks/command-check.ts")).findCommandFault(target);
}
