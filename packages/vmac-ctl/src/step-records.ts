/**
 * Writes what `--dry-run` has not done.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import type { Step } from "./plan-steps.ts";

export function writeSteps(context: Context, instance: string, steps: readonly Step[]): void {
  steps.forEach(({ what, command }, n) => {
    context.write({ type: "vmac.step", instance, n: n + 1, what, command });
  });
}
