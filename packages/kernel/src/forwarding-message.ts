/**
 * Forwarding entries of interfaces as rtnetlink says them (rtnetlink(7), linux/neighbour.h; bridge-fdb(8)): the MACs besides
 * its own that an interface takes frames for.
 *
 * @module
 */
import { type Mac, macFromBytes, macToBytes } from "@viptools/wire";
import { attribute, concat, readAttributes } from "./attributes.ts";

const AF_BRIDGE = 7;
/** `struct ndmsg`: family, padding(3), interface(4), state(2), flags, type. */
const HEADER_LENGTH = 12;
const IFINDEX_AT = 4;
const STATE_AT = 8;
const FLAGS_AT = 10;
const NUD_PERMANENT = 0x80;
/** Of the interface itself, and not of the bridge that it is a port of. */
const NTF_SELF = 0x02;
const NDA_LINK_ADDRESS = 2;

/** An interface takes frames for a MAC. */
export interface ForwardingEntry {
  readonly ifindex: number;
  readonly mac: Mac;
}

/** `bridge fdb add MAC dev IF self`: what is added and deleted. */
export function encodeForwardingEntry({ ifindex, mac }: ForwardingEntry): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_LENGTH));
  view.setUint8(0, AF_BRIDGE);
  view.setInt32(IFINDEX_AT, ifindex, true);
  view.setUint16(STATE_AT, NUD_PERMANENT, true);
  view.setUint8(FLAGS_AT, NTF_SELF);
  return concat([new Uint8Array(view.buffer), attribute(NDA_LINK_ADDRESS, macToBytes(mac))]);
}

/** Asks for the entries of all interfaces: the kernel takes no other question from a NIC (`rtnl_fdb_dump`). */
export function encodeForwardingDump(): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH);
  bytes[0] = AF_BRIDGE;
  return bytes;
}

/**
 * @param body a neighbour message after its netlink header.
 * @returns undefined for neighbours, and for what a bridge has learned of its ports.
 */
export function decodeForwardingEntry(body: Uint8Array): ForwardingEntry | undefined {
  if (body.length < HEADER_LENGTH || body[0] !== AF_BRIDGE) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const mac = readAttributes(body.subarray(HEADER_LENGTH)).get(NDA_LINK_ADDRESS);
  const isPermanent = (view.getUint16(STATE_AT, true) & NUD_PERMANENT) !== 0;
  if (!isPermanent || mac?.length !== 6) return undefined;
  return { ifindex: view.getInt32(IFINDEX_AT, true), mac: macFromBytes(mac) };
}
