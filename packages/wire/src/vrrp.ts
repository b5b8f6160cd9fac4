/**
 * What VRRPv2 and VRRPv3 share: numbers, the virtual router MAC, and the first octet.
 *
 * @module
 */
import type { Ipv4, Mac } from "./address.ts";
import { WireError } from "./error.ts";

/** Where adverts go (RFC 9568 §5.1.1.2); the MAC follows from the group by RFC 1112. */
export const VRRP_GROUP: Ipv4 = "224.0.0.18";
export const VRRP_GROUP_MAC: Mac = "01:00:5e:00:00:12";
/** TTL of every advert, sent and accepted (RFC 9568 §5.1.1.3). */
export const VRRP_TTL = 255;
/** Class selector 6, as keepalived and FRR send; the RFC is silent. */
export const VRRP_TOS = 0xc0;

/** ADVERTISEMENT, the only type there is (RFC 9568 §5.2.2). */
export const VRRP_TYPE_ADVERTISEMENT = 1;

/** Priorities with a meaning of their own (RFC 9568 §5.2.4). */
export const VrrpPriority = { leaving: 0, default: 100, owner: 255 } as const;

/** 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6 (RFC 9568 §7.3). */
export function virtualMac(family: 4 | 6, vrid: number): Mac {
  return `00:00:5e:00:0${family === 4 ? 1 : 2}:${vrid.toString(16).padStart(2, "0")}`;
}

/**
 * Reads the version without trusting anything else, for it decides how the rest is laid out.
 *
 * @throws {WireError} `length` if there is no octet at all.
 */
export function vrrpVersion(bytes: Uint8Array): number {
  if (bytes.length === 0) throw new WireError("length", "Cannot decode VRRP message: it is empty");
  return bytes[0]! >> 4;
}

/**
 * The checks that both versions make before a field may be read, in the order of RFC 9568 §7.1.
 *
 * @param fixedLength octets beside the addresses: 8 in version 3, 16 (trailer included) in version 2.
 * @returns octets of the whole message, which may be followed by others.
 */
export function checkVrrpFraming(bytes: Uint8Array, version: 2 | 3, fixedLength: number): number {
  const name = `VRRPv${version} message`;
  const found = vrrpVersion(bytes);
  if (found !== version) {
    throw new WireError("version", `Cannot decode ${name}: version is ${found}, needs ${version}`);
  }
  const type = bytes[0]! & 0xf;
  if (type !== VRRP_TYPE_ADVERTISEMENT) {
    throw new WireError("type", `Cannot decode ${name}: type is ${type}, needs ${VRRP_TYPE_ADVERTISEMENT}`);
  }
  const wanted = bytes.length < 8 ? fixedLength : fixedLength + 4 * bytes[3]!;
  if (bytes.length < wanted) {
    throw new WireError("length", `Cannot decode ${name}: length is ${bytes.length}, needs ${wanted}`);
  }
  return wanted;
}
