/**
 * What owning a virtual router means on a host: names, settings, addresses. Pure: what the host is like comes in.
 *
 * @module
 */
import { MOVING_ADDRESS_PROTOCOL, type Setting } from "@viptools/kernel";
import { familyOfVip, parseInstance, parseVip, type Vip } from "@viptools/records";
import { type IpAddress, isInPrefix, isLinkLocal, type Mac, virtualMac, wholeLength } from "@viptools/wire";
import type { Claim } from "./owner-table.ts";

/**
 * `macvlan`: a link with the virtual MAC. `rewrite`: the NIC, whose frames get the virtual MAC from rules. `address`: the
 * NIC with its own MAC.
 */
export type Mode = "macvlan" | "rewrite" | "address";

/** How the VIPs are owned, whatever virtual router they belong to. */
export interface OwnSettings {
  /** Undefined: a macvlan, or the physical MAC where the virtual router has no other. */
  readonly mode?: Mode;
  /** `bridge` lets macvlans of this host reach the VIPs, and goes round the fence for them. */
  readonly macvlanMode: "private" | "bridge";
  /** False: the virtual MAC alone, for those who answer in userspace. */
  readonly hasAddress: boolean;
  /** False: packets to the VIPs are dropped (RFC 9568, Accept_Mode off). */
  readonly isAccepting: boolean;
  /** Name of the macvlan, with {family} and {vrid}. */
  readonly nameTemplate?: string;
  readonly label?: string;
  readonly scope?: number;
  /** How long VIPs may be the source of new connections, seconds; undefined: IPv4 for ever, IPv6 never. */
  readonly preferredS?: number;
}

/** What the plan has to know of the host. */
export interface HostFacts {
  readonly parentIndex: number;
  readonly parentMac: Mac;
  /** Prefixes of the parent's addresses of the family that are no VIPs. */
  readonly parentPrefixes: readonly Vip[];
  /** A link-local address of the parent that is no VIP; undefined for IPv4, and where there is none. */
  readonly parentLinkLocal: IpAddress | undefined;
  /** Whether packets that come in by the parent are forwarded: "0" or "1"; undefined where there is no such setting. */
  readonly forwarding: string | undefined;
}

export interface PlannedLink {
  readonly name: string;
  readonly mac: Mac;
  readonly macvlanMode: "private" | "bridge";
  readonly hasArp: boolean;
}

export interface PlannedAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly hasPrefixRoute: boolean;
  readonly protocol: number;
  readonly label?: string;
  readonly scope?: number;
  readonly preferredS?: number;
}

export interface Plan {
  readonly mode: Mode;
  readonly family: 4 | 6;
  readonly parent: string;
  readonly parentIndex: number;
  /** Where the VIPs are. */
  readonly interfaceName: string;
  /** What answers for the VIPs. */
  readonly mac: Mac;
  /** The constant under which the fence keeps permissions. */
  readonly fenceKey: Mac;
  readonly nicMac: Mac;
  /** What the NIC asks from while it may not from a VIP; undefined as in {@link HostFacts.parentLinkLocal}. */
  readonly nicLinkLocal: IpAddress | undefined;
  /** Of the parent, shared with other virtual routers. */
  readonly parentSettings: readonly Setting[];
  /** To be made; in macvlan mode alone. */
  readonly link: PlannedLink | undefined;
  readonly linkSettings: readonly Setting[];
  readonly addresses: readonly PlannedAddress[];
  /** When the kernel removes the addresses by itself, CLOCK_MONOTONIC; undefined for never. */
  readonly validUntilUs?: number;
}

/** What marks an address as ours. */
export const ADDRESS_PROTOCOL: number = MOVING_ADDRESS_PROTOCOL;
const INTERFACE_NAME_MAX = 15;
/** A link-local VIP has to reach those who ask, and on a link of its own only its prefix leads there. */
const LINK_LOCAL_LENGTH = 64;
const NEVER_S = 0;

/** @throws {RangeError} with a sentence, if the name that was asked for cannot be one. */
export function planOf(claim: Claim, settings: OwnSettings, facts: HostFacts): Plan {
  const { family } = parseInstance(claim.instance)!;
  const { parent, vrid } = claim;
  const mode = modeOf(claim, settings);
  const link = mode === "macvlan" ? linkOf(claim, family, settings, facts) : undefined;
  const interfaceName = link?.name ?? parent;
  return {
    mode,
    family,
    parent,
    parentIndex: facts.parentIndex,
    interfaceName,
    mac: mode === "address" ? facts.parentMac : vmacOf(claim, family),
    fenceKey: virtualMac(family, vrid),
    nicMac: facts.parentMac,
    nicLinkLocal: facts.parentLinkLocal,
    parentSettings: family === 6 ? [] : parentSettings(parent, mode),
    link,
    linkSettings:
      link === undefined ? [] : linkSettings(link, family, { parent, forwarding: facts.forwarding }),
    addresses: planAddresses(claim, mode, settings, facts),
  };
}

/** VIPs that stand on the NIC, which before Linux 5.18 are not told from others there, do not lead anywhere themselves. */
function planAddresses(
  claim: Claim,
  mode: Mode,
  settings: OwnSettings,
  facts: HostFacts,
): readonly PlannedAddress[] {
  if (!settings.hasAddress) return [];
  const vips = claim.vips.map(parseVip);
  const own = new Set(vips.map(({ address }) => address));
  const parentPrefixes = facts.parentPrefixes.filter(({ address }) => !own.has(address));
  return vips.map((vip) => planAddress(vip, mode, settings, { ...facts, parentPrefixes }));
}

/**
 * The kernel counts lifetimes in whole seconds, and ends them up to half a second late.
 *
 * @returns undefined for one that never ends, 0 where it is too late for any.
 */
