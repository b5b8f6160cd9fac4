/**
 * ARP for IPv4 over Ethernet (RFC 826).
 *
 * ```text
 *  0 hrd  2 pro  4 hln  5 pln  6 op  8 sha  14 spa  18 tha  24 tpa  28
 * ```
 *
 * @module
 */
import {
  BROADCAST_MAC,
  type Ipv4,
  ipv4FromBytes,
  ipv4ToBytes,
  type Mac,
  macFromBytes,
  macToBytes,
} from "./address.ts";
import { WireError } from "./error.ts";
import { EtherType, encodeEthernet } from "./ethernet.ts";

export const ARP_LENGTH = 28;

/** Where the fields are, for those who read many packets in place. */
export const ArpField = {
  hardware: 0,
  protocol: 2,
  hardwareLength: 4,
  protocolLength: 5,
  operation: 6,
  senderMac: 8,
  senderIp: 14,
  targetMac: 18,
  targetIp: 24,
} as const;

export const HARDWARE_ETHERNET = 1;
const MAC_OCTETS = 6;
const IPV4_OCTETS = 4;

/** The operations we name; any other number is carried through as it is. */
export const ArpOperation = { request: 1, reply: 2 } as const;

export interface ArpPacket {
  readonly operation: number;
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}

/**
 * Octets past {@link ARP_LENGTH} are Ethernet padding, and ignored.
 *
 * @throws {WireError} `length` if it is cut short, `value` if it is ARP for another hardware or protocol.
 */
export function decodeArp(bytes: Uint8Array): ArpPacket {
  if (bytes.length < ARP_LENGTH) {
    throw new WireError("length", `Cannot decode ARP packet: length is ${bytes.length}, needs ${ARP_LENGTH}`);
  }
  expect("hardware type", (bytes[0]! << 8) | bytes[1]!, HARDWARE_ETHERNET);
  expect("protocol type", (bytes[2]! << 8) | bytes[3]!, EtherType.ipv4);
  expect("hardware length", bytes[4]!, MAC_OCTETS);
  expect("protocol length", bytes[5]!, IPV4_OCTETS);
  return {
    operation: (bytes[ArpField.operation]! << 8) | bytes[ArpField.operation + 1]!,
    senderMac: macFromBytes(bytes, ArpField.senderMac),
    senderIp: ipv4FromBytes(bytes, ArpField.senderIp),
    targetMac: macFromBytes(bytes, ArpField.targetMac),
    targetIp: ipv4FromBytes(bytes, ArpField.targetIp),
  };
}

export function encodeArp(packet: ArpPacket): Uint8Array {
  const bytes = new Uint8Array(ARP_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, HARDWARE_ETHERNET);
  view.setUint16(2, EtherType.ipv4);
  view.setUint8(4, MAC_OCTETS);
  view.setUint8(5, IPV4_OCTETS);
  view.setUint16(6, packet.operation);
  bytes.set(macToBytes(packet.senderMac), 8);
  bytes.set(ipv4ToBytes(packet.senderIp), 14);
  bytes.set(macToBytes(packet.targetMac), 18);
  bytes.set(ipv4ToBytes(packet.targetIp), 24);
  return bytes;
}

/** The Ethernet frame that carries a packet to everybody, from its sender. */
export function encodeArpBroadcast(packet: ArpPacket): Uint8Array {
  return encodeEthernet({
    destination: BROADCAST_MAC,
    source: packet.senderMac,
    etherType: EtherType.arp,
    payload: encodeArp(packet),
  });
}

function expect(field: string, found: number, wanted: number): void {
  if (found !== wanted) {
    throw new WireError("value", `Cannot decode ARP packet: ${field} is ${found}, needs ${wanted}`);
  }
}
