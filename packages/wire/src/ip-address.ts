/**
 * Addresses of either family: what a virtual router of RFC 9568 has to do alike for IPv4 and IPv6.
 *
 * @module
 */
import { IPV4_LENGTH, type Ipv4, ipv4FromBytes, ipv4ToBytes, parseIpv4 } from "./address.ts";
import { IPV6_LENGTH, type Ipv6, ipv6FromBytes, ipv6ToBytes, parseIpv6 } from "./ipv6-address.ts";

/** Canonical text; which family it is, {@link familyOf} tells. */
export type IpAddress = Ipv4 | Ipv6;

export type IpFamily = 4 | 6;

/** Octets of an address on the wire. */
export function addressLength(family: IpFamily): number {
  return family === 4 ? IPV4_LENGTH : IPV6_LENGTH;
}

export function familyOf(address: IpAddress): IpFamily {
  return address.includes(":") ? 6 : 4;
}

/** @returns the length of the prefix that is this address alone, 32 or 128. */
export function wholeLength(address: IpAddress): number {
  return familyOf(address) === 4 ? 32 : 128;
}

/**
 * Reads an address of either family; a text with a colon can only be IPv6.
 *
 * @returns the canonical text.
 * @throws {SyntaxError} as {@link parseIpv4} or {@link parseIpv6} does.
 */
export function parseIpAddress(text: string): IpAddress {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** @returns the address in the four or sixteen octets from `offset` on. */
export function addressFromBytes(bytes: Uint8Array, family: IpFamily, offset = 0): IpAddress {
  return family === 4 ? ipv4FromBytes(bytes, offset) : ipv6FromBytes(bytes, offset);
}

/** @returns four or sixteen octets. */
export function addressToBytes(address: IpAddress): Uint8Array {
  return familyOf(address) === 4 ? ipv4ToBytes(address) : ipv6ToBytes(address);
}

/**
 * Negative, 0 or positive as `a` is smaller, equal or greater: unsigned, network byte order, all octets
 * (RFC 9568 §6.4.3).
 *
 * @throws {RangeError} if the families differ, for then there is no order.
 */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  if (familyOf(a) !== familyOf(b)) {
    throw new RangeError(`Cannot compare ${a} with ${b}: needs addresses of one family`);
  }
  const left = addressToBytes(a);
  const right = addressToBytes(b);
  const at = left.findIndex((octet, n) => octet !== right[n]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

/** True in fe80::/10 (RFC 4291 §2.5.6) and 169.254.0.0/16 (RFC 3927). */
export function isLinkLocal(address: IpAddress): boolean {
  const [first, second] = addressToBytes(address);
  if (familyOf(address) === 4) return first === 169 && second === 254;
  return first === 0xfe && (second! & 0xc0) === 0x80;
}

/** True for multicast: 224.0.0.0/4 (RFC 1112) and ff00::/8 (RFC 4291 §2.7). */
export function isGroupAddress(address: IpAddress): boolean {
  const first = addressToBytes(address)[0]!;
  return familyOf(address) === 4 ? first >> 4 === 0xe : first === 0xff;
}

/** @returns whether the address and the prefix agree in their first `length` bits; false for two families. */
export function isInPrefix(address: IpAddress, prefix: IpAddress, length: number): boolean {
  if (familyOf(address) !== familyOf(prefix)) return false;
  const [left, right] = [addressToBytes(address), addressToBytes(prefix)];
  return left.every((octet, n) => {
    const bits = Math.min(8, Math.max(0, length - n * 8));
    return (octet ^ right[n]!) >> (8 - bits) === 0;
  });
}
