/**
 * IPv4 headers (RFC 791).
 *
 * ```text
 *  0 version+ihl  1 tos  2 totalLength  4 id  6 flags+offset  8 ttl  9 protocol  10 checksum
 * 12 source  16 destination  20 options  ihl*4 payload
 * ```
 *
 * @module
 */
import { type Ipv4, ipv4FromBytes, ipv4ToBytes } from "./address.ts";
import { checksumHolds, internetChecksum } from "./checksum.ts";
import { WireError } from "./error.ts";

export const IPV4_HEADER_LENGTH = 20;

/** Protocol numbers we name (IANA). */
export const IpProtocol = { hopByHop: 0, icmp: 1, icmpv6: 58, vrrp: 112 } as const;

export interface Ipv4Packet {
  /** DSCP and ECN, 0 to 255; VRRP uses 0xc0 (class selector 6). */
  readonly tos: number;
  readonly id: number;
  /** The three flag bits and the 13-bit offset, as on the wire; 0 for a whole packet. */
  readonly fragment: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly options: Uint8Array;
  /** Ends where the header's total length says: Ethernet padding is not part of it. */
  readonly payload: Uint8Array;
}

/** True for every fragment of a fragmented packet, the first one included. */
export function isFragment(packet: Ipv4Packet): boolean {
  return (packet.fragment & 0x3fff) !== 0;
}

/** @throws {WireError} `version`, `length` or `checksum` (of the header). */
export function decodeIpv4(bytes: Uint8Array): Ipv4Packet {
  const headerLength = checkHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    tos: view.getUint8(1),
    id: view.getUint16(4),
    fragment: view.getUint16(6),
    ttl: view.getUint8(8),
    protocol: view.getUint8(9),
    source: ipv4FromBytes(bytes, 12),
    destination: ipv4FromBytes(bytes, 16),
    options: bytes.subarray(IPV4_HEADER_LENGTH, headerLength),
    payload: bytes.subarray(headerLength, view.getUint16(2)),
  };
}

/** @throws {RangeError} if options are no multiple of four octets up to 40, or the packet passes 65,535. */
export function encodeIpv4(packet: Ipv4Packet): Uint8Array {
  const headerLength = IPV4_HEADER_LENGTH + packet.options.length;
  const totalLength = headerLength + packet.payload.length;
  if (headerLength % 4 !== 0 || headerLength > 60 || totalLength > 0xffff) {
    throw new RangeError(`Cannot encode IPv4 packet: header is ${headerLength}, whole is ${totalLength}`);
  }
  const bytes = new Uint8Array(totalLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x40 | (headerLength / 4));
  view.setUint8(1, packet.tos);
  view.setUint16(2, totalLength);
  view.setUint16(4, packet.id);
  view.setUint16(6, packet.fragment);
  view.setUint8(8, packet.ttl);
  view.setUint8(9, packet.protocol);
  bytes.set(ipv4ToBytes(packet.source), 12);
  bytes.set(ipv4ToBytes(packet.destination), 16);
  bytes.set(packet.options, IPV4_HEADER_LENGTH);
  view.setUint16(10, internetChecksum(bytes.subarray(0, headerLength)));
  bytes.set(packet.payload, headerLength);
  return bytes;
}

/** @returns the header's length in octets, once the header can be trusted. */
function checkHeader(bytes: Uint8Array): number {
  const fail = (check: "length" | "version" | "checksum", seen: string): never => {
    throw new WireError(check, `Cannot decode IPv4 packet: ${seen}`);
  };
  if (bytes.length < IPV4_HEADER_LENGTH)
    fail("length", `length is ${bytes.length}, needs ${IPV4_HEADER_LENGTH}`);
  if (bytes[0]! >> 4 !== 4) fail("version", `version is ${bytes[0]! >> 4}, needs 4`);
  const headerLength = (bytes[0]! & 0xf) * 4;
  const totalLength = (bytes[2]! << 8) | bytes[3]!;
  if (headerLength < IPV4_HEADER_LENGTH)
    fail("length", `header is ${headerLength}, needs ${IPV4_HEADER_LENGTH}`);
  if (totalLength < headerLength) fail("length", `total length is ${totalLength}, needs ${headerLength}`);
  if (totalLength > bytes.length) fail("length", `length is ${bytes.length}, header says ${totalLength}`);
  if (!checksumHolds(bytes.subarray(0, headerLength))) fail("checksum", "header checksum does not hold");
  return headerLength;
}
