/**
 * Is an interface up, and has it a carrier?
 *
 * @module
 */
import { type Link, RouteReader } from "@viptools/kernel";
import { type Check, failed, type Outcome, passed } from "../check.ts";
import type { LinkTarget } from "../target.ts";

/** One for all checks: each question is answered before the next one is asked. */
let reader: RouteReader | undefined;

export function linkCheck({ name, needsCarrier }: LinkTarget): Check {
  return async () => {
    reader ??= new RouteReader();
    return judgeLink(
      reader.links().find((link) => link.name === name),
      needsCarrier,
    );
  };
}

function judgeLink(link: Link | undefined, needsCarrier: boolean): Outcome {
  if (link === undefined) return failed("there is no such interface");
  if (!link.isUp) return failed("down");
  if (link.isRunning) return passed("up");
  return needsCarrier ? failed("no carrier") : passed("up, no carrier");
}
