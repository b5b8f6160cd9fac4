/**
 * From the command line to who asks.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { RouteSocket } from "@viptools/kernel";
import { familyOf, type IpAddress, isLinkLocal } from "@viptools/wire";
import { arpQuestion } from "./arp-question.ts";
import type { Asker, OnAnswer } from "./asker.ts";
import { frameAsker, type Question } from "./frame-asker.ts";
import { neighbourQuestion } from "./neighbour-question.ts";
import { pingAsker } from "./ping-asker.ts";

export const KINDS = ["icmp", "arp", "nd"] as const;
/** The family that a kind asks about; ping asks about both. */
const FAMILY_OF: Readonly<Record<string, 4 | 6 | undefined>> = { arp: 4, nd: 6 };

/**
 * @throws {ExitError} usage, if kind and target do not fit or the interface is missing; noInterface, if it is not there
 * or has no link-local address to ask from; permission.
 */
export async function openAsker(context: Context, target: IpAddress, onAnswer: OnAnswer): Promise<Asker> {
  const { args } = context;
  const kind = args.text("kind")!;
  const wanted = FAMILY_OF[kind];
  if (wanted !== undefined && wanted !== familyOf(target))
    throw new ExitError(
      ExitCode.usage,
      `--kind ${kind} asks for IPv${wanted}: needs such an address, not ${target}`,
    );
  if (wanted !== undefined) args.required("interface");
  const name = args.text("interface");
  if (name === undefined && familyOf(target) === 6 && isLinkLocal(target))
    throw new ExitError(ExitCode.usage, `${target} is link-local: -I says on which link`);
  const ifindex = name === undefined ? undefined : context.needInterface(name);
  context.needRawSockets();
  if (wanted === undefined || name === undefined || ifindex === undefined)
    return pingAsker(target, name, onAnswer);
  return frameAsker(ifindex, await makeQuestion(name, ifindex, target), onAnswer);
}

async function makeQuestion(name: string, ifindex: number, target: IpAddress): Promise<Question> {
  const route = new RouteSocket();
  const family = familyOf(target);
  const mac = (await route.findLink(name))?.mac;
  const addresses = await route.addresses(ifindex, family);
  route.close();
  if (mac === undefined) throw new ExitError(ExitCode.usage, `${name} has no MAC address: it is no Ethernet`);
  if (family === 4) return arpQuestion(target, mac, addresses[0]?.address);
  const source = addresses.find(({ address, isTentative }) => isLinkLocal(address) && !isTentative);
  if (source === undefined)
    throw new ExitError(ExitCode.noInterface, `${name} has no IPv6 link-local address to ask from`);
  return neighbourQuestion(target, mac, source.address);
}
