/**
 * A route as rtnetlink says it (rtnetlink(7), linux/rtnetlink.h).
 *
 * @module
 */
import { addressFromBytes, addressLength, type IpAddress } from "@viptools/wire";
import { readAttributes, readU32 } from "./attributes.ts";

export const GET_ROUTE = 26;
export const ROUTE_HEADER_LENGTH = 12;

const AF_INET = 2;
const AF_INET6 = 10;
const RTN_UNICAST = 1;
const TYPE_AT = 7;
const FLAGS_AT = 8;
const RTA = { destination: 1, ifindex: 4, gateway: 5, multipath: 9, via: 18 } as const;
/** `struct rtnexthop`: its length with its attributes, flags, weight, interface. */
const NEXT_HOP_HEADER_LENGTH = 8;
const RTNH_F_DEAD = 1;
const RTNH_F_LINKDOWN = 16;

export interface RouteHop {
  /** Undefined where the destination is on the link itself. */
  readonly gateway: IpAddress | undefined;
  /** 0 where the kernel does not say. */
  readonly ifindex: number;
  /** Its interface is up, and has a carrier. */
  readonly isAlive: boolean;
}

/** A route that leads somewhere: no local address, no black hole. */
export interface Route {
  readonly destination: IpAddress;
  readonly length: number;
  /** One, or several of a multipath route. */
  readonly hops: readonly RouteHop[];
}

/** The length of its destination's prefix, without reading further: of many routes few are wanted. */
export function prefixLengthOf(body: Uint8Array): number | undefined {
  return body.length < ROUTE_HEADER_LENGTH ? undefined : body[1];
}

/** @param body a route message after its netlink header. @returns undefined for one that leads nowhere. */
export function decodeRoute(body: Uint8Array): Route | undefined {
  const [addressFamily = 0, length = 0] = body;
  if (body.length < ROUTE_HEADER_LENGTH || body[TYPE_AT] !== RTN_UNICAST) return undefined;
  if (addressFamily !== AF_INET && addressFamily !== AF_INET6) return undefined;
  const family = addressFamily === AF_INET ? 4 : 6;
  const found = readAttributes(body.subarray(ROUTE_HEADER_LENGTH));
  const octets = found.get(RTA.destination) ?? new Uint8Array(addressLength(family));
  if (octets.length !== addressLength(family)) return undefined;
  const multipath = found.get(RTA.multipath);
  return {
    destination: addressFromBytes(octets, family),
    length,
    hops:
      multipath === undefined
        ? [readHop(found, addressFamily, readU32(found.get(RTA.ifindex)) ?? 0, body[FLAGS_AT]!)]
        : readNextHops(multipath, addressFamily),
  };
}

function readNextHops(bytes: Uint8Array, family: number): RouteHop[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hops: RouteHop[] = [];
  for (let at = 0; at + NEXT_HOP_HEADER_LENGTH <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < NEXT_HOP_HEADER_LENGTH || at + length > bytes.length) break;
    const found = readAttributes(bytes.subarray(at + NEXT_HOP_HEADER_LENGTH, at + length));
    hops.push(readHop(found, family, view.getInt32(at + 4, true), bytes[at + 2]!));
    at += (length + 3) & ~3;
  }
  return hops;
}

function readHop(
  found: ReadonlyMap<number, Uint8Array>,
  family: number,
  ifindex: number,
  flags: number,
): RouteHop {
  const isAlive = (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) === 0;
  return { gateway: readGateway(found, family), ifindex, isAlive };
}

/** A gateway of the other family (RFC 5549) says which it is of before its octets. */
function readGateway(hop: ReadonlyMap<number, Uint8Array>, family: number): IpAddress | undefined {
  const via = hop.get(RTA.via);
  if (via !== undefined && via.length > 2) return decodeGateway(via.subarray(2), via[0]! | (via[1]! << 8));
  return decodeGateway(hop.get(RTA.gateway), family);
}

function decodeGateway(octets: Uint8Array | undefined, addressFamily: number): IpAddress | undefined {
  if (addressFamily !== AF_INET && addressFamily !== AF_INET6) return undefined;
  const family = addressFamily === AF_INET ? 4 : 6;
  return octets?.length === addressLength(family) ? addressFromBytes(octets, family) : undefined;
}
