/**
 * VRRPv3 advertisements for both families (RFC 9568 §5.2, errata 8298-8301).
 *
 * ```text
 *  0 version+type  1 vrid  2 priority  3 count  4 reserve+interval(12)  6 checksum
 *  8 addresses  8+4n for IPv4, 8+16n for IPv6
 * ```
 *
 * RFC 9568 §5.2.8 sums the message alone for IPv4; keepalived and FRR prepend an IPv4 pseudo-header as they read
 * RFC 5798. Both forms are decoded and told apart, because both are in the field. For IPv6 everybody prepends the
 * pseudo-header, and nothing else is right.
 *
 * @module
 */
import { checksumHolds, internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import { WireError } from "./error.ts";
import {
  addressFromBytes,
  addressLength,
  addressToBytes,
  familyOf,
  type IpAddress,
  type IpFamily,
} from "./ip-address.ts";
import { IpProtocol } from "./ipv4.ts";
import { checkVrrpFraming, VRRP_TYPE_ADVERTISEMENT } from "./vrrp.ts";

export const VRRP_V3_FIXED_LENGTH = 8;
/** Longest interval that twelve bits of centiseconds hold: 40.95 s. */
export const VRRP_V3_INTERVAL_MAX_CS = 4095;

/** What the checksum covers: the message alone, or a pseudo-header before it. */
export type ChecksumForm = "rfc9568" | "pseudo-header";

const FORMS: Readonly<Record<IpFamily, readonly ChecksumForm[]>> = {
  4: ["rfc9568", "pseudo-header"],
  6: ["pseudo-header"],
};

export interface VrrpV3Advert {
  readonly version: 3;
  readonly vrid: number;
  readonly priority: number;
  /** Max Advertise Interval, 0 to 4095 (0 is for a receiver to refuse, erratum 8301). */
  readonly intervalCs: number;
  /** A choice for IPv4 only: "pseudo-header" in every decoded IPv6 advert. */
  readonly checksumForm: ChecksumForm;
  /** Of one family, in the order of the wire. IPv6: link-local first (§5.2.9, for a receiver to check). */
  readonly addresses: readonly IpAddress[];
  /** A copy of the octets after the message, which the checksum does not cover; empty as a rule. */
  readonly trailer: Uint8Array;
}

/**
 * The reserve nibble is ignored (§5.2.6).
 *
 * @param source of the IP header: its family is that of the addresses (§5.2.9), and the pseudo-header covers it.
 * @param destination likewise.
 * @throws {WireError} `version`, `type`, `length` or `checksum`, tested in this order.
 */
export function decodeVrrpV3(bytes: Uint8Array, source: IpAddress, destination: IpAddress): VrrpV3Advert {
  const family = familyOf(source);
  const length = checkVrrpFraming(bytes, 3, VRRP_V3_FIXED_LENGTH, addressLength(family));
  const message = bytes.subarray(0, length);
  const addresses: IpAddress[] = [];
  for (let at = VRRP_V3_FIXED_LENGTH; at < length; at += addressLength(family))
    addresses.push(addressFromBytes(message, family, at));
  return {
    version: 3,
    vrid: message[1]!,
    priority: message[2]!,
    intervalCs: ((message[4]! & 0xf) << 8) | message[5]!,
    checksumForm: findChecksumForm(message, source, destination),
    addresses,
    trailer: bytes.slice(length),
  };
}

/**
 * @param advert for IPv6 the pseudo-header is summed whatever `checksumForm` says (§5.2.8).
 * @param source of the IP header; every address must be of its family.
 * @param destination likewise.
 * @returns the message alone: a trailer is not written.
 * @throws {RangeError} if a field does not fit its octets, or an address is of the other family.
 */
export function encodeVrrpV3(
  advert: Omit<VrrpV3Advert, "trailer">,
  source: IpAddress,
  destination: IpAddress,
): Uint8Array {
  const family = familyOf(source);
  checkFields(advert, family);
  const bytes = new Uint8Array(VRRP_V3_FIXED_LENGTH + addressLength(family) * advert.addresses.length);
  bytes[0] = (3 << 4) | VRRP_TYPE_ADVERTISEMENT;
  bytes[1] = advert.vrid;
  bytes[2] = advert.priority;
  bytes[3] = advert.addresses.length;
  bytes[4] = advert.intervalCs >> 8;
  bytes[5] = advert.intervalCs & 0xff;
  advert.addresses.forEach((address, n) => {
    bytes.set(addressToBytes(address), VRRP_V3_FIXED_LENGTH + addressLength(family) * n);
  });
  const form = family === 4 ? advert.checksumForm : "pseudo-header";
  const start = startSum(form, source, destination, bytes.length);
  new DataView(bytes.buffer).setUint16(6, internetChecksum(bytes, start));
  return bytes;
}

function checkFields({ addresses, intervalCs }: Omit<VrrpV3Advert, "trailer">, family: IpFamily): void {
  const fail = (seen: string): never => {
    throw new RangeError(`Cannot encode VRRPv3 message: ${seen}`);
  };
  if (addresses.length > 255) fail(`${addresses.length} addresses, needs at most 255`);
  if (intervalCs > VRRP_V3_INTERVAL_MAX_CS)
    fail(`interval is ${intervalCs} cs, needs at most ${VRRP_V3_INTERVAL_MAX_CS}`);
  const other = addresses.find((address) => familyOf(address) !== family);
  if (other !== undefined) fail(`address is ${other}, needs IPv${family} as the source is`);
}

function findChecksumForm(message: Uint8Array, source: IpAddress, destination: IpAddress): ChecksumForm {
  const family = familyOf(source);
  for (const form of FORMS[family]) {
    if (checksumHolds(message, startSum(form, source, destination, message.length))) return form;
  }
  const seen = family === 4 ? "holds in neither form" : "does not hold";
  throw new WireError("checksum", `Cannot decode VRRPv3 message: checksum ${seen}`);
}

function startSum(form: ChecksumForm, source: IpAddress, destination: IpAddress, length: number): number {
  return form === "rfc9568" ? 0 : pseudoHeaderSum(source, destination, IpProtocol.vrrp, length);
}
