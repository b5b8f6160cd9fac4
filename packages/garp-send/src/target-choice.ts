/**
 * With which MAC each address is announced, and which are not: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import type { LocalHost } from "./local-host.ts";
import { Target } from "./round.ts";
import type { Shape } from "./shape.ts";

export interface ChoiceOptions {
  /** `auto`: of the interface that has the address, else the NIC's. */
  readonly mac: Mac | "auto";
  readonly isForced: boolean;
  /** Router flag of an IPv6 address whose owner is this interface. */
  readonly isRouterOn: (interfaceName: string) => boolean;
  readonly shape: Shape;
}

type Surroundings = Pick<LocalHost, "nic" | "mac" | "owners" | "interfaces">;

/**
 * Who announces an address that is not on this host takes it from its owner: that has to be meant. Who announces that of
 * the gateway takes the network away from everybody, so no MAC is reason enough.
 *
 * @param gateways of this host's default routes.
 * @returns why not, and both ways round; undefined if nothing is in the way.
 */
export function objectionTo(
  address: IpAddress,
  { owners, nic, interfaces }: Pick<Surroundings, "owners" | "nic" | "interfaces">,
  gateways: ReadonlySet<IpAddress>,
  { mac, isForced }: Pick<ChoiceOptions, "mac" | "isForced">,
): string | undefined {
  if (isForced || owners.has(address)) return undefined;
  if (gateways.has(address))
    return `${address} is the default gateway of this host: announce it on the gateway, or --force takes it over for all who hear`;
  if (mac !== "auto") return undefined;
  const where = interfaces.get(address);
  const found = where === undefined ? "is not on this host" : `is on ${where}, and not on ${nic.name}`;
  return `${address} ${found}: --mac says whose it is, --force announces it with the NIC's own MAC`;
}

export function chooseTarget(address: IpAddress, host: Surroundings, options: ChoiceOptions): Target {
  const owner = host.owners.get(address) ?? { mac: host.mac, interfaceName: host.nic.name };
  const mac = options.mac === "auto" ? owner.mac : options.mac;
  const isRouter = familyOf(address) === 6 && options.isRouterOn(owner.interfaceName);
  return new Target(address, mac, isRouter, options.shape);
}
