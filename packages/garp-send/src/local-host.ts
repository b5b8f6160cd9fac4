/**
 * What this host is to the neighbours on an interface: which addresses are its own, with which MAC it has them.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { type Link, RouteReader } from "@viptools/kernel";
import { type IpAddress, type IpFamily, isLinkLocal, type Mac, ZERO_MAC } from "@viptools/wire";

/** Who of this host has an address. */
export interface Owner {
  readonly mac: Mac;
  readonly interfaceName: string;
}

export interface LocalHost {
  readonly nic: Link;
  /** Of the interface itself. */
  readonly mac: Mac;
  /** By address: of the interface itself, and of those that stand on it. */
  readonly owners: ReadonlyMap<IpAddress, Owner>;
  /** Interfaces by address, wherever it stands; a link-local one means something on the interface and those on it alone. */
  readonly interfaces: ReadonlyMap<IpAddress, string>;
  /** Of all interfaces. */
  readonly macs: ReadonlySet<Mac>;
}

/** @throws {ExitError} noInterface; usage, for one that is no Ethernet. */
export function readLocalHost(ifindex: number): LocalHost {
  const route = new RouteReader();
  try {
    const links = new Map(route.links().map((link) => [link.index, link]));
    const nic = links.get(ifindex);
    if (nic === undefined)
      throw new ExitError(ExitCode.noInterface, `interface ${ifindex} is not there any more`);
    const { mac, name } = nic;
    if (mac === undefined || mac === ZERO_MAC)
      throw new ExitError(ExitCode.usage, `${name} has no MAC address: needs an Ethernet interface`);
    const owners = new Map<IpAddress, Owner>();
    const interfaces = new Map<IpAddress, string>();
    for (const { ifindex: index, address } of [...route.addresses(4), ...route.addresses(6)]) {
      const link = links.get(index);
      if (link === undefined) continue;
      const isHere = index === ifindex || link.parentIndex === ifindex;
      if (isHere && link.mac !== undefined && !(owners.has(address) && index !== ifindex))
        owners.set(address, { mac: link.mac, interfaceName: link.name });
      if (isHere || !isLinkLocal(address)) interfaces.set(address, link.name);
    }
    const macs = new Set([...links.values()].flatMap(({ mac }) => mac ?? []));
    return { nic, mac, owners, interfaces, macs };
  } finally {
    route.close();
  }
}

/** Who routes for this host. @param families to look at. */
export function readGateways(families: readonly IpFamily[]): Set<IpAddress> {
  const route = new RouteReader();
  try {
    return new Set(families.flatMap((family) => route.defaultGateways(family)));
  } finally {
    route.close();
  }
}

/** @throws {ExitError} kernel, where nobody would hear. */
export function demandCarrier({ nic: { name, isUp, isRunning } }: LocalHost): void {
  if (!isUp) throw new ExitError(ExitCode.kernel, `${name} is down: ip link set ${name} up`);
  if (!isRunning) throw new ExitError(ExitCode.kernel, `${name} has no carrier: nobody would hear`);
}
