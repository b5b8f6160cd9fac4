/**
 * Prints what our netlink reader says of this namespace, for comparing with iproute2.
 *
 * usage, on a host: node netlink-dump.js INTERFACE
 */
import { findInterface, NeighbourReader, RouteSocket } from "@viptools/kernel";

const ifindex = findInterface(process.argv[2]!)!;
const route = new RouteSocket();
const reader = new NeighbourReader();
const neighbours = ([4, 6] as const).flatMap((family) => reader.dump(ifindex, family));
const dump = {
  links: await route.links(),
  addresses: await route.addresses(ifindex),
  neighbours,
  /** The same, asked for one by one, and one that is not there. */
  found: reader.find(ifindex, [...neighbours.map(({ address }) => address), "192.0.2.77"]),
};
route.close();
reader.close();
process.stdout.write(JSON.stringify(dump));
