/**
 * `vmac-ctl up`: without a pipe, and so without leases.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { parseInstance } from "@viptools/records";
import { probeFirst } from "./address-probe.ts";
import { fenceOf, fenceRules } from "./fence.ts";
import { type JournalEntry, readEntry } from "./journal.ts";
import { AddressConflict, explainKernel, toExit } from "./kernel-exit.ts";
import { ownerRecord } from "./owner-record.ts";
import type { Claim } from "./owner-table.ts";
import { Ownership } from "./ownership.ts";
import { readClaim, readOwnSettings } from "./owning-options.ts";
import { type OwnSettings, planOf } from "./plan.ts";
import { stepsToOwn } from "./plan-steps.ts";
import { writeSteps } from "./step-records.ts";
import { Workbench } from "./workbench.ts";

/** Takes a virtual router and leaves it standing. */
export async function up(context: Context): Promise<ExitCode> {
  const { args } = context;
  const settings = readOwnSettings(args);
  const parent = args.required("interface");
  const claim = readClaim(args, parent, settings);
  context.needInterface(parent);
  const bench = new Workbench();
  try {
    if (args.flag("dry-run")) return dryRun(context, bench, claim, settings);
    return await take(context, bench, claim, settings);
  } catch (error) {
    if (error instanceof AddressConflict) {
      const { code, message, more } = explainKernel(error);
      context.write({ type: "vmac.error", instance: claim.instance, code, message, ...more });
    }
    throw toExit(error);
  } finally {
    bench.close();
  }
}

async function take(
  context: Context,
  bench: Workbench,
  claim: Claim,
  settings: OwnSettings,
): Promise<ExitCode> {
  const ownership = new Ownership(bench, claim, settings);
  const standing = readEntry(bench.runs, claim.instance);
  if (standing?.isStanding && isWhole(ownership, standing, claim) && hasTable(bench, standing)) {
    ownership.leaveStanding();
    context.say(`${claim.instance} is owned already`);
    return ExitCode.done;
  }
  try {
    await ownership.prepare(undefined, true);
    if (context.args.flag("probe-first")) await probeFirst(ownership.plan);
    const done = await ownership.take();
    ownership.leaveStanding();
    context.say("owned without leases, so nothing mutes this host by itself: give back with vmac-ctl down");
    context.write(ownerRecord("vmac.up", claim, ownership.plan, done));
    return ExitCode.done;
  } catch (error) {
    ownership.close();
    throw error;
  }
}

/**
 * What a killed `up` left, or somebody took a part of, is made anew.
 *
 * @throws {ExitError} alreadyRunning, if other VIPs are owned.
 */
function isWhole(ownership: Ownership, standing: JournalEntry, claim: Claim): boolean {
  if (standing.vips.join(" ") !== claim.vips.join(" ") || standing.mode !== ownership.plan.mode) {
    ownership.leaveStanding();
    throw new ExitError(
      ExitCode.alreadyRunning,
      `${claim.instance} is owned with ${standing.vips.join(" ")} in ${standing.mode} mode: give it back first, with vmac-ctl down`,
    );
  }
  if (standing.addresses.length > 0 !== ownership.plan.addresses.length > 0) {
    ownership.leaveStanding();
    const how = standing.addresses.length > 0 ? "with addresses" : "with --no-address";
    throw new ExitError(
      ExitCode.alreadyRunning,
      `${claim.instance} is owned ${how}, and that is not asked for now: give it back first, with vmac-ctl down`,
    );
  }
  // Rules of rewrite mode were made for one MAC of the NIC.
  if (standing.mode === "rewrite" && standing.nicMac !== ownership.plan.nicMac) return false;
  return !standing.isBuilding && ownership.inspect(standing.linkIndex).length === 0;
}

/** Rules that somebody flushed, of those that need some without leases. */
function hasTable(bench: Workbench, { table }: JournalEntry): boolean {
  return table === undefined || bench.nft.tables().some(({ name }) => name === table);
}

function dryRun(context: Context, bench: Workbench, claim: Claim, settings: OwnSettings): ExitCode {
  const { family } = parseInstance(claim.instance)!;
  const plan = planOf(claim, settings, bench.factsOf(claim.parent, family));
  const { isAccepting } = settings;
  const hasRules = plan.mode === "rewrite" || !isAccepting;
  const rules = hasRules ? fenceRules(fenceOf(claim, plan, { hasGates: false, isAccepting })) : undefined;
  writeSteps(context, claim.instance, stepsToOwn(claim.instance, plan, rules));
  return ExitCode.done;
}
