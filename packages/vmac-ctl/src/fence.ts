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
 * @module
 */
import {
  ACCEPT,
  type BaseChain,
  type ChainSpec,
  COUNTER,
  constantInSet,
  DROP,
  goTo,
  inSet,
  NetdevHook,
  type NftTerm,
  type SetSpec,
  type TableSpec,
  writeOctets,
} from "@viptools/kernel";
import { addressOfVip } from "@viptools/records";
import { addressToBytes, type IpAddress, type Mac, macToBytes, ZERO_MAC } from "@viptools/wire";
import {
  ARP_SENDER,
  ARP_TARGET,
  ETHER_DESTINATION,
  ETHER_SOURCE,
  ETHER_SOURCE_AT,
  IP_DESTINATION,
  IP_SOURCE,
  IP6_DESTINATION,
  IP6_SOURCE,
  isAdvert,
  isArp,
  isIcmp6,
  isIgmp,
  isIpv4,
  isIpv6,
  isMac,
  isNdTarget,
  LINK,
  NdType,
} from "./fence-match.ts";
import type { Claim } from "./owner-table.ts";
import { type Permission, VIPS } from "./permission.ts";
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
  readonly vips: readonly IpAddress[];
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
  { family, parent, fenceKey, link, nicMac }: Plan,
  { hasGates, isAccepting }: Pick<FenceOptions, "hasGates" | "isAccepting">,
): FenceOptions {
  return {
    table: fenceTable(parent, family, vrid),
    family,
    parent,
    key: fenceKey,
    vmac: link?.mac ?? null,
    nicMac,
    vips: vips.map(addressOfVip),
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
  const { table, family, parent: device, hasGates, defaultMs } = options;
  const sets: SetSpec[] = [
    { name: "serve", key: "mac", timeoutMs: defaultMs },
    { name: "voice", key: "mac", timeoutMs: defaultMs },
  ];
  const vips: SetSpec = {
    name: VIPS,
    key: family === 4 ? "ipv4" : "ipv6",
    elements: options.vips.map((vip) => ({ key: addressToBytes(vip), text: vip })),
  };
  const inward = [...refusals(options), ...(hasGates ? questions(options) : [])];
  const outward = hasGates ? [[...isAdvert(family), ACCEPT], ...answers(options)] : [];
  const base = (hook: number): BaseChain => ({ hook, priority: PRIORITY, device });
  return {
    name: table,
    sets: hasGates ? [...sets, vips] : [vips],
    chains: [
      ...(hasGates ? [serveGate(options), voiceGate(options)] : []),
      { name: "in", base: base(NetdevHook.ingress), rules: inward },
      ...(hasGates ? [{ name: "out", base: base(NetdevHook.egress), rules: outward }] : []),
    ],
  };
}

/** Lets pass who has the permission and counts whom it drops. */
function serveGate(options: FenceOptions): ChainSpec {
  return { name: "if_serve", rules: [[mayDo("serve", options), ACCEPT], REFUSED] };
}

/**
 * Who may serve and not speak sends data from the NIC's MAC: an answer that came from the virtual one would move the
 * switch's port back from the successor. What teaches neighbours or switches goes nowhere.
 */
function voiceGate(options: FenceOptions): ChainSpec {
  const rules: NftTerm[][] = [[mayDo("voice", options), ACCEPT]];
  if (options.vmac !== null) {
    const asNic = [mayDo("serve", options), fromMac(options.nicMac), ACCEPT];
    if (options.family === 4) rules.push([isIgmp(), ...REFUSED], [isIpv4(), ...asNic]);
    else {
      const teaching: (readonly [number, number])[] = [
        [NdType.listenerQuery, NdType.redirect],
        [NdType.listenerReport, NdType.listenerReport],
      ];
      rules.push(...teaching.map(([from, to]) => [...isIcmp6(from, to), ...REFUSED]), [isIpv6(), ...asNic]);
    }
  }
  return { name: "if_voice", rules: [...rules, REFUSED] };
}

const REFUSED: NftTerm[] = [COUNTER, DROP];

function mayDo(permission: Permission, { key }: FenceOptions): NftTerm {
  return constantInSet(ETHER_SOURCE, macToBytes(key), [key, ZERO_MAC], permission);
}

function fromMac(mac: Mac): NftTerm {
  return writeOctets(`ether saddr set ${mac}`, LINK, ETHER_SOURCE_AT, macToBytes(mac));
}

/** With Accept_Mode off: neighbour discovery has to work on (V3-6.4.3, rows 650 and 655). */
function refusals({ family, isAccepting, hasGates }: FenceOptions): NftTerm[][] {
  if (isAccepting) return [];
  if (family === 4) return [[isIpv4(), inSet(IP_DESTINATION, VIPS), ...REFUSED]];
  const toVip = [isIpv6(), inSet(IP6_DESTINATION, VIPS)];
  const discovery = isIcmp6(NdType.solicitation, NdType.advertisement);
  return [
    [...toVip, ...discovery, hasGates ? goTo("if_serve") : ACCEPT],
    [...toVip, ...REFUSED],
  ];
}

/** What comes in for the virtual router. */
function questions({ family, vmac }: FenceOptions): NftTerm[][] {
  const serve = goTo("if_serve");
  const toVmac = vmac === null ? [] : [[isMac(ETHER_DESTINATION, vmac), serve]];
  if (family === 4) {
    return [
      ...toVmac,
      [isArp(), inSet(ARP_TARGET, VIPS), serve],
      [isIpv4(), inSet(IP_DESTINATION, VIPS), serve],
    ];
  }
  return [
    ...toVmac,
    [...isIcmp6(NdType.solicitation), isNdTarget(VIPS), serve],
    [isIpv6(), inSet(IP6_DESTINATION, VIPS), serve],
  ];
}

/** What goes out as the virtual router, adverts apart. */
function answers({ family, vmac }: FenceOptions): NftTerm[][] {
  const [serve, voice] = [goTo("if_serve"), goTo("if_voice")];
  const fromVmac = vmac === null ? [] : [[isMac(ETHER_SOURCE, vmac), voice]];
  if (family === 4) {
    return [
      ...fromVmac,
      [isArp(), inSet(ARP_SENDER, VIPS), voice],
      [isIpv4(), inSet(IP_SOURCE, VIPS), serve],
    ];
  }
  return [
    ...fromVmac,
    [...isIcmp6(NdType.advertisement), isNdTarget(VIPS), voice],
    [...isIcmp6(NdType.routerSolicitation, NdType.redirect), inSet(IP6_SOURCE, VIPS), voice],
    [isIpv6(), inSet(IP6_SOURCE, VIPS), serve],
  ];
}
