/**
 * IPv6 headers (RFC 8200 §3). No extension headers are followed: `nextHeader` is what the fixed header says, and a
 * packet with extension headers keeps them in its payload. VRRP has none (RFC 9568 §5.1.2.4).
 *
 * ```text
 *  0 version(4)+trafficClass(8)+flowLabel(20)  4 payloadLength  6 nextHeader  7 hopLimit
 *  8 source  24 destination  40 payload
 * ```
 *
 * @module
 */
import type { Mac } from "./address.ts";
import { WireError } from "./error.ts";
import { EtherType, encodeEthernet } from "./ethernet.ts";
import { type Ipv6, ipv6FromBytes, ipv6GroupMac, ipv6ToBytes } from "./ipv6-address.ts";

export const IPV6_HEADER_LENGTH = 40;

export interface Ipv6Packet {
  /** DSCP and ECN, 0 to 255; VRRP uses 0xc0 (class selector 6). */
  readonly trafficClass: number;
  /** 0 to 0xfffff. */
  readonly flowLabel: number;
  readonly hopLimit: number;
  /** A protocol number of IANA's one list for both families. */
  readonly nextHeader: number;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  /** Ends where the header's payload length says: Ethernet padding is not part of it. A view, not a copy. */
  readonly payload: Uint8Array;
}

/**
 * Jumbograms (RFC 2675) say a payload length of 0, and are read as having none.
 *
 * @throws {WireError} `length` if it is cut short, in the header or after it; `version`.
 */
export function decodeIpv6(bytes: Uint8Array): Ipv6Packet {
  const end = checkHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    trafficClass: (view.getUint16(0) >> 4) & 0xff,
    flowLabel: view.getUint32(0) & 0xfffff,
    hopLimit: view.getUint8(7),
    nextHeader: view.getUint8(6),
    source: ipv6FromBytes(bytes, 8),
    destination: ipv6FromBytes(bytes, 24),
    payload: bytes.subarray(IPV6_HEADER_LENGTH, end),
  };
}

/** @throws {RangeError} if class or flow label do not fit their bits, or the payload passes 65,535 octets. */
export function encodeIpv6(packet: Ipv6Packet): Uint8Array {
  const { trafficClass, flowLabel, payload } = packet;
  if (trafficClass > 0xff || flowLabel > 0xfffff || payload.length > 0xffff) {
    throw new RangeError(
      `Cannot encode IPv6 packet: class is ${trafficClass}, flow label is ${flowLabel}, payload is ${payload.length}`,
    );
  }
  const bytes = new Uint8Array(IPV6_HEADER_LENGTH + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (6 << 28) | (trafficClass << 20) | flowLabel);
  view.setUint16(4, payload.length);
  view.setUint8(6, packet.nextHeader);
  view.setUint8(7, packet.hopLimit);
  bytes.set(ipv6ToBytes(packet.source), 8);
  bytes.set(ipv6ToBytes(packet.destination), 24);
  bytes.set(payload, IPV6_HEADER_LENGTH);
  return bytes;
}

/** @returns where the payload ends, once the header can be trusted. */
function checkHeader(bytes: Uint8Array): number {
  const fail = (check: "length" | "version", seen: string): never => {
    throw new WireError(check, `Cannot decode IPv6 packet: ${seen}`);
  };
  if (bytes.length < IPV6_HEADER_LENGTH)
    fail("length", `length is ${bytes.length}, needs ${IPV6_HEADER_LENGTH}`);
  if (bytes[0]! >> 4 !== 6) fail("version", `version is ${bytes[0]! >> 4}, needs 6`);
  const end = IPV6_HEADER_LENGTH + ((bytes[4]! << 8) | bytes[5]!);
  if (end > bytes.length) fail("length", `length is ${bytes.length}, header says ${end}`);
  return end;
}

/**
 * The Ethernet frame that carries a packet.
 *
 * @param destination that of the packet's group, where it goes to one.
 */
export function encodeIpv6Frame(
  packet: Ipv6Packet,
  source: Mac,
  destination: Mac = ipv6GroupMac(packet.destination),
): Uint8Array {
  return encodeEthernet({ destination, source, etherType: EtherType.ipv6, payload: encodeIpv6(packet) });
}
