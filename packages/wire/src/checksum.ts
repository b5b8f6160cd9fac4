/**
 * The Internet checksum (RFC 1071): the 16-bit one's complement of the one's complement sum.
 *
 * @module
 */
import { addressToBytes, type IpAddress } from "./ip-address.ts";

/**
 * Sums 16-bit big-endian words; an odd last octet counts as the high half of a word.
 *
 * @param start an earlier sum to continue, so that a pseudo-header and a message can be summed in turn.
 * @returns a folded sum, 0 to 0xffff, not yet complemented.
 */
export function onesComplementSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (even < bytes.length) sum += bytes[even]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** The value for the checksum field, which must be 0 in `bytes`. */
export function internetChecksum(bytes: Uint8Array, start = 0): number {
  return ~onesComplementSum(bytes, start) & 0xffff;
}

/** True if `bytes`, checksum field included, sum to what a receiver expects. */
export function checksumHolds(bytes: Uint8Array, start = 0): boolean {
  return onesComplementSum(bytes, start) === 0xffff;
}

/**
 * Sum of the pseudo-header, of 12 octets for IPv4 (RFC 768) and 40 for IPv6 (RFC 8200 §8.1): source, destination,
 * protocol and length. Both shapes sum the same words, but for the zeros.
 *
 * @param source of the IP header; `destination` is of the same family.
 * @param length of the message, 0 to 65,535 octets.
 */
export function pseudoHeaderSum(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  length: number,
): number {
  const addresses = onesComplementSum(addressToBytes(destination), onesComplementSum(addressToBytes(source)));
  return onesComplementSum(Uint8Array.of(0, protocol, length >> 8, length & 0xff), addresses);
}
