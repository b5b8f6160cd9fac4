/**
 * Is there a route to exactly this network, whose interface is up and has a carrier?
 *
 * @module
 */
import { findInterface, findRoutes, type RouteHop, RouteReader } from "@viptools/kernel";
import { type Check, failed, passed } from "../check.ts";
import type { RouteTarget } from "../target.ts";

export function routeCheck({ network, length, via, interfaceName }: RouteTarget): Check {
  return async (signal) => {
    const ifindex = interfaceName === undefined ? undefined : findInterface(interfaceName);
    if (interfaceName !== undefined && ifindex === undefined)
      return failed(`there is no interface ${interfaceName}`);
    const hops = (await findRoutes(network, length, signal)).flatMap((route) => route.hops);
    const isWanted = ({ gateway, ifindex: through }: RouteHop): boolean =>
      (via === undefined || gateway === via) && (ifindex === undefined || through === ifindex);
    if (hops.some((hop) => isWanted(hop) && hop.isAlive)) return passed("there");
    if (hops.some(isWanted)) return failed("no carrier");
    if (hops.length === 0) return failed("no such route");
    const others = ifindex === undefined ? [] : hops.filter((hop) => hop.ifindex !== ifindex);
    // What differs is told, and not what nobody asked for.
    const isElsewhere = others.length === hops.length;
    return failed(`there, but ${isElsewhere ? throughOf(others) : gatewaysOf(hops)}`);
  };
}

function throughOf(hops: readonly RouteHop[]): string {
  const reader = new RouteReader();
  try {
    const names = new Map(reader.links().map(({ index, name }) => [index, name]));
    return `through ${hops.map(({ ifindex }) => names.get(ifindex) ?? `interface ${ifindex}`).join(", ")}`;
  } finally {
    reader.close();
  }
}

function gatewaysOf(hops: readonly RouteHop[]): string {
  return hops
    .map(({ gateway }) => (gateway === undefined ? "without a gateway" : `via ${gateway}`))
    .join(", ");
}
