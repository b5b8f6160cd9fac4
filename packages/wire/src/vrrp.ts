/**
 * What VRRPv2 and VRRPv3 share: numbers, the virtual router MAC, and the first octet.
 *
 * @module
 */
import { IPV4_LENGTH, type Ipv4, type Mac } from "./address.ts";
import { WireError } from "./error.ts";
import type { IpAddress, IpFamily } from "./ip-address.ts";
import type { Ipv6 } from "./ipv6-address.ts";

/** Where adverts go (RFC 9568 §5.1.1.2); the MAC follows from the group by RFC 1112. */
export const VRRP_GROUP: Ipv4 = "224.0.0.18";
export const VRRP_GROUP_MAC: Mac = "01:00:5e:00:00:12";
/** The same for IPv6 (RFC 9568 §5.1.2.2, RFC 2464 §7). */
const VRRP_GROUP_IPV6: Ipv6 = "ff02::12";
const VRRP_GROUP_MAC_IPV6: Mac = "33:33:00:00:00:12";
/** TTL or hop limit of every advert, sent and accepted (RFC 9568 §5.1.1.3, §5.1.2.3). */
export const VRRP_TTL = 255;
/** Class selector 6, as keepalived and FRR send; the RFC is silent. */
export const VRRP_TOS = 0xc0;

/** ADVERTISEMENT, the only type there is (RFC 9568 §5.2.2). */
export const VRRP_TYPE_ADVERTISEMENT = 1;

/** Priorities with a meaning of their own (RFC 9568 §5.2.4). */
export const VrrpPriority = { leaving: 0, default: 100, owner: 255 } as const;

const VIRTUAL_MAC_TEXT = /^00:00:5e:00:0([12]):([0-9a-f]{2})$/;

/** Octets of the trailer that keepalived 2.4 puts after a message, and the type in its first octet. */
const KEEPALIVED_HMAC_LENGTH = 28;
const KEEPALIVED_HMAC_TYPE = 1;

/** Where adverts of a family go (RFC 9568 §5.1.1.2, §5.1.2.2). */
export function vrrpGroup(family: IpFamily): IpAddress {
  return family === 4 ? VRRP_GROUP : VRRP_GROUP_IPV6;
}

/** The Ethernet destination of {@link vrrpGroup}. */
export function vrrpGroupMac(family: IpFamily): Mac {
  return family === 4 ? VRRP_GROUP_MAC : VRRP_GROUP_MAC_IPV6;
}

/**
 * 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6 (RFC 9568 §7.3).
 *
 * @param vrid 1 to 255.
 */
export function virtualMac(family: IpFamily, vrid: number): Mac {
  return `00:00:5e:00:0${family === 4 ? 1 : 2}:${vrid.toString(16).padStart(2, "0")}`;
}

/**
 * Whose virtual MAC this is. CARP of the BSDs uses the block of IPv4 as well, with its VHID.
 *
 * @returns undefined if it is none; VRID 0 is none.
 */
export function virtualMacOf(mac: Mac): { readonly family: IpFamily; readonly vrid: number } | undefined {
  const [, block, last = ""] = VIRTUAL_MAC_TEXT.exec(mac) ?? [];
  const vrid = Number.parseInt(last, 16);
  return vrid > 0 ? { family: block === "1" ? 4 : 6, vrid } : undefined;
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
 * @param fixedLength octets beside the addresses: 8 in version 3, 16 (authentication data included) in version 2.
 * @param addressLength octets of one address.
 * @returns octets of the whole message, which may be followed by others.
 * @throws {WireError} `version`, `type` or `length`, tested in this order.
 */
export function checkVrrpFraming(
  bytes: Uint8Array,
  version: 2 | 3,
  fixedLength: number,
  addressLength: number = IPV4_LENGTH,
): number {
  const name = `VRRPv${version} message`;
  const found = vrrpVersion(bytes);
  if (found !== version) {
    throw new WireError("version", `Cannot decode ${name}: version is ${found}, needs ${version}`);
  }
  const type = bytes[0]! & 0xf;
  if (type !== VRRP_TYPE_ADVERTISEMENT) {
    throw new WireError("type", `Cannot decode ${name}: type is ${type}, needs ${VRRP_TYPE_ADVERTISEMENT}`);
  }
  const wanted = bytes.length < 8 ? fixedLength : fixedLength + addressLength * bytes[3]!;
  if (bytes.length < wanted) {
    throw new WireError("length", `Cannot decode ${name}: length is ${bytes.length}, needs ${wanted}`);
  }
  return wanted;
}

/**
 * Names the octets after a message, which no checksum of VRRP covers. keepalived 2.4 with `auth_hmac` writes
 *
 * ```text
 *  0 type  1 keyId  2 reserved  4 seconds  8 subseconds  10 counter  12 hmac  28
 * ```
 *
 * @returns undefined if there are none.
 */
export function nameVrrpTrailer(trailer: Uint8Array): "keepalived-hmac" | "unknown" | undefined {
  if (trailer.length === 0) return undefined;
  const isHmac = trailer.length === KEEPALIVED_HMAC_LENGTH && trailer[0] === KEEPALIVED_HMAC_TYPE;
  return isHmac ? "keepalived-hmac" : "unknown";
}
