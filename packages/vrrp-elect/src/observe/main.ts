/**
 * `vrrp-elect --observe`: who is Active on a network, and what is wrong there. It speaks to nobody: no advert, no group
 * joined unless asked for, no record that a follower would obey.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, type Moment } from "@viptools/cli";
import { KernelError } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import { observeFile } from "./file.ts";
import { observeLive } from "./live.ts";
import { Observer } from "./observer.ts";
import { nameFile, type ObserveOptions } from "./options.ts";
import { judge, listVrids } from "./verdict.ts";

/** Writes a record; without a moment, for now. */
export type Tell = (body: RecordBody, moment?: Moment) => void;

/** @returns the exit code. */
export async function observe(context: Context, options: ObserveOptions): Promise<number> {
  const { file, mode, forUs, vrid, family } = options;
  const observer = new Observer({ vrid, family });
  // A list is all that its reader wants, but for what went wrong with looking.
  const tell: Tell = (body, moment) => {
    if (mode !== "list" || body.type === "tool.error") context.write(body, moment);
  };
  let code: number = ExitCode.done;
  let end: Moment | undefined;
  if (file === undefined) code = await observeLive(context, observer, tell, options).catch(explain);
  else {
    context.count(() => observer.counters());
    end = await observeFile(context, observer, tell, { path: file, base: nameFile(file), forUs });
  }
  if (code !== ExitCode.done || mode === "stream") return code;
  return mode === "once" ? answer(context, observer, options) : list(context, observer, end);
}

function explain(error: unknown): never {
  if (!(error instanceof KernelError)) throw error;
  throw new ExitError(error.code === "ENODEV" ? ExitCode.noInterface : ExitCode.kernel, error.message);
}

function answer(context: Context, observer: Observer, options: ObserveOptions): number {
  const { vrid, family, file, interfaces } = options;
  const where = file ?? interfaces.join(" ");
  const what = [vrid === undefined ? "" : `VRID ${vrid}`, family === undefined ? "" : `IPv${family}`];
  const asked = [where, ...what].filter((word) => word !== "").join(" ");
  const { isGood, reasons } = judge(observer.virtualRouters, observer.conflicts, asked);
  for (const reason of reasons) context.say(reason);
  return isGood ? ExitCode.done : ExitCode.negative;
}

function list(context: Context, observer: Observer, moment: Moment | undefined): number {
  const bodies = listVrids(observer.virtualRouters);
  for (const body of bodies) context.write(body, moment);
  if (bodies.length === 0) context.say("no VRID is in use: all 255 are free");
  return bodies.length === 0 ? ExitCode.negative : ExitCode.done;
}
