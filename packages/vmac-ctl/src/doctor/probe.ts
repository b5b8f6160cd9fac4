/**
 * `vmac-ctl probe`: does the network let frames from the virtual MAC through, and answers back to it?
 *
 * @module
 */
import { type Args, type Context, ExitCode, ExitError, parseDurationUs } from "@viptools/cli";
import { ADVERTISEMENT_FILTER, ARP_FILTER, KernelError, type Link, PacketSocket } from "@viptools/kernel";
import {
  familyOf,
  type IpAddress,
  isGroupAddress,
  type Mac,
  parseIpAddress,
  virtualMac,
  ZERO_MAC,
} from "@viptools/wire";
import { toExit } from "../kernel-exit.ts";
import { readVrid } from "../owning-options.ts";
import { Workbench } from "../workbench.ts";
import { listenFor, pause } from "./listening.ts";
import { answerTo, judgePassage, type Passage, questionFrom } from "./passage.ts";

const ASKS = 3;
const BETWEEN_MS = 300;
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
  const target = readTarget(args);
  const family = familyOf(target);
  const mac = virtualMac(family, vrid);
  context.needInterface(name);
  context.needRawSockets();
  const nic = needNic(name);
  try {
    await refuseIfUsed(context, nic.index, { family, vrid });
    const fromNic = await ask(nic.index, nic.mac, target);
    const fromVmac = await ask(nic.index, mac, target);
    const verdict = judgePassage(fromNic !== undefined, fromVmac !== undefined);
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

function readTarget(args: Args): IpAddress {
  args.required("target");
  const target = args.parsed("target", parseIpAddress)!;
  if (isGroupAddress(target))
    throw new ExitError(ExitCode.usage, `--target is ${target}: needs the address of one neighbour`);
  return target;
}

/** @throws {ExitError} kernel, unless it is an Ethernet that runs. */
function needNic(name: string): Link & { readonly mac: Mac } {
  const bench = new Workbench();
  const link = bench.route.findLink(name);
  bench.close();
  const { mac } = link ?? {};
  if (link === undefined || mac === undefined || mac === ZERO_MAC)
    throw new ExitError(ExitCode.usage, `${name} has no MAC address: it is no Ethernet`);
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

/** @returns the MAC that answers; undefined if none does. @throws {ExitError} kernel, if questions do not leave. */
async function ask(ifindex: number, mac: Mac, target: IpAddress): Promise<Mac | undefined> {
  let owner: Mac | undefined;
  const socket = new PacketSocket({
    ifindex,
    filter: familyOf(target) === 4 ? ARP_FILTER : ADVERTISEMENT_FILTER,
    alsoFor: mac,
    onFrame: ({ bytes, direction, vlan }) => {
      if (direction === "in" && vlan === undefined) owner ??= answerTo(mac, target, bytes);
    },
  });
  try {
    for (let n = 0; n < ASKS && owner === undefined; n++) {
      send(socket, mac, target);
      await pause(BETWEEN_MS);
      socket.drain();
    }
    return owner;
  } finally {
    socket.close();
  }
}

function send(socket: PacketSocket, mac: Mac, target: IpAddress): void {
  try {
    socket.send(questionFrom(mac, target));
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== "ENOBUFS") throw error;
    throw new ExitError(
      ExitCode.kernel,
      `the question from ${mac} did not leave: rules of this host drop it, as the fence of a Backup does; see vmac-ctl status`,
    );
  }
}
