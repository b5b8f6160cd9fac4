/**
 * LVS/DR and LVS/TUN: a director gives packets for the VIP on to real servers, as frames for their MACs or through a
 * tunnel, and those answer the client themselves. By ip_vs where the kernel has it, otherwise by nftables.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Network, VIP, VIP6 } from "./network.ts";
import { VMAC, VMAC6 } from "./router.ts";

const GREETER = fileURLToPath(new URL("./greeter.js", import.meta.url));
const PORT = 80;

/** By what a director gives connections on. */
export type Balancing = "ip_vs" | "nftables";

/** ip_vs knows no pings: {@link balancePings} is for those. @returns what does it. */
export function balance(network: Network, director: string, servers: readonly [string, string]): Balancing {
  if (network.run(director, ["ipvsadm", "-L", "-n"]).code !== 0) {
    giveOn(network, director, servers, isPart);
    return "nftables";
  }
  const reals = servers.map((server) => `-a -t ${VIP}:${PORT} -r ${network.host(server).address} -g`);
  const table = [`-A -t ${VIP}:${PORT} -s rr`, ...reals].join("\n");
  const { code, stderr } = network.run(director, ["ipvsadm", "-R"], `${table}\n`);
  if (code !== 0) throw new Error(`ipvsadm on ${director}: ${stderr}`);
  return "ip_vs";
}

/** Half of all pings of the IPv6 VIP to each of two servers. */
export function balancePings(network: Network, director: string, servers: readonly [string, string]): void {
  giveOn(
    network,
    director,
    servers,
    (n) => `ether daddr ${VMAC6} ip6 daddr ${VIP6} icmpv6 type echo-request icmpv6 sequence & 1 == ${n}`,
  );
}

/**
 * Half of all connections. Which one goes where, its port says, for a connection must stay; of the port's bits the
 * second, because clients choose even ports first.
 */
function isPart(n: number): string {
  return `ether daddr ${VMAC} ip daddr ${VIP} tcp dport ${PORT} tcp sport & 2 == ${2 * n}`;
}

function giveOn(
  network: Network,
  director: string,
  servers: readonly [string, string],
  isFor: (n: number) => string,
): void {
  const { mac } = network.host(director);
  const rules = servers.map(
    (server, n) =>
      `${isFor(n)} ether saddr set ${mac} ether daddr set ${network.host(server).mac} fwd to "eth0"`,
  );
  loadBalancer(network, director, rules);
}

/** Every connection into a tunnel. @param mac of the tunnel's interface at its other end. */
export function giveIntoTunnel(network: Network, director: string, tunnel: string, mac: string): void {
  const rule = `ether daddr ${VMAC} ip daddr ${VIP} tcp dport ${PORT} ether daddr set ${mac} fwd to "${tunnel}"`;
  loadBalancer(network, director, [rule]);
}

function loadBalancer(network: Network, director: string, rules: readonly string[]): void {
  const chain = 'type filter hook ingress device "eth0" priority 0;';
  const table = `table netdev balancer { chain in { ${chain}\n${rules.join("\n")}\n}\n}\n`;
  const { code, stderr } = network.run(director, ["nft", "-f", "-"], table);
  if (code !== 0) throw new Error(`nft on ${director}: ${stderr}`);
}

/** Greets who connects to the service, whatever address it calls, with the host's name. */
export async function serve(network: Network, host: string, port: number = PORT): Promise<void> {
  await network.startService(host, ["node", GREETER, String(port), host]);
}

/** How many pings a host has answered. */
export function echoesAnswered(network: Network, host: string): number {
  const { stdout } = network.run(host, ["cat", "/proc/net/snmp6"]);
  return Number(/Icmp6OutEchoReplies\s+(\d+)/.exec(stdout)?.[1]);
}
