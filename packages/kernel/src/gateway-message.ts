/**
 * Default routes as rtnetlink says them: who the gateways are.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import { decodeRoute, prefixLengthOf } from "./route-entry.ts";

/** @param body a route message after its netlink header. @returns the gateways of a default route; none of any other. */
export function decodeDefaultGateways(body: Uint8Array): IpAddress[] {
  if (prefixLengthOf(body) !== 0) return [];
  return decodeRoute(body)?.hops.flatMap(({ gateway }) => gateway ?? []) ?? [];
}
