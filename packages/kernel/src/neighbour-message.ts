/**
 * Entries of the kernel's neighbour tables as rtnetlink says them (rtnetlink(7), linux/neighbour.h): decode and encode.
 * One table for ARP and one for IPv6; bridges' forwarding entries come as the same messages and are passed over.
 *
 * @module
 */
import {
  addressFromBytes,
  addressToBytes,
  familyOf,
  type IpAddress,
  type Mac,
  macFromBytes,
} from "@viptools/wire";
import { attribute, concat, readAttributes, readU32, u32 } from "./attributes.ts";

export const NeighbourMessageType = { new: 28, delete: 29, get: 30 } as const;

const AF_INET = 2;
const AF_INET6 = 10;
/** `struct ndmsg`: family, padding(3), interface(4), state(2), flags, type. */
const HEADER_LENGTH = 12;
const IFINDEX_AT = 4;
const STATE_AT = 8;
const FLAGS_AT = 10;
const NDA = { destination: 1, linkAddress: 2, cacheInfo: 3, ifindex: 8, extendedFlags: 15 } as const;
/** `struct nda_cacheinfo`: confirmed, used, updated, users; the ages in hundredths of a second whatever the kernel's HZ. */
const CACHE_INFO_LENGTH = 16;
const MS_OF_A_TICK = 10;

const STATES = [
  [0x01, "INCOMPLETE"],
  [0x02, "REACHABLE"],
  [0x04, "STALE"],
  [0x08, "DELAY"],
  [0x10, "PROBE"],
  [0x20, "FAILED"],
  [0x40, "NOARP"],
  [0x80, "PERMANENT"],
] as const;

/** NTF_* as `ip neigh` names them, and from bit 8 on NTF_EXT_*. */
const FLAGS = [
  [0x01, "use"],
  [0x08, "proxy"],
  [0x10, "extern_learn"],
  [0x20, "offload"],
  [0x40, "sticky"],
  [0x80, "router"],
  [0x100, "managed"],
  [0x200, "locked"],
  [0x400, "extern_valid"],
] as const;

/** As `ip neigh` names them (NUD_*). */
export type NeighbourState = (typeof STATES)[number][1] | "NONE";
export type NeighbourFlag = (typeof FLAGS)[number][1];

/** Who has an address on a link, by this host's kernel. */
export interface NeighbourEntry {
  readonly ifindex: number;
  readonly family: 4 | 6;
  readonly address: IpAddress;
  /** Undefined while nobody has answered. */
  readonly mac: Mac | undefined;
  readonly state: NeighbourState;
  readonly flags: readonly NeighbourFlag[];
  /** Since MAC or state changed, milliseconds in steps of 10: what `locktime` is counted from. */
  readonly updatedMs: number;
  /** Since somebody was known to be there, milliseconds. */
  readonly confirmedMs: number;
  /** Since a packet went there, milliseconds. */
  readonly usedMs: number;
}

/** @param body a neighbour message after its netlink header. @returns undefined for what is neither IPv4 nor IPv6. */
export function decodeNeighbourEntry(body: Uint8Array): NeighbourEntry | undefined {
  if (body.length < HEADER_LENGTH) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const family = { [AF_INET]: 4 as const, [AF_INET6]: 6 as const }[view.getUint8(0)];
  const found = readAttributes(body.subarray(HEADER_LENGTH));
  const octets = found.get(NDA.destination);
  if (family === undefined || octets?.length !== (family === 4 ? 4 : 16)) return undefined;
  const state = view.getUint16(STATE_AT, true);
  const flags = view.getUint8(FLAGS_AT) | ((readU32(found.get(NDA.extendedFlags)) ?? 0) << 8);
  const mac = found.get(NDA.linkAddress);
  return {
    ifindex: view.getInt32(IFINDEX_AT, true),
    family,
    address: addressFromBytes(octets, family),
    mac: mac?.length === 6 ? macFromBytes(mac) : undefined,
    state: STATES.find(([bit]) => (state & bit) !== 0)?.[1] ?? "NONE",
    flags: FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name),
    ...readAges(found.get(NDA.cacheInfo)),
  };
}

function readAges(
  info: Uint8Array | undefined,
): Pick<NeighbourEntry, "updatedMs" | "confirmedMs" | "usedMs"> {
  if (info === undefined || info.length < CACHE_INFO_LENGTH)
    return { updatedMs: 0, confirmedMs: 0, usedMs: 0 };
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const age = (at: number): number => view.getUint32(at, true) * MS_OF_A_TICK;
  return { confirmedMs: age(0), usedMs: age(4), updatedMs: age(8) };
}

/** Asks for the entry of one address on one interface. */
export function encodeNeighbourQuery(ifindex: number, address: IpAddress): Uint8Array {
  return concat([header(familyOf(address), ifindex), attribute(NDA.destination, addressToBytes(address))]);
}

/** Asks for all entries of a family on one interface. */
export function encodeNeighbourDump(ifindex: number, family: 4 | 6): Uint8Array {
  return concat([header(family, 0), u32(NDA.ifindex, ifindex)]);
}

/** A question has to leave state and type at 0. */
function header(family: 4 | 6, ifindex: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_LENGTH));
  view.setUint8(0, family === 4 ? AF_INET : AF_INET6);
  view.setInt32(IFINDEX_AT, ifindex, true);
  return new Uint8Array(view.buffer);
}
