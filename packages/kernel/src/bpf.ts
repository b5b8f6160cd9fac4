/**
 * Socket filters (classic BPF, linux/filter.h): the kernel drops what a tool does not want before it is copied.
 * A VLAN tag is not part of the octets that a filter sees; the capture reports it beside the frame.
 *
 * @module
 */
import { EtherType, IpProtocol } from "@viptools/wire";

/** code, jump if true, jump if false, constant: `struct sock_filter`. */
export type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const JUMP_EQUAL = 0x15;
const RETURN = 0x06;
const ACCEPT: Instruction = [RETURN, 0, 0, 0x40000];
const DROP: Instruction = [RETURN, 0, 0, 0];
const ETHER_TYPE_AT = 12;
const IPV4_PROTOCOL_AT = 23;

/** IPv4 packets of protocol 112: VRRP, and CARP, which shares the number. */
export const VRRP_IPV4_FILTER: readonly Instruction[] = [
  [LOAD_HALF, 0, 0, ETHER_TYPE_AT],
  [JUMP_EQUAL, 0, 3, EtherType.ipv4],
  [LOAD_BYTE, 0, 0, IPV4_PROTOCOL_AT],
  [JUMP_EQUAL, 0, 1, IpProtocol.vrrp],
  ACCEPT,
  DROP,
];

/** ARP, whatever its hardware. */
export const ARP_FILTER: readonly Instruction[] = [
  [LOAD_HALF, 0, 0, ETHER_TYPE_AT],
  [JUMP_EQUAL, 0, 1, EtherType.arp],
  ACCEPT,
  DROP,
];

/** @returns the program as the kernel reads it, in the byte order of this machine. */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, jumpTrue, jumpFalse, k], n) => {
    view.setUint16(n * 8, code, true);
    view.setUint8(n * 8 + 2, jumpTrue);
    view.setUint8(n * 8 + 3, jumpFalse);
    view.setUint32(n * 8 + 4, k, true);
  });
  return new Uint8Array(view.buffer);
}
