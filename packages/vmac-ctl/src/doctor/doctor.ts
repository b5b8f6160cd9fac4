/**
 * `vmac-ctl doctor`: what on this host or wire keeps a virtual router from working.
 *
 * @module
 */
import {
  type Args,
  type Context,
  demandWholeTime,
  ExitCode,
  ExitError,
  orUsage,
  parseDurationUs,
} from "@viptools/cli";
import { parseVip } from "@viptools/records";
import { familyOf, type IpAddress, type IpFamily, virtualMac, ZERO_MAC } from "@viptools/wire";
import { toExit } from "../kernel-exit.ts";
import { Workbench } from "../workbench.ts";
import { askFromBoth, readTarget } from "./asking.ts";
import { diagnose, remark } from "./diagnose.ts";
import { parentOf } from "./link-checks.ts";
import type { Asked } from "./meaning.ts";
import { type Gap, type Reading, readFacts } from "./read-facts.ts";

/** @returns negative if something was found; kernel or permission if nothing was, and not all could be looked at. */
export async function doctor(context: Context): Promise<ExitCode> {
  const { args } = context;
  const asked = readAsked(args);
  const ifindex = context.needInterface(asked.interface);
  const target = readTarget(args);
  if (target !== undefined && asked.vrid === undefined)
    throw new ExitError(ExitCode.usage, "--target needs --vrid: from which virtual MAC to ask");
  const listenUs = args.parsed("listen", parseDurationUs)!;
  const bench = new Workbench();
  try {
    refuseOther(bench, asked.interface);
    const reading = await readFacts(bench, asked, ifindex, listenUs);
    if (target !== undefined) demandWholeTime("it had heard who uses the virtual MAC");
    const { facts, gaps } = target === undefined ? reading : await askToo(reading, asked, target);
    const findings = diagnose(facts);
    const about = {
      interface: asked.interface,
      ...(asked.vrid === undefined ? {} : { vrid: asked.vrid }),
    };
    for (const finding of findings) context.write({ type: "vmac.finding", ...finding, ...about });
    for (const sentence of remark(facts)) context.say(sentence);
    for (const { code, message } of gaps) context.report(code, `not looked at: ${message}`);
    if (findings.length === 0) demandWholeTime("it had listened for its whole time");
    if (findings.length === 0 && gaps.length === 0) context.say("nothing was found");
    return findings.length > 0 ? ExitCode.negative : exitOf(gaps);
  } catch (error) {
    throw toExit(error);
  } finally {
    bench.close();
  }
}

/** Asks a neighbour, unless that would take frames away from who uses the virtual MAC now. */
async function askToo(reading: Reading, { vrid }: Asked, target: IpAddress): Promise<Reading> {
  const { facts, gaps } = reading;
  const family = familyOf(target);
  const mac = virtualMac(family, vrid!);
  const nic = parentOf(facts)!;
  const missed = (why: string): Reading => ({
    facts,
    gaps: [...gaps, { code: "EBUSY", message: `Cannot ask ${target} from ${mac}: ${why}` }],
  });
  const isUsed = facts.heard.some((heard) => heard.family === family && heard.frames > 0);
  if (isUsed) return missed("somebody uses it now");
  if (!nic.isRunning) return missed("the link does not run");
  const { verdict } = await askFromBoth({ index: nic.index, mac: nic.mac! }, mac, target);
  if (verdict === "target_silent") return missed("it answers the NIC's MAC neither, choose another");
  return { facts: { ...facts, passage: { target, mac, verdict } }, gaps };
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

/** @throws {ExitError} usage, for a family beside VIPs of the other. */
function readAsked(args: Args): Asked {
  const family = args.text("family");
  const vips = args.words.map((word) => orUsage(() => parseVip(word)).address);
  const other = vips.find((vip) => family !== undefined && familyOf(vip) !== Number(family));
  if (other !== undefined)
    throw new ExitError(ExitCode.usage, `--family is ${family}, and ${other} is not of it: leave one away`);
  return {
    interface: args.required("interface"),
    vrid: args.integer("vrid", 1, 255),
    family: family === undefined ? undefined : (Number(family) as IpFamily),
    vips,
  };
}
