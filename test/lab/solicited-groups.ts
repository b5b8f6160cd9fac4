/**
 * The solicited-node groups that a host is a member of, in the kernel's own notation.
 *
 * @module
 */
import { type Ipv6, solicitedNodeGroup } from "@viptools/wire";
import type { Network } from "./network.ts";

/** The groups that a host listens to on an interface, as the kernel writes them: 32 digits. */
export function groupsOf(network: Network, host: string, interfaceName: string): string[] {
  return network
    .run(host, ["cat", "/proc/net/igmp6"])
    .stdout.split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, name]) => name === interfaceName)
    .map(([, , group]) => group!);
}

/** How the kernel writes the solicited-node group of an address (RFC 4291 §2.7.1). */
export function groupDigits(vip: Ipv6): string {
  const [high, low] = solicitedNodeGroup(vip).split(":").slice(-2);
  return `ff0200000000000000000001${high!.padStart(4, "0")}${low!.padStart(4, "0")}`;
}
