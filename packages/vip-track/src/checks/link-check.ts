/**
 * Is an interface up, and has it a carrier?
 *
 * @module
 */
import { RouteReader } from "@viptools/kernel";
import { type Check, failed, passed } from "../check.ts";
import type { LinkTarget } from "../target.ts";

export function linkCheck({ name, needsCarrier }: LinkTarget): Check {
  return async () => {
    const reader = new RouteReader();
    try {
      const link = reader.links().find((one) => one.name === name);
      if (link === undefined) return failed("there is no such interface");
      if (!link.isUp) return failed("down");
      return link.isRunning || !needsCarrier
        ? passed(link.isRunning ? "up" : "up, no carrier")
        : failed("no carrier");
    } finally {
      reader.close();
    }
  };
}
