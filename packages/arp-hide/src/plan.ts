/**
 * What it takes to hide an address: names, settings and addresses. Pure.
 *
 * @module
 */
import type { NewAddress, Setting } from "@viptools/kernel";
import { formatVip } from "@viptools/records";
import { familyOf, type IpAddress, wholeLength } from "@viptools/wire";

export const METHODS = ["sysctl", "nft", "arptables", "redirect"] as const;
export type Method = (typeof METHODS)[number];

/** One address that is hidden from those who ask on one interface. */
export interface Hiding {
  readonly interface: string;
  readonly vip: IpAddress;
  readonly method: Method;
  /** Of the interface, when it was noted: renamed, it keeps that. */
  readonly ifindex?: number;
  /** The tunnel interface on which it stands, in place of {@link HOLDER}. */
  readonly tunnel?: string;
  /** Of the method redirect: which services are reached, `tcp/80`; without, all. */
  readonly to?: readonly string[];
}

/** @param links that there are. @returns what an interface is called now that was noted as `name`. */
export function nameNow(
  name: string,
  noted: readonly Hiding[],
  links: readonly { readonly index: number; readonly name: string }[],
): string {
  const index = noted.find((one) => one.interface === name && one.ifindex !== undefined)?.ifindex;
  return links.find((link) => link.index === index)?.name ?? name;
}

/** Where hidden addresses stand that come by no tunnel. */
export const HOLDER = "lo";
/** What marks an address as ours (`ip address show`: proto 113): not the number that vmac-ctl marks its own with. */
export const ADDRESS_PROTOCOL = 113;
/** How this tool is called among those who need the settings of an interface. */
export const SETTINGS_HOLDER = "arp-hide";
/**
 * The kernel takes no address of this scope as the source of a connection of its own, and `arp_ignore` 3 hides it too.
 */
const SCOPE_HOST = 254;
/** For IPv6, where there is no such scope: the kernel takes no deprecated address either, unless there is no other. */
const DEPRECATED_S = 0;

/**
 * Values of `arp_ignore` with which the kernel answers for nothing that stands on another interface with scope host
 * (arp_ignore() in net/ipv4/arp.c). Of those, 1 is the mildest.
 */
const HIDING_IGNORES: readonly number[] = [1, 2, 3, 8];
const MILDEST_IGNORE = 1;
/** Only then the kernel never asks in the name of an address of another interface (arp_solicit()). */
export const HIDING_ANNOUNCE = 2;

export function doesIgnoreHide(value: number): boolean {
  return HIDING_IGNORES.includes(value);
}

/** @returns the interface on which it stands; undefined for one that stands on none. */
export function holderOf({ method, tunnel }: Pick<Hiding, "method" | "tunnel">): string | undefined {
  return method === "redirect" ? undefined : (tunnel ?? HOLDER);
}

/** An address, and the interface on which it stands. */
export interface Place {
  readonly vip: IpAddress;
  readonly holder: string;
}

/** Those that stand somewhere. */
export function placesOf(hidden: readonly Hiding[]): Place[] {
  return hidden.flatMap((one) => {
    const holder = holderOf(one);
    return holder === undefined ? [] : [{ vip: one.vip, holder }];
  });
}

/** For people: `sysctl`, `sysctl on tunl0`, `redirect of tcp/80`. */
export function wayOf({ method, tunnel, to }: Pick<Hiding, "method" | "tunnel" | "to">): string {
  const where = tunnel === undefined ? "" : ` on ${tunnel}`;
  return `${method}${where}${to === undefined ? "" : ` of ${to.join(" ")}`}`;
}

/** `192.0.2.100/32` */
export function hostVip(address: IpAddress): string {
  return formatVip({ address, length: wholeLength(address) });
}

/** @param ifindex of its holder. */
export function plannedAddress(address: IpAddress, ifindex: number): NewAddress {
  const common = { ifindex, address, prefixLength: wholeLength(address), protocol: ADDRESS_PROTOCOL };
  return familyOf(address) === 4 ? { ...common, scope: SCOPE_HOST } : { ...common, preferredS: DEPRECATED_S };
}

/**
 * What the interface has to be set to. IPv6 needs nothing: the kernel answers solicitations for addresses of the
 * interface that hears them alone (ndisc_recv_ns() in net/ipv6/ndisc.c), and asks in the name of no other.
 *
 * @param ignore what `arp_ignore` of the interface is now; a stricter value than ours stays.
 */
export function neededSettings(hidden: readonly Hiding[], name: string, ignore: number): Setting[] {
  const isNeeded = hidden.some(
    (one) => one.interface === name && one.method === "sysctl" && familyOf(one.vip) === 4,
  );
  if (!isNeeded) return [];
  const path = (setting: string): string => `net/ipv4/conf/${name}/${setting}`;
  const isStricter = doesIgnoreHide(ignore) && ignore > MILDEST_IGNORE;
  return [
    ...(isStricter ? [] : [{ path: path("arp_ignore"), value: String(MILDEST_IGNORE) }]),
    { path: path("arp_announce"), value: String(HIDING_ANNOUNCE) },
  ];
}