export function lifetimeS({ validUntilUs }: Plan, nowUs: number): number | undefined {
  return validUntilUs === undefined ? undefined : Math.max(0, Math.floor((validUntilUs - nowUs) / 1e6));
}

/** A virtual router without a virtual MAC is owned with the physical one. */
export function modeOf(claim: Claim, settings: OwnSettings): Mode {
  return settings.mode ?? (claim.vmac === null ? "address" : "macvlan");
}

function vmacOf({ vmac, vrid }: Claim, family: 4 | 6): Mac {
  return vmac ?? virtualMac(family, vrid);
}

function linkOf(claim: Claim, family: 4 | 6, settings: OwnSettings, facts: HostFacts): PlannedLink {
  const { vrid } = claim;
  const template = settings.nameTemplate;
  const name =
    template === undefined
      ? virtualInterfaceName(family, facts.parentIndex, vrid)
      : template.replaceAll("{family}", String(family)).replaceAll("{vrid}", String(vrid));
  checkInterfaceName(name);
  const mac = vmacOf(claim, family);
  return { name, mac, macvlanMode: settings.macvlanMode, hasArp: settings.hasAddress };
}

/** @throws {RangeError} saying what was seen and what is needed. */
export function checkInterfaceName(name: string): void {
  if (/^[^\s/.:%{}]+$/.test(name) && name.length <= INTERFACE_NAME_MAX) return;
  throw new RangeError(
    `interface name "${name}": needs 1 to ${INTERFACE_NAME_MAX} characters without dot, colon, slash or space`,
  );
}

/** `vrrp4-2-51` for VRID 51 on interface 2: no dot, which sysctl would take for a separator. */
export function virtualInterfaceName(family: 4 | 6, parentIndex: number, vrid: number): string {
  const name = `vrrp${family}-${parentIndex}-${vrid}`;
  return name.length <= INTERFACE_NAME_MAX ? name : `v${family}-${parentIndex}-${vrid}`;
}

function planAddress(vip: Vip, mode: Mode, settings: OwnSettings, facts: HostFacts): PlannedAddress {
  const family = familyOfVip(vip);
  const isBareLinkLocal = isLinkLocal(vip.address) && vip.length === 128 && mode === "macvlan";
  const prefixLength = isBareLinkLocal ? LINK_LOCAL_LENGTH : vip.length;
  const preferredS = settings.preferredS ?? (family === 6 ? NEVER_S : undefined);
  return {
    address: vip.address,
    prefixLength,
    hasPrefixRoute: isBareLinkLocal || needsPrefixRoute(vip, facts.parentPrefixes),
    protocol: ADDRESS_PROTOCOL,
    ...(settings.label === undefined || family === 6 ? {} : { label: settings.label }),
    ...(settings.scope === undefined ? {} : { scope: settings.scope }),
    ...(preferredS === undefined ? {} : { preferredS }),
  };
}

/** A VIP without a network, which brings no route. */
export function isAlone({ address, length }: Vip): boolean {
  return length === wholeLength(address);
}

/** Where the parent is in the same network, its own route leads there; a second one would compete with it. */
function needsPrefixRoute(vip: Vip, parentPrefixes: readonly Vip[]): boolean {
  if (isAlone(vip)) return false;
  return !parentPrefixes.some(
    (own) => own.length <= vip.length && isInPrefix(vip.address, own.address, own.length),
  );
}

/** How `ip link` shows whose an interface is. */
export function interfaceAlias(instance: string): string {
  return `viptools:${instance}`;
}

/**
 * The parent must not answer for the macvlan's addresses (ARP flux), nor teach clients VIP -> NIC MAC with its own
 * questions. In rewrite mode it answers, and its questions have to come from an address of its own because those from a VIP
 * are dropped while the voice is another host's: who has just begun to serve would wait a second to ask again.
 */
function parentSettings(parent: string, mode: Mode): Setting[] {
  const ignore = { path: `net/ipv4/conf/${parent}/arp_ignore`, value: "1" };
  const announce = { path: `net/ipv4/conf/${parent}/arp_announce`, value: "2" };
  if (mode === "address") return [];
  return mode === "macvlan" ? [ignore, announce] : [announce];
}

/** Of the parent, as {@link HostFacts} has it. */
interface Forwarding {
  readonly parent: string;
  readonly forwarding: string | undefined;
}

/**
 * The macvlan answers for its own addresses alone, and forwards if its parent does. Without `arp_ignore` one of IPv6 would
 * answer ARP as well, for each IPv4 address of the host. Answers leave by the parent, so reverse path filtering must be
 * loose: the kernel takes the larger of this and `all`, and 2 (loose) is larger than 1 (strict). It neither asks for
 * routers nor takes addresses from them.
 */
function linkSettings(
  { name, hasArp }: PlannedLink,
  family: 4 | 6,
  { parent, forwarding }: Forwarding,
): Setting[] {
  const wanted =
    family === 4
      ? // On a link without any address the kernel lets pass nothing that it looks at (`__fib_validate_source`).
        { rp_filter: hasArp ? "2" : "0" }
      : { disable_ipv6: "0", accept_ra: "0", autoconf: "0", router_solicitations: "0" };
  const conf = (link: string, setting: string): string => `net/ipv${family}/conf/${link}/${setting}`;
  const own = Object.entries(wanted).map(([setting, value]) => ({ path: conf(name, setting), value }));
  const follows = conf(parent, "forwarding");
  return [
    { path: `net/ipv4/conf/${name}/arp_ignore`, value: "1" },
    ...own,
    ...(forwarding === undefined ? [] : [{ path: conf(name, "forwarding"), value: forwarding, follows }]),
  ];
}
