/**
 * VRRPv2 advertisements (RFC 3768 §5.1). IPv4 only.
 *
 * ```text
 *  0 version+type  1 vrid  2 priority  3 count  4 authType  5 interval  6 checksum  8 addresses
 *  8+4n authentication data  16+4n
 * ```
 *
 * @module
 */
import { IPV4_LENGTH, type Ipv4, ipv4FromBytes, ipv4ToBytes } from "./address.ts";
import { checksumHolds, internetChecksum } from "./checksum.ts";
import { WireError } from "./error.ts";
import { checkVrrpFraming, VRRP_TYPE_ADVERTISEMENT } from "./vrrp.ts";

const HEADER_LENGTH = 8;
/** Always there, also without authentication (§5.3.10). */
export const VRRP_V2_TRAILER_LENGTH = 8;
export const VRRP_V2_FIXED_LENGTH: number = HEADER_LENGTH + VRRP_V2_TRAILER_LENGTH;

/** The live one, and the two that RFC 2338 had and old peers still send. */
export const VrrpAuthType = { none: 0, simplePassword: 1, ipAuthenticationHeader: 2 } as const;

export interface VrrpV2Advert {
  readonly version: 2;
  readonly vrid: number;
  readonly priority: number;
  readonly authType: number;
  /** Adver Int, 0 to 255. */
  readonly intervalS: number;
  readonly addresses: readonly Ipv4[];
  /** Eight octets; a password in clear where authType is 1. */
  readonly authData: Uint8Array;
  /** A copy of the octets after the message, which the checksum does not cover; empty as a rule. */
  readonly trailer: Uint8Array;
}

/** @throws {WireError} `version`, `type`, `length` or `checksum`, tested in this order. */
export function decodeVrrpV2(bytes: Uint8Array): VrrpV2Advert {
  const length = checkVrrpFraming(bytes, 2, VRRP_V2_FIXED_LENGTH);
  const message = bytes.subarray(0, length);
  if (!checksumHolds(message)) {
    throw new WireError("checksum", "Cannot decode VRRPv2 message: checksum does not hold");
  }
  const authDataAt = length - VRRP_V2_TRAILER_LENGTH;
  const addresses: Ipv4[] = [];
  for (let at = HEADER_LENGTH; at < authDataAt; at += IPV4_LENGTH) addresses.push(ipv4FromBytes(message, at));
  return {
    version: 2,
    vrid: message[1]!,
    priority: message[2]!,
    authType: message[4]!,
    intervalS: message[5]!,
    addresses,
    authData: message.slice(authDataAt),
    trailer: bytes.slice(length),
  };
}

/**
 * @returns the message alone: a trailer is not written.
 * @throws {RangeError} if there are more than 255 addresses or the authentication data is not eight octets.
 */
export function encodeVrrpV2(advert: Omit<VrrpV2Advert, "trailer">): Uint8Array {
  const count = advert.addresses.length;
  if (count > 255 || advert.authData.length !== VRRP_V2_TRAILER_LENGTH) {
    throw new RangeError(
      `Cannot encode VRRPv2 message: ${count} addresses, ${advert.authData.length} octets of authentication`,
    );
  }
  const bytes = new Uint8Array(VRRP_V2_FIXED_LENGTH + IPV4_LENGTH * count);
  bytes[0] = (2 << 4) | VRRP_TYPE_ADVERTISEMENT;
  bytes[1] = advert.vrid;
  bytes[2] = advert.priority;
  bytes[3] = count;
  bytes[4] = advert.authType;
  bytes[5] = advert.intervalS;
  advert.addresses.forEach((address, n) => {
    bytes.set(ipv4ToBytes(address), HEADER_LENGTH + IPV4_LENGTH * n);
  });
  bytes.set(advert.authData, bytes.length - VRRP_V2_TRAILER_LENGTH);
  new DataView(bytes.buffer).setUint16(6, internetChecksum(bytes));
  return bytes;
}

/**
 * The authentication data of {@link VrrpAuthType.simplePassword} (RFC 2338): the password, padded with zeros.
 *
 * @param text ASCII, 0 to 8 characters: what lies beyond is encoded differently from peer to peer.
 * @throws {RangeError} otherwise; the message does not tell the password.
 */
export function encodePassword(text: string): Uint8Array {
  const octets = Array.from(text, (character) => character.codePointAt(0)!);
  if (octets.length > VRRP_V2_TRAILER_LENGTH || octets.some((octet) => octet === 0 || octet > 0x7f)) {
    throw new RangeError(
      `Cannot encode password of ${octets.length} characters: needs ASCII, at most ${VRRP_V2_TRAILER_LENGTH}`,
    );
  }
  const bytes = new Uint8Array(VRRP_V2_TRAILER_LENGTH);
  bytes.set(octets);
  return bytes;
}

/**
 * @param authData eight octets.
 * @returns the text before the padding; an octet past ASCII as its Latin-1 character, so that none is lost.
 */
export function decodePassword(authData: Uint8Array): string {
  return String.fromCharCode(...authData).replace(/\0+$/, "");
}
