/**
 * What all virtual routers of a process work with: one folder of notes, one socket for links and addresses, one for
 * rules, so that the permissions of many are one transaction.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { KernelError, NftSocket, RouteChanges, RunDirectory, readSysctl } from "@viptools/kernel";
import { isLinkLocal, ZERO_MAC } from "@viptools/wire";
import { ADDRESS_PROTOCOL, type HostFacts } from "./plan.ts";

/** What is for a port of these, the port's own addresses do not get. */
const TAKES_ALL: readonly string[] = ["bridge", "bond", "team"];

export class Workbench {
  readonly runs: RunDirectory = openRuns();
  readonly route: RouteChanges = new RouteChanges();
  #nft: NftSocket | undefined;

  /** Opened when it is used: kernels without nftables do without a fence. */
  get nft(): NftSocket {
    this.#nft ??= new NftSocket();
    return this.#nft;
  }

  /** By which notifications name what this process did to rules; undefined where there is no nf_tables. */
  nftPort(): number | undefined {
    try {
      // Whoever has asked something has been answered, and the answer names the port.
      this.nft.tables();
      return this.nft.portId;
    } catch (error) {
      if (error instanceof KernelError) return undefined;
      throw error;
    }
  }

  /** @throws {KernelError} ENODEV if there is no such interface. @throws {ExitError} usage, if it is no Ethernet. */
  factsOf(parent: string, family: 4 | 6): HostFacts {
    const link = this.route.findLink(parent);
    if (link === undefined) throw new KernelError("ENODEV", `Cannot find interface ${parent}`);
    const master = link.masterIndex === undefined ? undefined : this.route.link(link.masterIndex);
    if (master !== undefined && TAKES_ALL.includes(master.kind ?? ""))
      throw new KernelError("EBUSY", `Cannot use ${parent}: it is a port of ${master.name}, use that`);
    if (link.mac === undefined || link.mac === ZERO_MAC)
      throw new ExitError(ExitCode.usage, `${parent} has no MAC address: it is no Ethernet`);
    refuseWithoutIpv6(parent, family);
    const addresses = this.route.addresses(family).filter(({ ifindex }) => ifindex === link.index);
    return {
      parentIndex: link.index,
      parentMac: link.mac,
      parentLinkLocal: addresses.find(
        ({ address, protocol }) => isLinkLocal(address) && protocol !== ADDRESS_PROTOCOL,
      )?.address,
      parentPrefixes: addresses
        .filter(({ protocol }) => protocol !== ADDRESS_PROTOCOL)
        .map(({ address, prefixLength }) => ({ address, length: prefixLength })),
      forwarding: readSysctl(`net/ipv${family}/conf/${parent}/forwarding`),
    };
  }

  close(): void {
    this.route.close();
    this.#nft?.close();
    this.runs.tidy();
  }
}

/** @throws {ExitError} permission, if the folder cannot be made or may be changed by others. */
function openRuns(): RunDirectory {
  try {
    return new RunDirectory();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const advice = error.code === "EPERM" ? ": run as root" : "";
    throw new ExitError(ExitCode.permission, `${error.message}${advice}`);
  }
}

/** The kernel takes no address there, and the attempt alone changes what the interface is a member of. */
function refuseWithoutIpv6(parent: string, family: 4 | 6): void {
  const setting = `net/ipv6/conf/${parent}/disable_ipv6`;
  if (family === 4 || readSysctl(setting) === "0") return;
  throw new KernelError(
    "EACCES",
    `Cannot own IPv6 addresses: IPv6 is off on ${parent}, sysctl -w ${setting}=0`,
  );
}
