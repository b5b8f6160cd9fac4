/**
 * What changes in a fence while it stands: permissions, and the VIPs it is about. Pure.
 *
 * @module
 */
import { addElements, addKeys, deleteElements, type NftMessage } from "@viptools/kernel";
import { addressToBytes, type IpAddress, type Mac, macToBytes } from "@viptools/wire";

/** `serve`: packets to the VIPs in, data from them out. `voice`: whatever else leaves as the virtual router. */
export type Permission = "serve" | "voice";

/** The set of a fence that holds its VIPs; each permission is a set of its own name. */
export const VIPS = "vips";

export function addVips(table: string, vips: readonly IpAddress[]): NftMessage[] {
  return addKeys(table, VIPS, vips.map(addressToBytes));
}

export function removeVips(table: string, vips: readonly IpAddress[]): NftMessage[] {
  return vips.map((vip) => deleteElements(table, VIPS, [addressToBytes(vip)]));
}

/**
 * Gives a permission, or makes one last longer. Adding alone does not extend an element that is there, deleting alone
 * fails for one that has lapsed: add, delete, add in one transaction does both, without a gap.
 *
 * @param forMs from now; the kernel rounds it down to its tick.
 */
export function permit(table: string, permission: Permission, key: Mac, forMs: number): NftMessage[] {
  const keys = [macToBytes(key)];
  return [
    addElements(table, permission, keys, forMs),
    deleteElements(table, permission, keys),
    addElements(table, permission, keys, forMs),
  ];
}

/** Takes a permission back now, whether it is there or not. */
export function revoke(table: string, permission: Permission, key: Mac): NftMessage[] {
  const keys = [macToBytes(key)];
  return [addElements(table, permission, keys), deleteElements(table, permission, keys)];
}
