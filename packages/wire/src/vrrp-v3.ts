/**
 * VRRPv3 advertisements for IPv4 (RFC 9568 §5.2, errata 8298-8301).
 *
 * ```text
 *  0 version+type  1 vrid  2 priority  3 count  4 reserve+interval(12)  6 checksum  8 addresses  8+4n
 * ```
 *
 * RFC 9568 §5.2.8 sums the message alone for IPv4; keepalived and FRR prepend an IPv4 pseudo-header as they read
 * RFC 5798. Both forms are decoded and told apart, because both are in the field.
 *
 * @module
 */
import { IPV4_LENGTH, type Ipv4, ipv4FromBytes, ipv4ToBytes } from "./address.ts";
import { checksumHolds, internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import { WireError } from "./error.ts";
import { IpProtocol } from "./ipv4.ts";
import { checkVrrpFraming, VRRP_TYPE_ADVERTISEMENT } from "./vrrp.ts";

export const VRRP_V3_FIXED_LENGTH = 8;
/** Longest interval that twelve bits of centiseconds hold: 40.95 s. */
export const VRRP_V3_INTERVAL_MAX_CS = 4095;

/** What the checksum covers: the message alone, or a pseudo-header before it. */
export type ChecksumForm = "rfc9568" | "pseudo-header";

export interface VrrpV3Advert {
  readonly version: 3;
  readonly vrid: number;
  readonly priority: number;
  /** Max Advertise Interval, 0 to 4095 (0 is for a receiver to refuse, erratum 8301). */
  readonly intervalCs: number;
  readonly checksumForm: ChecksumForm;
  readonly addresses: readonly Ipv4[];
}

/**
 * Octets after the last address are left alone: keepalived's HMAC trailer stands there. The reserve nibble is
 * ignored (§5.2.6).
 *
 * @param source of the IP header, which the pseudo-header form covers.
 * @param destination likewise.
 * @throws {WireError} `version`, `type`, `length` or `checksum`, tested in this order.
 */
export function decodeVrrpV3(bytes: Uint8Array, source: Ipv4, destination: Ipv4): VrrpV3Advert {
  const length = checkVrrpFraming(bytes, 3, VRRP_V3_FIXED_LENGTH);
  const message = bytes.subarray(0, length);
  const addresses: Ipv4[] = [];
  for (let at = VRRP_V3_FIXED_LENGTH; at < length; at += IPV4_LENGTH)
    addresses.push(ipv4FromBytes(message, at));
  return {
    version: 3,
    vrid: message[1]!,
    priority: message[2]!,
    intervalCs: ((message[4]! & 0xf) << 8) | message[5]!,
    checksumForm: findChecksumForm(message, source, destination),
    addresses,
  };
}

/** @throws {RangeError} if a field does not fit its octets. */
export function encodeVrrpV3(advert: VrrpV3Advert, source: Ipv4, destination: Ipv4): Uint8Array {
  const count = advert.addresses.length;
  if (count > 255 || advert.intervalCs > VRRP_V3_INTERVAL_MAX_CS) {
    throw new RangeError(
      `Cannot encode VRRPv3 message: ${count} addresses, interval ${advert.intervalCs} cs`,
    );
  }
  const bytes = new Uint8Array(VRRP_V3_FIXED_LENGTH + IPV4_LENGTH * count);
  bytes[0] = (3 << 4) | VRRP_TYPE_ADVERTISEMENT;
  bytes[1] = advert.vrid;
  bytes[2] = advert.priority;
  bytes[3] = count;
  bytes[4] = advert.intervalCs >> 8;
  bytes[5] = advert.intervalCs & 0xff;
  advert.addresses.forEach((address, n) => {
    bytes.set(ipv4ToBytes(address), VRRP_V3_FIXED_LENGTH + IPV4_LENGTH * n);
  });
  const start = startSum(advert.checksumForm, source, destination, bytes.length);
  new DataView(bytes.buffer).setUint16(6, internetChecksum(bytes, start));
  return bytes;
}

function findChecksumForm(message: Uint8Array, source: Ipv4, destination: Ipv4): ChecksumForm {
  for (const form of ["rfc9568", "pseudo-header"] as const) {
    if (checksumHolds(message, startSum(form, source, destination, message.length))) return form;
  }
  throw new WireError("checksum", "Cannot decode VRRPv3 message: checksum holds in neither form");
}

function startSum(form: ChecksumForm, source: Ipv4, destination: Ipv4, length: number): number {
  return form === "rfc9568" ? 0 : pseudoHeaderSum(source, destination, IpProtocol.vrrp, length);
}
