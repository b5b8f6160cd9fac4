/**
 * What a command works with: the folder of notes, a socket for links and addresses, one for rules.
 *
 * @module
 */
import {
  type InterfaceAddress,
  KernelError,
  type NftFamilyName,
  NftSocket,
  RouteChanges,
  RunDirectory,
  readSysctl,
} from "@viptools/kernel";
import type { IpAddress, IpFamily } from "@viptools/wire";
import { toExit } from "./kernel-exit.ts";
import { ADDRESS_PROTOCOL } from "./plan.ts";

const UNMARKED = 0;

export class Workbench {
  readonly runs: RunDirectory = new RunDirectory();
  readonly route: RouteChanges = new RouteChanges();
  #nft: NftSocket | undefined;

  /** Opened when it is used: the method sysctl does without nftables. */
  get nft(): NftSocket {
    this.#nft ??= new NftSocket();
    return this.#nft;
  }

  /** Names of tables; none where the kernel has no nf_tables. */
  tables(family: NftFamilyName): string[] {
    try {
      return this.nft.tables(family).map(({ name }) => name);
    } catch (error) {
      if (error instanceof KernelError) return [];
      throw error;
    }
  }

  /** Addresses of this host, with the names of their interfaces. */
  addresses(): (InterfaceAddress & { readonly interface: string })[] {
    const names = new Map(this.route.links().map(({ index, name }) => [index, name]));
    return ([4, 6] as const)
      .flatMap((family) => this.route.addresses(family))
      .map((address) => ({ ...address, interface: names.get(address.ifindex) ?? "?" }));
  }

  /** @returns the first IPv4 address of an interface, from which the kernel asks by itself. */
  ownAddress(name: string): IpAddress | undefined {
    return this.ownAddresses(name)[0];
  }

  /** IPv4 addresses of an interface. */
  ownAddresses(name: string): IpAddress[] {
    const own = this.addresses().filter((one) => one.family === 4 && one.interface === name);
    return own.map(({ address }) => address);
  }

  close(): void {
    this.route.close();
    this.#nft?.close();
    this.runs.tidy();
  }
}

/** @returns what the work returns. @throws {ExitError} for what the kernel refused. */
export async function withBench<T>(work: (bench: Workbench) => Promise<T>): Promise<T> {
  let bench: Workbench | undefined;
  try {
    bench = new Workbench();
    return await work(bench);
  } catch (error) {
    throw toExit(error);
  } finally {
    bench?.close();
  }
}

/** Whether an address carries our mark, or could: kernels before 5.18 have none. */
export function isMarked({ protocol }: InterfaceAddress): boolean {
  return protocol === ADDRESS_PROTOCOL || (protocol === UNMARKED && !hasAddressProtocols());
}

/** Linux 5.18 and newer say who made an address. */
function hasAddressProtocols(): boolean {
  const [major = 0, minor = 0] = (readSysctl("kernel/osrelease") ?? "").split(".").map(Number);
  return major > 5 || (major === 5 && minor >= 18);
}

/** @returns whether the kernel takes addresses of a family on an interface, also on one that is still to come. */
export function isFamilyOn(family: IpFamily, name: string): boolean {
  const isOff = (side: string): string | undefined => readSysctl(`net/ipv6/conf/${side}/disable_ipv6`);
  return family === 4 || (isOff(name) ?? isOff("default")) === "0";
}
