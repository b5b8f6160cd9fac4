/**
 * `garp-send ADDRESS…`: announces now.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { RouteSocket } from "@viptools/kernel";
import { type IpAddress, isGroupAddress, type Mac, parseIpAddress, virtualMacOf } from "@viptools/wire";
import type { Form } from "./announcement.ts";
import { Announcer } from "./announcer.ts";
import { encodeReports } from "./membership.ts";
import { parseMacChoice } from "./options.ts";
import { Target } from "./round.ts";
import { isIpv6Router } from "./router-flag.ts";

const ROUNDS_MAX = 1_000_000;

/** Sends all rounds and returns; done only if the kernel took every frame. */
export async function announce(context: Context): Promise<ExitCode> {
  const { args } = context;
  const interfaceName = args.required("interface");
  if (args.words.length === 0)
    throw new ExitError(ExitCode.usage, "ADDRESS is missing: say which to announce");
  const addresses = args.words.map((word) => orUsage(() => parseIpAddress(word.replace(/\/\d+$/, ""))));
  const group = addresses.find(isGroupAddress);
  if (group !== undefined)
    throw new ExitError(ExitCode.usage, `${group} is a group: needs the address of one host`);
  const choice = args.parsed("mac", parseMacChoice)!;
  const count = args.integer("count", 1, ROUNDS_MAX)!;
  const intervalMs = args.parsed("interval", parseDurationUs)! / 1000;
  const ifindex = context.needInterface(interfaceName);
  const targets = await findTargets(context, ifindex, addresses, choice);
  const reports = isVirtual6(choice) ? encodeReports(addresses, choice) : [];
  context.needRawSockets();
  const announcer = new Announcer(interfaceName, ifindex, (body, moment) => {
    if (!args.flag("quiet")) context.write(body, moment);
  });
  let refused = 0;
  for (let n = 1; n <= count; n++) {
    if (n > 1) await new Promise((resolve) => setTimeout(resolve, intervalMs));
    const { fenced, failed } = announcer.send(
      { n, forms: chosenForms(context) },
      targets,
      reports,
      undefined,
    );
    refused += fenced + failed;
  }
  announcer.close();
  if (refused > 0)
    context.say(`${refused} frames did not leave: the interface is down, or a fence mutes this host`);
  return refused > 0 ? ExitCode.kernel : ExitCode.done;
}

/** Of the NIC's MAC the kernel reports by itself, as of any that it has without a fence. */
function isVirtual6(choice: Mac | "auto"): choice is Mac {
  return choice !== "auto" && virtualMacOf(choice)?.family === 6;
}

/** @returns both forms, unless one of `-U` and `-A` is given. */
function chosenForms({ args }: Context): readonly Form[] {
  if (args.flag("unsolicited") === args.flag("reply")) return ["request", "reply"];
  return args.flag("unsolicited") ? ["request"] : ["reply"];
}

/** Who announces an address that is not on this host takes it from its owner: that has to be meant. */
async function findTargets(
  context: Context,
  ifindex: number,
  addresses: readonly IpAddress[],
  choice: Mac | "auto",
): Promise<Target[]> {
  const owners = await findOwners(ifindex);
  const nic = owners.get("")!;
  return addresses.map((address) => {
    const owner = owners.get(address);
    if (owner === undefined && choice === "auto" && !context.args.flag("force")) {
      throw new ExitError(
        ExitCode.usage,
        `${address} is not on this host: --mac says whose it is, --force announces it with the NIC's own MAC`,
      );
    }
    const { mac, interfaceName } = owner ?? nic;
    const isRouter = context.args.flag("router") || isIpv6Router(interfaceName);
    return new Target(address, choice === "auto" ? mac : choice, isRouter);
  });
}

interface Owner {
  readonly mac: Mac;
  readonly interfaceName: string;
}

/** By address, of the interface and of those that stand on it; the interface itself under "". */
async function findOwners(ifindex: number): Promise<Map<string, Owner>> {
  const route = new RouteSocket();
  const addresses = [...(await route.allAddresses(4)), ...(await route.allAddresses(6))];
  const owners = new Map<string, Owner>();
  for (const { index, parentIndex, mac, name } of await route.links()) {
    if (mac === undefined || (index !== ifindex && parentIndex !== ifindex)) continue;
    const owner = { mac, interfaceName: name };
    if (index === ifindex) owners.set("", owner);
    for (const found of addresses) if (found.ifindex === index) owners.set(found.address, owner);
  }
  route.close();
  if (!owners.has(""))
    throw new ExitError(ExitCode.usage, "the interface has no MAC address: it is no Ethernet");
  return owners;
}
