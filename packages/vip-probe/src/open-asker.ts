/**
 * From what is asked to who asks.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { askByTcp, askByUdp, RouteSocket, type TransportTarget } from "@viptools/kernel";
import { familyOf, type IpAddress, isLinkLocal } from "@viptools/wire";
import { arpQuestion } from "./arp-question.ts";
import type { Asker, OnAnswer } from "./asker.ts";
import { frameAsker, type Question } from "./frame-asker.ts";
import { Hints } from "./hints.ts";
import { neighbourQuestion } from "./neighbour-question.ts";
import { type Asked, isTransport, type Settings } from "./options.ts";
import { pingAsker } from "./ping-asker.ts";
import { transportAsker } from "./transport-asker.ts";

/**
 * @throws {ExitError} usage, if the interface is no Ethernet; noInterface, if it is not there or has no address to ask
 * from; permission.
 */
export async function openAsker(
  context: Context,
  settings: Settings,
  asked: Asked,
  onAnswer: OnAnswer,
): Promise<Asker> {
  const { interfaceName: name } = settings;
  const { target, kind } = asked;
  const ifindex = name === undefined ? undefined : context.needInterface(name);
  const hints = new Hints(asked, (message) => context.say(message));
  if (isTransport(kind)) return await openTransport(settings, asked, ifindex, onAnswer, hints);
  context.needRawSockets();
  if (kind === "icmp" || name === undefined || ifindex === undefined)
    return pingAsker(target, name, onAnswer, hints.onFailed);
  return frameAsker(ifindex, await makeQuestion(name, ifindex, target), onAnswer, hints.onFailed);
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

async function openTransport(
  settings: Settings,
  { target, kind, port }: Asked,
  ifindex: number | undefined,
  onAnswer: OnAnswer,
  hints: Hints,
): Promise<Asker> {
  const { interfaceName: name, payload } = settings;
  const to: TransportTarget =
    name === undefined || ifindex === undefined
      ? { address: target, port: port! }
      : { ...(await placeOn(name, ifindex, target)), port: port! };
  return transportAsker(
    (answer) =>
      kind === "tcp" ? askByTcp(to, answer, hints.onFailed) : askByUdp(to, payload, answer, hints.onFailed),
    settings,
    onAnswer,
    hints,
  );
}

/** A link-local target is named with its link; another one is asked from the interface's first address. */
async function placeOn(
  name: string,
  ifindex: number,
  target: IpAddress,
): Promise<Pick<TransportTarget, "address" | "from">> {
  const family = familyOf(target);
  if (family === 6 && isLinkLocal(target)) return { address: `${target}%${name}` };
  const route = new RouteSocket();
  const addresses = await route.addresses(ifindex, family);
  route.close();
  const from = addresses.find(
    ({ address, isTentative }) => !isTentative && !(family === 6 && isLinkLocal(address)),
  );
  if (from === undefined)
    throw new ExitError(ExitCode.noInterface, `${name} has no IPv${family} address to ask from`);
  return { address: target, from: from.address };
}
