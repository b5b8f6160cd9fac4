/**
 * CARP version 2 advertisements, as OpenBSD, FreeBSD and ucarp send them; no RFC describes them.
 *
 * ```text
 *  0 version+type  1 vhid  2 advskew  3 authLength  4 demotion  5 advbase  6 checksum  8 counter  16 digest  36
 * ```
 *
 * CARP shares the IP protocol number 112, the group and the first octet 0x21 with VRRPv2; {@link isCarp} tells them
 * apart. The checksum covers the 36 octets alone, without a pseudo-header, over IPv6 too.
 *
 * @module
 */
import { checksumHolds, internetChecksum } from "./checksum.ts";
import { WireError } from "./error.ts";

export const CARP_LENGTH = 36;
export const CARP_DIGEST_LENGTH = 20;
/** Counter and digest in words of four octets: the only value there is. */
export const CARP_AUTH_LENGTH = 7;

const VERSION = 2;
const TYPE_ADVERTISEMENT = 1;
const DIGEST_AT = 16;
const COUNTER_MAX = 0xffff_ffff_ffff_ffffn;

export interface CarpAdvert {
  readonly version: 2;
  /** 1 to 255. */
  readonly vhid: number;
  /** Added to the interval in 1/256 s, 0 to 255: the smaller, the more it wants to be master. */
  readonly advskew: number;
  readonly authLength: typeof CARP_AUTH_LENGTH;
  /** OpenBSD's demotion counter, 0 to 255; 0 from senders that see a pad here. */
  readonly demotion: number;
  /** Whole seconds, 0 to 255. */
  readonly advbaseS: number;
  /** 64 bits that differ from advert to advert; the digest covers them. */
  readonly counter: bigint;
  /** HMAC-SHA1 with the group's password as its key; twenty octets. */
  readonly digest: Uint8Array;
}

/**
 * True for a CARP advert, false for a VRRPv2 one, without doubt: octet 3 is 7 in CARP, where VRRPv2 has the count of
 * addresses, and seven addresses need 44 octets. A whole VRRPv2 message of 36 octets has 5 there.
 *
 * @param payload of the IP packet, without padding.
 */
export function isCarp(payload: Uint8Array): boolean {
  return (
    payload.length === CARP_LENGTH &&
    payload[0] === ((VERSION << 4) | TYPE_ADVERTISEMENT) &&
    payload[3] === CARP_AUTH_LENGTH
  );
}

/**
 * Octets past {@link CARP_LENGTH} are ignored. The digest is not verified: that takes the password.
 *
 * @throws {WireError} `length`, `version`, `type`, `value` (of authLength) or `checksum`, tested in this order.
 */
export function decodeCarp(bytes: Uint8Array): CarpAdvert {
  checkMessage(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    version: VERSION,
    vhid: bytes[1]!,
    advskew: bytes[2]!,
    authLength: CARP_AUTH_LENGTH,
    demotion: bytes[4]!,
    advbaseS: bytes[5]!,
    counter: view.getBigUint64(8),
    digest: bytes.slice(DIGEST_AT, CARP_LENGTH),
  };
}

/** @throws {RangeError} if the counter is not of 64 bits or the digest is not of twenty octets. */
export function encodeCarp(advert: CarpAdvert): Uint8Array {
  const { counter, digest } = advert;
  if (counter < 0n || counter > COUNTER_MAX || digest.length !== CARP_DIGEST_LENGTH) {
    throw new RangeError(
      `Cannot encode CARP message: counter is ${counter}, digest has ${digest.length} octets`,
    );
  }
  const bytes = new Uint8Array(CARP_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes[0] = (VERSION << 4) | TYPE_ADVERTISEMENT;
  bytes[1] = advert.vhid;
  bytes[2] = advert.advskew;
  bytes[3] = advert.authLength;
  bytes[4] = advert.demotion;
  bytes[5] = advert.advbaseS;
  view.setBigUint64(8, counter);
  bytes.set(digest, DIGEST_AT);
  view.setUint16(6, internetChecksum(bytes));
  return bytes;
}

function checkMessage(bytes: Uint8Array): void {
  const fail = (check: "length" | "version" | "type" | "value" | "checksum", seen: string): never => {
    throw new WireError(check, `Cannot decode CARP message: ${seen}`);
  };
  if (bytes.length < CARP_LENGTH) fail("length", `length is ${bytes.length}, needs ${CARP_LENGTH}`);
  if (bytes[0]! >> 4 !== VERSION) fail("version", `version is ${bytes[0]! >> 4}, needs ${VERSION}`);
  const type = bytes[0]! & 0xf;
  if (type !== TYPE_ADVERTISEMENT) fail("type", `type is ${type}, needs ${TYPE_ADVERTISEMENT}`);
  if (bytes[3] !== CARP_AUTH_LENGTH)
    fail("value", `authentication length is ${bytes[3]}, needs ${CARP_AUTH_LENGTH}`);
  if (!checksumHolds(bytes.subarray(0, CARP_LENGTH))) fail("checksum", "checksum does not hold");
}
