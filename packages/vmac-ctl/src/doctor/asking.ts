/**
 * Asks a neighbour from the NIC's MAC, then from a virtual one.
 *
 * @module
 */
import { type Args, demandWholeTime, ExitCode, ExitError, pauseUnlessStopped } from "@viptools/cli";
import { ADVERTISEMENT_FILTER, ARP_FILTER, KernelError, type Link, PacketSocket } from "@viptools/kernel";
import { familyOf, type IpAddress, isGroupAddress, type Mac, parseIpAddress } from "@viptools/wire";
import { answerTo, judgePassage, type Passage, questionFrom } from "./passage.ts";

const ASKS = 3;
const BETWEEN_MS = 300;

export interface Asking {
  /** The MAC that answered the NIC's. */
  readonly fromNic: Mac | undefined;
  readonly fromVmac: Mac | undefined;
  readonly verdict: Passage;
}

/** @throws {ExitError} kernel, if questions do not leave, or the command is asked to stop meanwhile. */
export async function askFromBoth(
  nic: Pick<Link, "index"> & { readonly mac: Mac },
  mac: Mac,
  target: IpAddress,
): Promise<Asking> {
  const fromNic = await ask(nic.index, nic.mac, target);
  demandWholeTime(`${target} was asked from both MACs`);
  const fromVmac = await ask(nic.index, mac, target);
  if (fromVmac === undefined) demandWholeTime(`${target} could have answered`);
  return { fromNic, fromVmac, verdict: judgePassage(fromNic !== undefined, fromVmac !== undefined) };
}

/** @returns undefined if none was given. @throws {ExitError} usage, for what is no neighbour's address. */
export function readTarget(args: Args): IpAddress | undefined {
  const target = args.parsed("target", parseIpAddress);
  if (target !== undefined && isGroupAddress(target))
    throw new ExitError(ExitCode.usage, `--target is ${target}: needs the address of one neighbour`);
  return target;
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
      await pauseUnlessStopped(BETWEEN_MS);
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
