/**
 * Looks at the host: what of the hidden addresses is there, and what would answer for them.
 *
 * @module
 */
import { KernelError, type Link, readEffective } from "@viptools/kernel";
import { addressFromBytes, familyOf, type IpAddress, ZERO_MAC } from "@viptools/wire";
import { doesIgnoreHide, type Hiding, HOLDER, type Method } from "./plan.ts";
import { tableOf, VIPS } from "./rules.ts";
import type { Sight } from "./wholeness.ts";
import type { Workbench } from "./workbench.ts";

/** @param all that is hidden on this host. */
export function look(bench: Workbench, name: string, method: Method, all: readonly Hiding[]): Sight {
  const vips = all.filter((one) => one.interface === name && one.method === method).map(({ vip }) => vip);
  const addresses = bench.addresses().filter(({ address }) => vips.includes(address));
  const links = bench.route.links();
  const hasSettings = method === "sysctl" && vips.some((vip) => familyOf(vip) === 4);
  return {
    interface: name,
    method,
    isThere: links.some((link) => link.name === name),
    missing: vips.filter((vip) => !addresses.some((one) => one.address === vip && one.interface === HOLDER)),
    elsewhere: addresses
      .filter((one) => one.interface !== HOLDER)
      .map((one) => ({ vip: one.address, interface: one.interface })),
    ignore: hasSettings ? readEffective("ipv4/arp_ignore", name) : undefined,
    announce: hasSettings ? readEffective("ipv4/arp_announce", name) : undefined,
    unruled: method === "nft" ? unruledOf(bench, name, vips) : [],
    open: vips.some((vip) => familyOf(vip) === 4) ? openOf(links, vips, all) : [],
  };
}

/** Of IPv4: the rules name IPv6 addresses one by one, and the kernel hides those by itself. */
function unruledOf(bench: Workbench, name: string, vips: readonly IpAddress[]): IpAddress[] | undefined {
  try {
    const ruled = bench.nft.elements(tableOf(name), VIPS).map(({ key }) => addressFromBytes(key, 4));
    return vips.filter((vip) => familyOf(vip) === 4 && !ruled.includes(vip));
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Where somebody may ask too, and where not all of the addresses are hidden. */
function openOf(links: readonly Link[], vips: readonly IpAddress[], all: readonly Hiding[]): string[] {
  return links
    .filter(({ isUp, mac, masterIndex }) => isUp && mac !== undefined && mac !== ZERO_MAC && !masterIndex)
    .map(({ name }) => name)
    .filter((name) => {
      const isHidden = vips.every((vip) => all.some((one) => one.interface === name && one.vip === vip));
      const ignore = readEffective("ipv4/arp_ignore", name);
      return !isHidden && ignore !== undefined && !doesIgnoreHide(ignore.value);
    });
}
