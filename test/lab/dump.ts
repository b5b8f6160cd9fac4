/**
 * Everything about a host that ownership may touch, as text: two dumps that are equal mean that nothing was left (S3).
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Network } from "./network.ts";

const RUN_FOLDER = fileURLToPath(new URL("./run-folder.js", import.meta.url));
const COMMANDS: Readonly<Record<string, string>> = {
  links: "ip -d -j link | jq -S 'map(del(.stats64, .operstate))'",
  addresses: "ip -j address | jq -S 'map({ifname, addr_info})'",
  routes: "ip route show table all; ip -6 route show table all",
  rules: "ip rule; ip -6 rule",
  memberships: "ip maddress",
  forwarding: "bridge fdb show",
  // How long a permission still lasts, and how much was dropped, differ from one moment to the next.
  firewall:
    "nft list ruleset | sed -E 's/ (timeout|expires) [0-9a-z]+//g; s/counter packets [0-9]+ bytes [0-9]+/counter/'",
  settings:
    "cd /proc/sys/net && grep -r . ipv4/conf ipv6/conf ipv4/neigh ipv6/neigh ipv4/ip_forward 2>/dev/null | grep -v stable_secret | sort",
  journal: `find "$(node ${RUN_FOLDER})" -type f 2>/dev/null | sort`,
};

export type Dump = Readonly<Record<string, string>>;

/** @param host whose namespace is looked at. */
export function dumpHost(network: Network, host: string): Dump {
  return Object.fromEntries(
    Object.entries(COMMANDS).map(([what, command]) => [
      what,
      network.run(host, ["sh", "-c", command]).stdout,
    ]),
  );
}

/** @returns the names of the parts that differ. */
export function differences(before: Dump, after: Dump): string[] {
  return Object.keys(COMMANDS).filter((what) => before[what] !== after[what]);
}
