/**
 * The fence of one virtual router: nftables rules that keep this host mute for its VIPs unless it holds a permission,
 * and permissions that the kernel takes back by itself. Pure.
 *
 * One table for each virtual router, so that it lives and dies with it. Two permissions: `serve` lets packets to the
 * VIP in and data from it out; `voice` lets this host speak as the virtual router: the virtual MAC as source, ARP and
 * neighbour discovery for the VIP. A hand-over loses nothing only if the leaver gives up its voice first and serves on.
 * Keyed by a constant, and never by an interface: the hook sees other interfaces on other kernels.
 *
 * VRRP adverts always pass: the election must be able to speak while the host is mute.
 *
 * In rewrite mode the same rules put the virtual MAC on and take it off (rewriting.ts).
 *
 * @module
 */
import {
  ACCEPT,
  type BaseChain,
  inSet,
  NetdevHook,
  type NftTerm,
  type SetSpec,
  type TableSpec,
} from "@viptools/kernel";
import { addressOfVip } from "@viptools/records";
import { addressToBytes, type IpAddress, type Mac } from "@viptools/wire";
import { gates, TO_SERVE, TO_VOICE } from "./fence-gates.ts";
import {
  ARP_SENDER,
  ARP_TARGET,
  ETHER_DESTINATION,
  ETHER_SOURCE,
  IP_DESTINATION,
  IP_SOURCE,
  IP6_DESTINATION,
  IP6_SOURCE,
  isAdvert,
  isArp,
  isIcmp6,
  isIpv4,
  isIpv6,
  isMac,
  isNdTarget,
  NdType,
  REFUSED,
} from "./fence-match.ts";
import type { Claim } from "./owner-table.ts";
import { VIPS } from "./permission.ts";
import type { Plan } from "./plan.ts";

export interface FenceOptions {
  readonly table: string;
  readonly family: 4 | 6;
  /** The interface on which the host is muted. */
  readonly parent: string;
  /** What permissions are kept under. */
  readonly key: Mac;
  /** The MAC that nobody else has here: whatever carries it is the virtual router's. Null in address mode. */
  readonly vmac: Mac | null;
  /** Data goes out from it while the voice is given up already. */
  readonly nicMac: Mac;
  /** Questions go out from it while the voice is given up; undefined for IPv4, and if it has none. */
  readonly nicLinkLocal: IpAddress | undefined;
  readonly vips: readonly IpAddress[];
  /** The NIC speaks with the virtual MAC, which these rules put on and take off. */
  readonly isRewriting: boolean;
  /** False: permissions are not asked for; what is left is {@link FenceOptions.isAccepting}. */
  readonly hasGates: boolean;
  /** False: packets to the VIPs are dropped, but for ARP and neighbour discovery (RFC 9568 §6.4.3, Accept_Mode). */
  readonly isAccepting: boolean;
  /** How long a permission lasts that brings no time of its own, which none does: a second line of defence. */
  readonly defaultMs: number;
}

/** A permission that was asked for without a time ends after this. */
const DEFAULT_PERMISSION_MS = 1000;

/** The fence that a plan needs. @param hasGates false where nobody leases. */
export function fenceOf(
  { vrid, vips }: Pick<Claim, "vrid" | "vips">,
  { mode, family, parent, fenceKey, mac, nicMac, nicLinkLocal }: Plan,
  { hasGates, isAccepting }: Pick<FenceOptions, "hasGates" | "isAccepting">,
): FenceOptions {
  return {
    table: fenceTable(parent, family, vrid),
    family,
    parent,
    key: fenceKey,
    vmac: mode === "address" ? null : mac,
    nicMac,
    nicLinkLocal,
    vips: vips.map(addressOfVip),
    isRewriting: mode === "rewrite",
    hasGates,
    isAccepting,
    defaultMs: DEFAULT_PERMISSION_MS,
  };
}

/** Before other netdev chains, so that no foreign rule answers first. */
const PRIORITY = -500;

/** `vmac_eth0_4_51`: a name that nft takes, for each parent, family and VRID. */
export function fenceTable(parent: string, family: 4 | 6, vrid: number): string {
  return `vmac_${parent.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}_${family}_${vrid}`;
}

