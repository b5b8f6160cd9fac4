/**
 * `vmac-ctl up`, `down` and `status`: without a pipe, and so without leases.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { KernelError, monotonicUs, RouteSocket } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import { abridged } from "./followed-instance.ts";
import { listEntries, lockInstance, readEntry } from "./journal.ts";
import { readClaim } from "./options.ts";
import type { Claim } from "./owner-table.ts";
import { Ownership, removeLeftovers } from "./ownership.ts";
import { RunDirectory } from "./run-directory.ts";

/** Takes a virtual router and leaves it standing. */
export async function up(context: Context): Promise<ExitCode> {
  const claim = readClaim(context.args);
  context.needInterface(claim.parent);
  const runs = new RunDirectory();
  const ownership = orExit(() => new Ownership(runs, claim));
  const standing = readEntry(runs, claim.instance);
  if (standing?.isStanding) {
    ownership.leaveStanding();
    return alreadyUp(context, claim, standing.vips);
  }
  try {
    await ownership.prepare(false, true);
    const { changes, tookUs } = await ownership.take();
    ownership.leaveStanding();
    context.say("owned without leases, so nothing mutes this host by itself: give back with vmac-ctl down");
    context.write(recordOf("vmac.up", claim, ownership.interfaceName, changes, tookUs));
    return ExitCode.done;
  } catch (error) {
    ownership.close();
    runs.tidy();
    throw toExit(error);
  }
}

function alreadyUp(context: Context, claim: Claim, vips: readonly string[]): ExitCode {
  if (vips.join(" ") !== claim.vips.join(" ")) {
    throw new ExitError(
      ExitCode.alreadyRunning,
      `${claim.instance} is owned with ${vips.join(" ")}: give it back first, with vmac-ctl down`,
    );
  }
  context.say(`${claim.instance} is owned already`);
  return ExitCode.done;
}

/** Gives back what `up` took, or what a dead owner left. */
export async function down(context: Context): Promise<ExitCode> {
  const claim = readClaim(context.args);
  const runs = new RunDirectory();
  const lock = lockInstance(runs, claim.instance);
  const route = new RouteSocket();
  try {
    const entry = readEntry(runs, claim.instance);
    if (entry === undefined) {
      context.say(`${claim.instance} is not owned: nothing to give back`);
      return ExitCode.done;
    }
    const startUs = monotonicUs();
    const changes = await removeLeftovers(runs, route, claim.instance);
    const tookUs = monotonicUs() - startUs;
    context.write(recordOf("vmac.down", { ...claim, vips: entry.vips }, entry.interface, changes, tookUs));
    return ExitCode.done;
  } catch (error) {
    throw toExit(error);
  } finally {
    lock.release();
    route.close();
    runs.tidy();
  }
}

/** Says what is owned on this host. */
export async function status(context: Context): Promise<ExitCode> {
  const runs = new RunDirectory();
  const entries = listEntries(runs);
  const route = new RouteSocket();
  for (const entry of entries) {
    const owner = entry.isAlive ? "living" : entry.isStanding ? "standing" : "dead";
    context.write({
      type: "vmac.status",
      instance: entry.instance,
      interface: entry.interface,
      parent: entry.parent,
      mac: entry.vmac,
      vips: [...entry.vips],
      owner_pid: entry.pid,
      owner,
      is_present: (await route.findLink(entry.interface)) !== undefined,
    });
  }
  route.close();
  runs.tidy();
  if (entries.length === 0) context.say("this host owns nothing");
  return entries.length === 0 ? ExitCode.negative : ExitCode.done;
}

function recordOf(
  type: "vmac.up" | "vmac.down",
  claim: Claim,
  interfaceName: string,
  changes: readonly string[],
  tookUs: number,
): RecordBody {
  const { instance, epoch, parent, vmac, vips } = claim;
  const fields = { instance, epoch, parent, mac: vmac!, vips: [...vips], changes: abridged(changes) };
  return { type, mode: "macvlan", interface: interfaceName, took_us: tookUs, ...fields };
}

function orExit<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toExit(error);
  }
}

/** What the kernel refused, as a sentence with an exit code. */
function toExit(error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  if (error.code === "EADDRINUSE") return new ExitError(ExitCode.alreadyRunning, error.message);
  if (error.code === "ENODEV") return new ExitError(ExitCode.noInterface, error.message);
  if (error.code === "EPERM") {
    return new ExitError(ExitCode.permission, `${error.message}: CAP_NET_ADMIN is missing, run as root`);
  }
  return new ExitError(ExitCode.kernel, error.message);
}
