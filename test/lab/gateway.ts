/**
 * Two routers between a client and a server, with a virtual router on each side, in one sync group:
 *
 * ```text
 *   client c ── br0 ═ eth0 a eth1 ═ br1 ── eth1 server s
 *                 ╚══ eth0 b eth1 ══╝
 * ```
 *
 * The client's way leads over the VIPs of br0, the server's way back over those of br1.
 *
 * @module
 */
import { type Form, optionsOf } from "./form.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "./network.ts";
import type { RouterOptions } from "./router.ts";

/** The server, by family. */
export const SERVER = { 4: "198.51.100.9", 6: "2001:db8:1::9" } as const;
const FAR_VIP = "198.51.100.100";
const FAR_VIP6 = "2001:db8:1::100";
const FAR_VIP6_LL = "fe80::101";
const FAR_VRID = 52;

/** Hosts of such a scene. */
export const GATEWAY_HOSTS = ["a", "b", "c", "s"] as const;

const FAR_SIDE = [
  ["a", 1],
  ["b", 2],
  ["s", 9],
] as const;

/**
 * Adds the second network and the ways through it, and makes a and b forward as `sysctl net.ipv4.ip_forward=1
 * net.ipv6.conf.all.forwarding=1` does.
 *
 * @param rpFilter reverse path filter of every interface of the routers, those to come included: 0 off, 1 strict.
 */
export async function buildGateway(network: Network, rpFilter: 0 | 1): Promise<void> {
  network.command("s", "ip link set eth0 down");
  for (const [host, number] of FAR_SIDE) {
    network.addInterface(host, "eth1", `198.51.100.${number}/24`, "br1");
    network.command(host, `ip address add 2001:db8:1::${number}/64 dev eth1 nodad`);
  }
  for (const router of ["a", "b"]) {
    network.setSysctl(router, "ipv4/ip_forward", 1);
    network.setSysctl(router, "ipv6/conf/all/forwarding", 1);
    for (const name of ["all", "default", "eth0", "eth1"])
      network.setSysctl(router, `ipv4/conf/${name}/rp_filter`, rpFilter);
  }
  network.command("c", `ip route add default via ${VIP}`);
  network.command("c", `ip route add default via ${VIP6_LL} dev eth0`);
  network.command("s", `ip route add default via ${FAR_VIP}`);
  network.command("s", `ip route add default via ${FAR_VIP6_LL} dev eth1`);
  await network.settle(["a", "b", "s"], "eth1");
}

/** What a router of such a scene is started with, beside priority and interval. */
export function gatewayOptions(form: Form): Partial<RouterOptions> {
  const [near, far] =
    form.family === 6
      ? [
          [VIP6_LL, VIP6],
          [FAR_VIP6_LL, FAR_VIP6],
        ]
      : [[VIP], [FAR_VIP]];
  const routers = [
    { interface: "eth0", vrid: 51, vips: near, sync_group: "gateway" },
    { interface: "eth1", vrid: FAR_VRID, vips: far, sync_group: "gateway" },
  ];
  return { ...optionsOf(form), routers };
}
