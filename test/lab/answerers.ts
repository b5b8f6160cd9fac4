/**
 * Who answers ARP for an address, asked by a program that nobody here wrote (iputils arping).
 *
 * @module
 */
import type { Mac } from "@viptools/wire";
import type { Network } from "./network.ts";

/** @param more options of arping. @returns the MACs in the answers to two questions of c, each once. */
export function answerers(network: Network, address: string, ...more: string[]): Mac[] {
  const { stdout } = network.run("c", ["arping", "-I", "eth0", "-c", "2", "-w", "2", ...more, address]);
  return [
    ...new Set(
      [...stdout.matchAll(/Unicast reply from \S+ \[([0-9A-F:]+)\]/g)].map(([, mac]) => mac!.toLowerCase()),
    ),
  ];
}
