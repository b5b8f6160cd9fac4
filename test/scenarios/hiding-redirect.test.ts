/** arp-hide --method redirect: a host without the VIP serves it, by protocol and port, and forwards nothing of it. */
import assert from "node:assert/strict";
import test from "node:test";
import { serve } from "../lab/balancer.ts";
import { dumpHost } from "../lab/dump.ts";
import { add, ask, must, onHidingStage, REMOVE, same, words } from "../lab/hiding.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { needsRoot } from "../lab/stage.ts";

/** How the VIPs are hidden on s, what c asks for, and what it is told. */
const ROWS: readonly (readonly [way: string, service: string, told: string])[] = [
  ["", "tcp/80", "s"],
  ["", "udp/80", "s"],
  ["", "tcp/81", "ECONNREFUSED"],
  ["", "udp/81", "ECONNREFUSED"],
  ["--to tcp/80 --to udp/81", "tcp/80", "s"],
  ["--to tcp/80 --to udp/81", "udp/81", "ECONNREFUSED"],
  ["--to tcp/80 --to udp/81", "udp/80", "silence"],
];
const WAYS = [...new Set(ROWS.map(([way]) => way))];

test(
  "a host that forwards: what is redirected is served, and the rest reaches nobody",
  needsRoot,
  async (t) => {
    await onHidingStage(["s", "d", "c"], async (network) => {
      await prepare(network);
      for (const vip of [VIP, VIP6])
        assert.equal(
          ask(network, "c", vip, "tcp/80"),
          "d",
          "without rules, s gives it to the host that has the VIP",
        );
      const before = dumpHost(network, "s");
      for (const way of WAYS) {
        const words = way === "" ? way : `${way} `;
        must(network, "s", add(`--method redirect ${words}${VIP} ${VIP6}`));
        const forwarded = await Overheard.open(
          network,
          "d",
          "eth0",
          `ether src ${network.host("s").mac} and (dst host ${VIP} or dst host ${VIP6})`,
        );
        for (const [, service, told] of ROWS.filter(([one]) => one === way))
          for (const vip of [VIP, VIP6])
            await t.test(`${way || "all"}: ${service} of ${vip}: ${told}`, () => {
              assert.equal(ask(network, "c", vip, service), told);
            });
        assert.deepEqual(await forwarded.stop(), []);
        must(network, "s", REMOVE);
        same(network, "s", before);
      }
    });
  },
);

/** d has the VIPs; c sends all for them to s, which forwards. */
async function prepare(network: Network): Promise<void> {
  network.setSysctl("s", "ipv4/ip_forward", 1);
  network.setSysctl("s", "ipv6/conf/all/forwarding", 1);
  for (const path of ["all", "eth0"]) network.setSysctl("s", `ipv4/conf/${path}/send_redirects`, 0);
  must(network, "d", words(`ip address add ${VIP}/32 dev eth0`));
  must(network, "d", words(`ip address add ${VIP6}/128 dev eth0 nodad`));
  for (const vip of [VIP, VIP6])
    must(network, "c", words(`ip neigh add ${vip} lladdr ${network.host("s").mac} dev eth0 nud permanent`));
  network.setSysctl("c", "ipv6/conf/eth0/accept_redirects", 0);
  // What c says to a VIP's solicitation goes to s too, which must not forward it (RFC 4861 §6.1).
  const { address6, mac } = network.host("c");
  must(network, "d", words(`ip neigh add ${address6} lladdr ${mac} dev eth0 nud permanent`));
  for (const host of ["s", "d"]) await serve(network, host);
}
