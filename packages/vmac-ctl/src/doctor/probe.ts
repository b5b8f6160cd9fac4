/**
 * `vmac-ctl probe`: does the network let frames from the virtual MAC through, and answers back to it?
 *
 * @module
 */
import { type Context, demandWholeTime, ExitCode, ExitError, parseDurationUs } from "@viptools/cli";
import type { Link } from "@viptools/kernel";
import { familyOf, type IpAddress, type Mac, virtualMac, ZERO_MAC } from "@viptools/wire";
import { toExit } from "../kernel-exit.ts";
import { readVrid } from "../owning-options.ts";
import { Workbench } from "../workbench.ts";
import { askFromBoth, readTarget } from "./asking.ts";
import { listenFor } from "./listening.ts";
import type { Passage } from "./passage.ts";

const EXITS: Readonly<Record<Passage, ExitCode>> = {
  passes: ExitCode.done,
  foreign_source_blocked: ExitCode.negative,
  target_silent: ExitCode.noInterface,
};

/** @returns negative if frames from the virtual MAC do not pass; noInterface if the target answers nobody. */
export async function probe(context: Context): Promise<ExitCode> {
  const { args } = context;
  const name = args.required("interface");
  const vrid = readVrid(args);
  args.required("target");
  const target = readTarget(args)!;
  const family = familyOf(target);
  const mac = virtualMac(family, vrid);
  context.needInterface(name);
  context.needRawSockets();
  const nic = needNic(name, target);
  try {
    await refuseIfUsed(context, nic.index, { family, vrid });
    const { fromNic, fromVmac, verdict } = await askFromBoth(nic, mac, target);
    const owner = fromVmac ?? fromNic;
    context.write({
      type: "vmac.probed",
      interface: name,
      vrid,
      target,
      nic_mac: nic.mac,
      mac,
      from_nic: fromNic !== undefined,
      from_vmac: fromVmac !== undefined,
      verdict,
      ...(owner === undefined ? {} : { owner }),
    });
    return EXITS[verdict];
  } catch (error) {
    throw toExit(error);
  }
}

/** @throws {ExitError} usage, if it is no Ethernet, or the target is this host; kernel, unless it runs. */
function needNic(name: string, target: IpAddress): Link & { readonly mac: Mac } {
  const bench = new Workbench();
  const link = bench.route.findLink(name);
  const isOwn = bench.route.addresses(familyOf(target)).some(({ address }) => address === target);
  bench.close();
  const { mac } = link ?? {};
  if (link === undefined || mac === undefined || mac === ZERO_MAC)
    throw new ExitError(ExitCode.usage, `${name} has no MAC address: it is no Ethernet`);
  if (isOwn)
    throw new ExitError(
      ExitCode.usage,
      `--target is ${target}, an address of this host: needs that of a neighbour`,
    );
  if (!link.isRunning)
    throw new ExitError(ExitCode.kernel, `${name} is down or has no carrier: nobody can be asked`);
  return { ...link, mac };
}

/** Asking from a MAC moves the switch's port: whoever uses it loses its frames until it speaks again. */
async function refuseIfUsed(
  context: Context,
  ifindex: number,
  router: { readonly family: 4 | 6; readonly vrid: number },
): Promise<void> {
  const listenUs = context.args.parsed("listen", parseDurationUs)!;
  const [heard] = await listenFor(ifindex, [router], listenUs);
  demandWholeTime("it had heard whether somebody uses the virtual MAC");
  if (heard === undefined || heard.frames === 0) return;
  const sources = heard.adverts.map(({ source }) => source).join(" ") || "somebody";
  const seen = `${sources} uses ${virtualMac(router.family, router.vrid)} now`;
  if (!context.args.flag("force"))
    throw new ExitError(
      ExitCode.alreadyRunning,
      `${seen}, and asking from it would take its frames away: wait until it is quiet, or --force`,
    );
  context.say(`${seen}: its frames come here until it speaks again`);
}
