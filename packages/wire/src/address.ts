/**
 * Ethernet and IPv4 addresses as canonical text: `00:00:5e:00:01:33`, `192.0.2.1`.
 *
 * Text is what records carry and what people compare; it is unique per address, so `===` is equality.
 *
 * @module
 */

/** Six octets as lower-case hexadecimal pairs with colons. */
export type Mac = string;
/** Dotted quad without leading zeros. */
export type Ipv4 = string;

export const MAC_LENGTH = 6;
export const IPV4_LENGTH = 4;

export const BROADCAST_MAC: Mac = "ff:ff:ff:ff:ff:ff";
export const ZERO_MAC: Mac = "00:00:00:00:00:00";
export const ANY_IPV4: Ipv4 = "0.0.0.0";

const HEX: readonly string[] = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));
const MAC_TEXT = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const IPV4_PART = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4_TEXT = new RegExp(`^${IPV4_PART}(?:\\.${IPV4_PART}){3}$`);
const DOT = 0x2e;
const DIGIT_ZERO = 0x30;

/** @returns the address in the six octets from `offset` on. */
export function macFromBytes(bytes: Uint8Array, offset = 0): Mac {
  const pair = (n: number): string => HEX[bytes[offset + n]!]!;
  return `${pair(0)}:${pair(1)}:${pair(2)}:${pair(3)}:${pair(4)}:${pair(5)}`;
}

/** Octet by octet, as {@link ipv4ToBytes}: thousands of addresses are encoded while a take-over waits for it. */
export function macToBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(MAC_LENGTH);
  for (let n = 0; n < MAC_LENGTH; n++) bytes[n] = Number.parseInt(mac.slice(3 * n, 3 * n + 2), 16);
  return bytes;
}

/**
 * Reads a MAC address as people type it: upper or lower case, colons or dashes.
 *
 * @throws {SyntaxError} if the text is not six pairs.
 */
export function parseMac(text: string): Mac {
  const mac = text.toLowerCase().replaceAll("-", ":");
  if (!MAC_TEXT.test(mac)) {
    throw new SyntaxError(`Cannot read MAC address "${text}": needs six pairs like 02:00:5e:10:00:01`);
  }
  return mac;
}

/** True for broadcast and multicast addresses (IEEE 802.3: lowest bit of the first octet). */
export function isGroupMac(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** @returns the address in the four octets from `offset` on. */
export function ipv4FromBytes(bytes: Uint8Array, offset = 0): Ipv4 {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

export function ipv4ToBytes(address: Ipv4): Uint8Array {
  const bytes = new Uint8Array(IPV4_LENGTH);
  let at = 0;
  for (let n = 0; n < address.length; n++) {
    const code = address.charCodeAt(n);
    if (code === DOT) at += 1;
    else bytes[at] = bytes[at]! * 10 + code - DIGIT_ZERO;
  }
  return bytes;
}

/** True for exactly four decimal parts of 0 to 255 without leading zeros. */
export function isIpv4(text: string): boolean {
  return IPV4_TEXT.test(text);
}

/** @throws {SyntaxError} if the text is no IPv4 address. */
export function parseIpv4(text: string): Ipv4 {
  if (!isIpv4(text))
    throw new SyntaxError(`Cannot read IPv4 address "${text}": needs four numbers like 192.0.2.1`);
  return text;
}

/** Negative, 0 or positive as `a` is smaller, equal or greater: unsigned, network byte order (RFC 9568 §6.4.3). */
export function compareIpv4(a: Ipv4, b: Ipv4): number {
  return ipv4ToNumber(a) - ipv4ToNumber(b);
}

/** The address as an unsigned 32-bit number, for comparing and masking. */
export function ipv4ToNumber(address: Ipv4): number {
  return ipv4ToBytes(address).reduce((sum, octet) => sum * 256 + octet, 0);
}
