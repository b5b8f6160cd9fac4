/**
 * IPv6 addresses as canonical text (RFC 5952): `2001:db8::1`, `fe80::200:5eff:fe00:201`.
 *
 * Hexadecimal everywhere, in ::ffff:0:0/96 too (`::ffff:c000:201`, where RFC 5952 §5 would also allow a dotted quad),
 * so that every address has exactly one text. Zones (`fe80::1%eth0`) are no part of an address.
 *
 * @module
 */
import { ipv4ToNumber, isIpv4, type Mac, macFromBytes } from "./address.ts";

/** Up to eight lower-case groups, the longest run of zero groups as `::`. */
export type Ipv6 = string;

export const IPV6_LENGTH = 16;
export const ANY_IPV6: Ipv6 = "::";
/** Every station of the link (RFC 4291 §2.7.1). */
export const ALL_NODES_GROUP: Ipv6 = "ff02::1";

const SOLICITED_NODE_PREFIX: Ipv6 = "ff02::1:ff00:0";
const GROUP_COUNT = 8;
const GROUP_TEXT = /^[0-9a-f]{1,4}$/i;

/** @returns the address in the sixteen octets from `offset` on. */
export function ipv6FromBytes(bytes: Uint8Array, offset = 0): Ipv6 {
  const run = longestZeroRun(bytes, offset);
  if (run.length < 2) return joinGroups(bytes, offset, 0, GROUP_COUNT);
  const rest = run.start + run.length;
  return `${joinGroups(bytes, offset, 0, run.start)}::${joinGroups(bytes, offset, rest, GROUP_COUNT)}`;
}

/**
 * @param address in any textual form; canonical is what our own values have.
 * @returns sixteen octets.
 * @throws {SyntaxError} as {@link parseIpv6} does.
 */
export function ipv6ToBytes(address: Ipv6): Uint8Array {
  const bytes = readIpv6(address);
  if (bytes !== undefined) return bytes;
  const needs = address.includes("%")
    ? "needs no zone, for an interface is named apart"
    : "needs eight groups like 2001:db8::1";
  throw new SyntaxError(`Cannot read IPv6 address "${address}": ${needs}`);
}

/** True for every textual form of RFC 4291 §2.2; false with a zone. */
export function isIpv6(text: string): boolean {
  return readIpv6(text) !== undefined;
}

/**
 * Reads an address as people type it: either case, leading zeros, `::` anywhere, a dotted quad at the end.
 *
 * @throws {SyntaxError} if the text is no IPv6 address, or has a zone.
 */
export function parseIpv6(text: string): Ipv6 {
  return ipv6FromBytes(ipv6ToBytes(text));
}

/** The group that a station is asked in about this address: ff02::1:ff and its last 24 bits (RFC 4291 §2.7.1). */
export function solicitedNodeGroup(address: Ipv6): Ipv6 {
  const octets = ipv6ToBytes(SOLICITED_NODE_PREFIX);
  octets.set(ipv6ToBytes(address).subarray(13), 13);
  return ipv6FromBytes(octets);
}

export function isSolicitedNodeGroup(address: Ipv6): boolean {
  return solicitedNodeGroup(address) === address;
}

/** The Ethernet destination of an IPv6 group: 33:33 and its last 32 bits (RFC 2464 §7). */
export function ipv6GroupMac(group: Ipv6): Mac {
  return macFromBytes(Uint8Array.of(0x33, 0x33, ...ipv6ToBytes(group).subarray(12)));
}

function groupAt(bytes: Uint8Array, offset: number, n: number): number {
  return (bytes[offset + 2 * n]! << 8) | bytes[offset + 2 * n + 1]!;
}

/** The first of the longest; a length under 2 is not worth a `::` (RFC 5952 §4.2.2). */
function longestZeroRun(bytes: Uint8Array, offset: number): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (let n = 0; n < GROUP_COUNT; n++) {
    length = groupAt(bytes, offset, n) === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: n - length + 1, length };
  }
  return longest;
}

function joinGroups(bytes: Uint8Array, offset: number, from: number, to: number): string {
  let text = "";
  for (let n = from; n < to; n++) text += `${n > from ? ":" : ""}${groupAt(bytes, offset, n).toString(16)}`;
  return text;
}

/** @returns undefined if the text is no address. */
function readIpv6(text: string): Uint8Array | undefined {
  const [head = "", tail, ...more] = withoutDottedQuad(text).split("::");
  const first = splitGroups(head);
  const last = splitGroups(tail ?? "");
  const missing = GROUP_COUNT - first.length - last.length;
  // `::` stands for one group at least (RFC 4291 §2.2, form 2).
  const isWhole = tail === undefined ? missing === 0 : missing > 0 && more.length === 0;
  if (!isWhole || ![...first, ...last].every((group) => GROUP_TEXT.test(group))) return undefined;
  const bytes = new Uint8Array(IPV6_LENGTH);
  writeGroups(bytes, first, 0);
  writeGroups(bytes, last, GROUP_COUNT - last.length);
  return bytes;
}

function splitGroups(half: string): string[] {
  return half === "" ? [] : half.split(":");
}

function writeGroups(bytes: Uint8Array, groups: readonly string[], from: number): void {
  groups.forEach((group, n) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * (from + n)] = value >> 8;
    bytes[2 * (from + n) + 1] = value & 0xff;
  });
}

/** The last 32 bits may be written as an IPv4 address (RFC 4291 §2.2, form 3): `::ffff:192.0.2.1`. */
function withoutDottedQuad(text: string): string {
  const at = text.lastIndexOf(":") + 1;
  const quad = text.slice(at);
  if (at === 0 || !isIpv4(quad)) return text;
  const value = ipv4ToNumber(quad);
  return `${text.slice(0, at)}${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
}
