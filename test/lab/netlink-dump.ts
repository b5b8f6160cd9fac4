/**
 * Prints what our netlink reader says of this namespace, for comparing with iproute2.
 *
 * usage, on a host: node netlink-dump.js INTERFACE
 */
import { findInterface, RouteSocket } from "@viptools/kernel";

const ifindex = findInterface(process.argv[2]!)!;
const route = new RouteSocket();
const dump = {
  links: await route.links(),
  addresses: await route.addresses(ifindex),
  neighbours: await route.neighbours(ifindex),
};
route.close();
process.stdout.write(JSON.stringify(dump));
