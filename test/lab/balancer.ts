/**
 * LVS/DR without ip_vs: a director gives frames for the VIP on to real servers, by their MAC alone, and those answer the
 * client themselves.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Network, VIP, VIP6 } from "./network.ts";
import { VMAC, VMAC6 } from "./router.ts";

const GREETER = fileURLToPath(new URL("./greeter.js", import.meta.url));
const PORT = 80;

/**
 * Half of all connections and half of all pings to each of two servers. Which connection goes where, its port says, for a
 * connection must stay; of the port's bits the second, because clients choose even ports first.
 */
export function balance(network: Network, director: string, servers: readonly [string, string]): void {
  const { mac } = network.host(director);
  const rules = servers.flatMap((server, n) => {
    const on = `ether saddr set ${mac} ether daddr set ${network.host(server).mac} fwd to "eth0"`;
    return [
      `ether daddr ${VMAC} ip daddr ${VIP} tcp dport ${PORT} tcp sport & 2 == ${2 * n} ${on}`,
      `ether daddr ${VMAC6} ip6 daddr ${VIP6} icmpv6 type echo-request icmpv6 sequence & 1 == ${n} ${on}`,
    ];
  });
  const chain = 'type filter hook ingress device "eth0" priority 0;';
  const table = `table netdev balancer { chain in { ${chain}\n${rules.join("\n")}\n}\n}\n`;
  const { code, stderr } = network.run(director, ["nft", "-f", "-"], table);
  if (code !== 0) throw new Error(`nft on ${director}: ${stderr}`);
}

/** Greets who connects to the service, whatever address it calls, with the host's name. */
export async function serve(network: Network, host: string): Promise<void> {
  const greeter = network.start(host, ["node", GREETER, String(PORT), host], ["ignore", "pipe", "inherit"]);
  await new Promise((resolve) => greeter.stdout!.once("data", resolve));
}

/** How many pings a host has answered. */
export function echoesAnswered(network: Network, host: string): number {
  const { stdout } = network.run(host, ["cat", "/proc/net/snmp6"]);
  return Number(/Icmp6OutEchoReplies\s+(\d+)/.exec(stdout)?.[1]);
}
