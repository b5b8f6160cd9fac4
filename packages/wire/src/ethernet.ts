/**
 * Ethernet II frames (IEEE 802.3), without the frame check sequence, which no capture carries.
 *
 * ```text
 *  0 destination  6 source  12 etherType  14 payload
 * ```
 *
 * @module
 */
import { MAC_LENGTH, type Mac, macFromBytes, macToBytes } from "./address.ts";
import { WireError } from "./error.ts";

export const ETHERNET_HEADER_LENGTH = 14;

/** The types we name; a number below 0x0600 is an IEEE 802.3 length and is carried as it is. */
export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  qinq: 0x88a8,
  /** What stood for 802.1ad before it had a number. */
  qinqOld: 0x9100,
} as const;

export interface EthernetFrame {
  readonly destination: Mac;
  readonly source: Mac;
  readonly etherType: number;
  /** Up to the end of the frame: padding included, and a view into the caller's bytes. */
  readonly payload: Uint8Array;
}

/** @throws {WireError} `length` if there is no whole header. */
export function decodeEthernet(bytes: Uint8Array): EthernetFrame {
  if (bytes.length < ETHERNET_HEADER_LENGTH) {
    throw new WireError(
      "length",
      `Cannot decode Ethernet frame: length is ${bytes.length}, needs ${ETHERNET_HEADER_LENGTH}`,
    );
  }
  return {
    destination: macFromBytes(bytes, 0),
    source: macFromBytes(bytes, MAC_LENGTH),
    etherType: (bytes[12]! << 8) | bytes[13]!,
    payload: bytes.subarray(ETHERNET_HEADER_LENGTH),
  };
}

/** @returns the frame, not padded: the driver pads what is too short for its wire. */
export function encodeEthernet(frame: EthernetFrame): Uint8Array {
  const bytes = new Uint8Array(ETHERNET_HEADER_LENGTH + frame.payload.length);
  bytes.set(macToBytes(frame.destination), 0);
  bytes.set(macToBytes(frame.source), MAC_LENGTH);
  bytes[12] = frame.etherType >> 8;
  bytes[13] = frame.etherType & 0xff;
  bytes.set(frame.payload, ETHERNET_HEADER_LENGTH);
  return bytes;
}
