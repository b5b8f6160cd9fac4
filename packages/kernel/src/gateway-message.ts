/**
 * Default routes as rtnetlink says them (rtnetlink(7), linux/rtnetlink.h): who the gateways are.
 *
 * @module
 */
import { addressFromBytes, addressLength, type IpAddress } from "@viptools/wire";
import { readAttributes } from "./attributes.ts";

export const GET_ROUTE = 26;
export const ROUTE_HEADER_LENGTH = 12;

const AF_INET = 2;
const AF_INET6 = 10;
const RTN_UNICAST = 1;
const RTA = { gateway: 5, multipath: 9, via: 18 } as const;
/** `struct rtnexthop`: its length with its attributes, flags, weight, interface. */
const NEXT_HOP_HEADER_LENGTH = 8;

/** @param body a route message after its netlink header. @returns the gateways of a default route; none of any other. */
export function decodeDefaultGateways(body: Uint8Array): IpAddress[] {
  const [family, destinationLength] = body;
  if (body.length < ROUTE_HEADER_LENGTH || destinationLength !== 0 || body[7] !== RTN_UNICAST) return [];
  const found = readAttributes(body.subarray(ROUTE_HEADER_LENGTH));
  const hops = readNextHops(found.get(RTA.multipath) ?? new Uint8Array());
  return [found, ...hops].flatMap((hop) => readGateway(hop, family!));
}

function readNextHops(bytes: Uint8Array): Map<number, Uint8Array>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hops: Map<number, Uint8Array>[] = [];
  for (let at = 0; at + NEXT_HOP_HEADER_LENGTH <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < NEXT_HOP_HEADER_LENGTH || at + length > bytes.length) break;
    hops.push(readAttributes(bytes.subarray(at + NEXT_HOP_HEADER_LENGTH, at + length)));
    at += (length + 3) & ~3;
  }
  return hops;
}

/** A gateway of the other family (RFC 5549) says which it is of before its octets. */
function readGateway(hop: ReadonlyMap<number, Uint8Array>, family: number): IpAddress[] {
  const via = hop.get(RTA.via);
  if (via !== undefined && via.length > 2) return decodeGateway(via.subarray(2), via[0]! | (via[1]! << 8));
  return decodeGateway(hop.get(RTA.gateway), family);
}

function decodeGateway(octets: Uint8Array | undefined, addressFamily: number): IpAddress[] {
  if (addressFamily !== AF_INET && addressFamily !== AF_INET6) return [];
  const family = addressFamily === AF_INET ? 4 : 6;
  return octets?.length === addressLength(family) ? [addressFromBytes(octets, family)] : [];
}
