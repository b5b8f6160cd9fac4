/**
 * `--once`: each check runs a single time, and its first result is what is believed.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals, wasAskedToStop } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import { failed, type Outcome } from "./check.ts";
import { judge } from "./health.ts";
import type { CheckPlan } from "./runner.ts";
import { trackBody } from "./told.ts";

/** @returns done if all have passed, negative if some have not. @throws {ExitError} kernel, if it was asked to stop. */
export async function runOnce(context: Context, plans: readonly CheckPlan[]): Promise<ExitCode> {
  const stop = new AbortController();
  onStopSignals(() => stop.abort());
  const results = await Promise.all(plans.map((plan) => runIt(context, plan, stop.signal)));
  if (wasAskedToStop())
    throw new ExitError(ExitCode.kernel, "it was asked to stop before all checks had run");
  return results.every(Boolean) ? ExitCode.done : ExitCode.negative;
}

async function runIt(context: Context, { options, check }: CheckPlan, stop: AbortSignal): Promise<boolean> {
  const startUs = monotonicUs();
  const timeout = AbortSignal.timeout(Math.ceil(options.timeoutUs / 1000));
  const found = await check(AbortSignal.any([stop, timeout]));
  const isLate = timeout.aborted;
  const outcome: Outcome = isLate ? failed(`no result within ${options.timeoutUs / 1000} ms`) : found;
  if (stop.aborted) return false;
  const health = judge({ state: "unknown" }, outcome.hasPassed, options);
  const body = trackBody(options, health, { outcome, tookUs: monotonicUs() - startUs });
  context.write(body);
  return body.ok;
}
