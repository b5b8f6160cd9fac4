/**
 * The fence of one virtual router: nftables rules that keep this host mute for its VIPs unless it holds a permission,
 * and permissions that the kernel takes back by itself.
 *
 * One table for each virtual router, so that it lives and dies with it. Two permissions: `serve` lets packets to the
 * VIP in and data from it out; `voice` lets this host speak as the virtual router: the virtual MAC as source, ARP for
 * the VIP. A hand-over loses nothing only if the leaver gives up its voice first and serves on. Keyed by the virtual MAC,
 * a constant, and never by an interface: the hook sees other interfaces on other kernels.
 *
 * VRRP adverts always pass: the election must be able to speak while the host is mute.
 *
 * @module
 */
import {
  addBaseChain,
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  count,
  deleteElements,
  deleteTable,
  isEqual,
  isInSet,
  loadPayload,
  loadProtocol,
  NetdevHook,
  type NftMessage,
  PayloadBase,
  replaceBy,
  SetKey,
  Verdict,
  verdict,
} from "@viptools/kernel";
import { EtherType, IpProtocol, type Ipv4, ipv4ToBytes, type Mac, macToBytes } from "@viptools/wire";

export interface FenceOptions {
  readonly table: string;
  /** The interface on which the host is muted. */
  readonly parent: string;
  readonly vmac: Mac;
  readonly vips: readonly Ipv4[];
  /** How long a permission lasts that brings no time of its own, which none does: a second line of defence. */
  readonly defaultMs: number;
  readonly tableFlags: number;
}

/** Which of the two permissions. */
export type Permission = "serve" | "voice";

/** Before other netdev chains, so that no foreign rule answers first. */
const PRIORITY = -500;
const MAC_LENGTH = 6;
const SOURCE_MAC_AT = 6;
const ARP_SENDER_IP_AT = 14;
const ARP_TARGET_IP_AT = 24;
const IPV4_PROTOCOL_AT = 9;
const IPV4_SOURCE_AT = 12;
const IPV4_DESTINATION_AT = 16;

/** `vmac_eth0_4_51`: a name that nft takes, for each parent, family and VRID. */
export function fenceTable(parent: string, family: 4 | 6, vrid: number): string {
  return `vmac_${parent.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}_${family}_${vrid}`;
}

/** The whole table, mute: nobody has a permission yet. */
export function loadFence(options: FenceOptions): NftMessage[] {
  const { table, parent: device, vmac } = options;
  const lease = { key: SetKey.mac, timeoutMs: options.defaultMs };
  return [
    addTable(table, options.tableFlags),
    addSet(table, "serve", { ...lease, id: 1 }),
    addSet(table, "voice", { ...lease, id: 2 }),
    addSet(table, "vips", { key: SetKey.ipv4, id: 3 }),
    addElements(table, "vips", options.vips.map(ipv4ToBytes)),
    ...gate(table, "serve", vmac),
    ...gate(table, "voice", vmac),
    addBaseChain(table, "in", { hook: NetdevHook.ingress, priority: PRIORITY, device }),
    addRule(
      table,
      "in",
      loadPayload(PayloadBase.link, 0, MAC_LENGTH),
      isEqual(macToBytes(vmac)),
      through("serve"),
    ),
    whenVip(table, "in", EtherType.arp, ARP_TARGET_IP_AT, "serve"),
    whenVip(table, "in", EtherType.ipv4, IPV4_DESTINATION_AT, "serve"),
    addBaseChain(table, "out", { hook: NetdevHook.egress, priority: PRIORITY, device }),
    addRule(table, "out", ...isProtocol(EtherType.ipv4), ...isAdvert(), verdict(Verdict.accept)),
    addRule(
      table,
      "out",
      loadPayload(PayloadBase.link, SOURCE_MAC_AT, MAC_LENGTH),
      isEqual(macToBytes(vmac)),
      through("voice"),
    ),
    whenVip(table, "out", EtherType.arp, ARP_SENDER_IP_AT, "voice"),
    whenVip(table, "out", EtherType.ipv4, IPV4_SOURCE_AT, "serve"),
  ];
}

export function addVips(table: string, vips: readonly Ipv4[]): NftMessage[] {
  return [addElements(table, "vips", vips.map(ipv4ToBytes))];
}

export function removeVips(table: string, vips: readonly Ipv4[]): NftMessage[] {
  return [deleteElements(table, "vips", vips.map(ipv4ToBytes))];
}

export function unloadFence(table: string): NftMessage[] {
  return [deleteTable(table)];
}

/**
 * Gives a permission, or makes one last longer. Adding alone does not extend an element that is there, deleting alone
 * fails for one that has lapsed: add, delete, add in one transaction does both, without a gap.
 *
 * @param forMs from now; the kernel rounds it down to its tick.
 */
export function permit(table: string, permission: Permission, vmac: Mac, forMs: number): NftMessage[] {
  const keys = [macToBytes(vmac)];
  return [
    addElements(table, permission, keys, forMs),
    deleteElements(table, permission, keys),
    addElements(table, permission, keys, forMs),
  ];
}

/** Takes a permission back now, whether it is there or not. */
export function revoke(table: string, permission: Permission, vmac: Mac): NftMessage[] {
  const keys = [macToBytes(vmac)];
  return [addElements(table, permission, keys), deleteElements(table, permission, keys)];
}

/** A chain that lets pass who has the permission and counts whom it drops. */
function gate(table: string, permission: Permission, vmac: Mac): NftMessage[] {
  const chain = `if_${permission}`;
  return [
    addChain(table, chain),
    addRule(
      table,
      chain,
      loadPayload(PayloadBase.link, SOURCE_MAC_AT, MAC_LENGTH),
      replaceBy(macToBytes(vmac)),
      isInSet(permission),
      verdict(Verdict.accept),
    ),
    addRule(table, chain, count(), verdict(Verdict.drop)),
  ];
}

function through(permission: Permission): Uint8Array {
  return verdict(Verdict.goto, `if_${permission}`);
}

/** @param at where in the network header the address stands. */
function whenVip(
  table: string,
  chain: string,
  etherType: number,
  at: number,
  permission: Permission,
): NftMessage {
  const address = loadPayload(PayloadBase.network, at, 4);
  return addRule(table, chain, ...isProtocol(etherType), address, isInSet("vips"), through(permission));
}

function isProtocol(etherType: number): Uint8Array[] {
  return [loadProtocol(), isEqual(Uint8Array.of(etherType >> 8, etherType & 0xff))];
}

function isAdvert(): Uint8Array[] {
  return [loadPayload(PayloadBase.network, IPV4_PROTOCOL_AT, 1), isEqual(Uint8Array.of(IpProtocol.vrrp))];
}