/** The whole table, mute: nobody has a permission yet. */
export function fenceRules(options: FenceOptions): TableSpec {
  const { table, family, parent: device, hasGates, isRewriting, defaultMs } = options;
  const sets: SetSpec[] = [
    { name: "serve", key: "mac", timeoutMs: defaultMs },
    { name: "voice", key: "mac", timeoutMs: defaultMs },
  ];
  const vips: SetSpec = {
    name: VIPS,
    key: family === 4 ? "ipv4" : "ipv6",
    elements: options.vips.map((vip) => ({ key: addressToBytes(vip), text: vip })),
  };
  const isTwoWay = hasGates || isRewriting;
  const inward = [...refusals(options), ...(isTwoWay ? questions(options) : [])];
  const outward = isTwoWay ? [[...isAdvert(family), ACCEPT], ...answers(options)] : [];
  const base = (hook: number): BaseChain => ({ hook, priority: PRIORITY, device });
  return {
    name: table,
    sets: hasGates ? [...sets, vips] : [vips],
    chains: [
      ...(isTwoWay ? gates(options) : []),
      { name: "in", base: base(NetdevHook.ingress), rules: inward },
      ...(isTwoWay ? [{ name: "out", base: base(NetdevHook.egress), rules: outward }] : []),
    ],
  };
}

/** With Accept_Mode off: neighbour discovery has to work on (V3-6.4.3, rows 650 and 655). */
function refusals({ family, isAccepting, hasGates, isRewriting }: FenceOptions): NftTerm[][] {
  if (isAccepting) return [];
  if (family === 4) return [[isIpv4(), inSet(IP_DESTINATION, VIPS), ...REFUSED]];
  const toVip = [isIpv6(), inSet(IP6_DESTINATION, VIPS)];
  const discovery = isIcmp6(NdType.solicitation, NdType.advertisement);
  return [
    [...toVip, ...discovery, hasGates || isRewriting ? TO_SERVE : ACCEPT],
    [...toVip, ...REFUSED],
  ];
}

/** What comes in for the virtual router. */
function questions({ family, vmac, hasGates }: FenceOptions): NftTerm[][] {
  const toVmac = vmac === null ? [] : [[isMac(ETHER_DESTINATION, vmac), TO_SERVE]];
  if (!hasGates) return toVmac;
  if (family === 4) {
    return [
      ...toVmac,
      [isArp(), inSet(ARP_TARGET, VIPS), TO_SERVE],
      [isIpv4(), inSet(IP_DESTINATION, VIPS), TO_SERVE],
    ];
  }
  return [
    ...toVmac,
    [...isIcmp6(NdType.solicitation), isNdTarget(VIPS), TO_SERVE],
    [isIpv6(), inSet(IP6_DESTINATION, VIPS), TO_SERVE],
  ];
}

/**
 * What goes out as the virtual router, adverts apart. Data of a VIP leaves a macvlan by the NIC, with its MAC; where rules
 * put the virtual MAC on, it is the gate of the voice that does it.
 */
function answers({ family, vmac, isRewriting, hasGates }: FenceOptions): NftTerm[][] {
  if (!hasGates) return fromVips(family, TO_VOICE);
  const data = isRewriting ? TO_VOICE : TO_SERVE;
  const fromVmac = vmac === null ? [] : [[isMac(ETHER_SOURCE, vmac), TO_VOICE]];
  if (family === 4) {
    return [...fromVmac, ...fromVips(family, data)];
  }
  return [
    ...fromVmac,
    [...isIcmp6(NdType.advertisement), isNdTarget(VIPS), TO_VOICE],
    [...isIcmp6(NdType.routerSolicitation, NdType.redirect), inSet(IP6_SOURCE, VIPS), TO_VOICE],
    ...fromVips(family, data),
  ];
}

/** @param data where packets go; ARP, which teaches, has to have a voice. */
function fromVips(family: 4 | 6, data: NftTerm): NftTerm[][] {
  if (family === 6) return [[isIpv6(), inSet(IP6_SOURCE, VIPS), data]];
  return [
    [isArp(), inSet(ARP_SENDER, VIPS), TO_VOICE],
    [isIpv4(), inSet(IP_SOURCE, VIPS), data],
  ];
}
