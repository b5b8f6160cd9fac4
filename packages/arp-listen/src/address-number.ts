/**
 * Addresses as numbers, which are quicker to compare and to look up than texts.
 *
 * @module
 */
import { type IpAddress, ipv4FromBytes, ipv6FromBytes, type Mac, macFromBytes } from "@viptools/wire";
import type { AddressKey } from "./owner-columns.ts";

const TWO_16 = 0x1_0000;
const TWO_32 = 0x1_0000_0000;
const VLANS = 0x1000;
/** Between the segment and an IPv6 address, which stays a text. */
const SEPARATOR = "/";

/** Six octets from `at` on, as a number below 2^48. */
export function macNumber(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 8) | bytes[at + 1]!;
  return high * TWO_32 + ipv4Number(bytes, at + 2);
}

/** Four octets from `at` on, as a number below 2^32. */
export function ipv4Number(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 8) | bytes[at + 1]!) * TWO_16 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
}

export function macText(mac: number): Mac {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, BigInt(mac));
  return macFromBytes(octets, 2);
}

/** A network that addresses are unique in: an interface and a VLAN. @param source below 512. */
export function segmentOf(source: number, vlan: number): number {
  return source * VLANS + vlan;
}

/** What an IPv4 address of a segment is remembered by. */
export function key4(segment: number, bytes: Uint8Array, at: number): AddressKey {
  return segment * TWO_32 + ipv4Number(bytes, at);
}

/** The same for IPv6. */
export function key6(segment: number, bytes: Uint8Array, at: number): AddressKey {
  return `${segment}${SEPARATOR}${ipv6FromBytes(bytes, at)}`;
}

export interface KeyParts {
  readonly source: number;
  /** 0: none. */
  readonly vlan: number;
  readonly ip: IpAddress;
}

/** The mirror of {@link key4} and {@link key6}. */
export function partsOf(key: AddressKey): KeyParts {
  const [text = "", ip = ""] = typeof key === "string" ? key.split(SEPARATOR) : [];
  const segment = typeof key === "string" ? Number(text) : Math.floor(key / TWO_32);
  const place = { source: Math.floor(segment / VLANS), vlan: segment % VLANS };
  if (typeof key === "string") return { ...place, ip };
  const octets = new DataView(new ArrayBuffer(4));
  octets.setUint32(0, key - segment * TWO_32);
  return { ...place, ip: ipv4FromBytes(new Uint8Array(octets.buffer)) };
}
