/**
 * `vmac-ctl doctor`: what on this host or wire keeps a virtual router from working.
 *
 * @module
 */
import { type Args, type Context, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { parseVip } from "@viptools/records";
import { type IpFamily, ZERO_MAC } from "@viptools/wire";
import { toExit } from "../kernel-exit.ts";
import { Workbench } from "../workbench.ts";
import { diagnose, remark } from "./diagnose.ts";
import type { Asked } from "./meaning.ts";
import { type Gap, readFacts } from "./read-facts.ts";

/** @returns negative if something was found; kernel or permission if nothing was, and not all could be looked at. */
export async function doctor(context: Context): Promise<ExitCode> {
  const { args } = context;
  const asked = readAsked(args);
  const ifindex = context.needInterface(asked.interface);
  const listenUs = args.parsed("listen", parseDurationUs)!;
  const bench = new Workbench();
  try {
    refuseOther(bench, asked.interface);
    const { facts, gaps } = await readFacts(bench, asked, ifindex, listenUs);
    const findings = diagnose(facts);
    const about = {
      interface: asked.interface,
      ...(asked.vrid === undefined ? {} : { vrid: asked.vrid }),
    };
    for (const finding of findings) context.write({ type: "vmac.finding", ...finding, ...about });
    for (const sentence of remark(facts)) context.say(sentence);
    for (const { code, message } of gaps) context.report(code, `not looked at: ${message}`);
    if (findings.length === 0 && gaps.length === 0) context.say("nothing was found");
    return findings.length > 0 ? ExitCode.negative : exitOf(gaps);
  } catch (error) {
    throw toExit(error);
  } finally {
    bench.close();
  }
}

/** @throws {ExitError} usage, for what can have no virtual MAC. */
function refuseOther(bench: Workbench, name: string): void {
  const { mac } = bench.route.findLink(name) ?? {};
  if (mac === undefined || mac === ZERO_MAC)
    throw new ExitError(ExitCode.usage, `${name} has no MAC address: it is no Ethernet`);
}

function exitOf(gaps: readonly Gap[]): ExitCode {
  if (gaps.length === 0) return ExitCode.done;
  return gaps.some(({ code }) => code === "EPERM") ? ExitCode.permission : ExitCode.kernel;
}

function readAsked(args: Args): Asked {
  const family = args.text("family");
  return {
    interface: args.required("interface"),
    vrid: args.integer("vrid", 1, 255),
    family: family === undefined ? undefined : (Number(family) as IpFamily),
    vips: args.words.map((word) => orUsage(() => parseVip(word)).address),
  };
}
