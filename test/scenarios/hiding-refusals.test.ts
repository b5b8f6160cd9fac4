/** arp-hide: what it refuses, in which words, and that nothing is changed by that. */
import assert from "node:assert/strict";
import test from "node:test";
import { dumpHost } from "../lab/dump.ts";
import { add, must, onHidingStage, REMOVE, STATUS, same, words } from "../lab/hiding.ts";
import { VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { TOP } from "../lab/shell.ts";
import { needsRoot } from "../lab/stage.ts";

const WITHOUT_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
/** What --tunnel makes where it is not there, and of which kind. */
const OWN_TUNNELS = [
  [VIP, "tunl0", "ipip"],
  [VIP6, "ip6tnl0", "ip6tnl"],
] as const;
test("tunnels of the kernel: made and taken away, or refused in a sentence", needsRoot, async (t) => {
  await onHidingStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    for (const [vip, name, kind] of OWN_TUNNELS) {
      const { code, stderr } = network.run("a", add(`--tunnel ${vip}`));
      t.diagnostic(`${kind}: ${code === 0 ? "this kernel has it" : stderr.trim()}`);
      if (code === 0) {
        must(network, "a", STATUS);
        must(network, "a", REMOVE);
      } else {
        assert.equal(code, 71);
        assert.match(stderr, new RegExp(`Cannot make ${name}: this kernel has no ${kind} tunnels, needs`));
      }
      same(network, "a", before);
    }
  });
});

/** What stands on a before anything is typed. */
const PREPARED = [
  "ip address add 192.0.2.150/32 dev lo",
  "vmac-ctl up -I eth0 --vrid 51 192.0.2.151",
  "arp-hide add -I eth0 192.0.2.152",
  "arp-hide add -I eth0 --method redirect --to tcp/80 192.0.2.153",
  "ip link add vx0 type vxlan id 7 remote 192.0.2.9 dstport 4789",
  "echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6",
];
const REDIRECT_TO_VX0 = words(`arp-hide add -I vx0 --method redirect ${VIP}`);
/** Each command has mounts of its own. */
const WITHOUT_ARPTABLES = [
  ...["sh", "-ec"],
  `mount -t tmpfs none /usr/sbin; exec ${add(`--method arptables ${VIP}`).join(" ")}`,
];
/** What is typed, how it ends and what it says. */
/** Somebody else, who sees the checkout also where it is below /root. */
const NOT_ROOT = [
  ...words("unshare --mount sh -ec"),
  `mount --bind ${TOP} /mnt; exec setpriv --reuid=65534 --clear-groups /mnt/node_modules/.bin/arp-hide status`,
];
const REFUSALS: readonly (readonly [fact: string, argv: string[], code: number, says: RegExp])[] = [
  ["a network", add(`${VIP}/24`), 64, /"192\.0\.2\.100\/24" is a network.*needs 192\.0\.2\.100\/32/],
  ["a link-local address", add(VIP6_LL), 64, /fe80::100 is link-local/],
  ["an address given twice", add(`${VIP} ${VIP}/32`), 64, /given twice/],
  ["no address", words("arp-hide add -I eth0"), 64, /VIP is missing/],
  ["no interface", words(`arp-hide add ${VIP}`), 64, /--interface is missing/],
  ["an interface that is not there", words(`arp-hide add -I eth9 ${VIP}`), 69, /no interface "eth9"/],
  ["lo", words(`arp-hide add -I lo ${VIP}`), 64, /-I is lo, where nobody asks/],
  ["a method that is none", add(`--method iptables ${VIP}`), 64, /needs sysctl, nft, arptables, redirect/],
  ["a service, and no redirect", add(`--to tcp/80 ${VIP}`), 64, /--to is of --method redirect: by sysctl/],
  ["a service that is none", add(`--method redirect --to tcp/0 ${VIP}`), 64, /"tcp\/0" is no service: needs/],
  ["a service twice", add(`--method redirect --to tcp/80 --to tcp/80 ${VIP}`), 64, /tcp\/80 is given twice/],
  ["a tunnel, redirected", add(`--method redirect --tunnel ${VIP}`), 64, /exclude each other/],
  ["two tunnels", add(`--tunnel --tunnel-on vx0 ${VIP}`), 64, /--tunnel and --tunnel-on exclude each other/],
  ["a tunnel that is lo", add(`--tunnel-on lo ${VIP}`), 64, /--tunnel-on is lo, which is no tunnel/],
  ["a tunnel that is asked", add(`--tunnel-on eth0 ${VIP}`), 64, /--tunnel-on is eth0, which is no tunnel/],
  ["a tunnel that is not there", add(`--tunnel-on vx9 ${VIP}`), 69, /no interface "vx9"/],
  ["no address to turn to", REDIRECT_TO_VX0, 71, /Cannot turn 192\.0\.2\.100 to vx0: it has no IPv4 address/],
  ["no arptables", WITHOUT_ARPTABLES, 71, /there is no arptables here: install the package/],
  [
    "a redirected VIP on lo that somebody made",
    add("--method redirect 192.0.2.150"),
    75,
    /lo has it already/,
  ],
  ["a redirected VIP, to be put on lo", add("192.0.2.153"), 75, /is hidden by redirect of tcp\/80 on eth0/],
  [
    "other services",
    add("--method redirect --to tcp/81 192.0.2.153"),
    75,
    /is hidden by redirect of tcp\/80/,
  ],
  [
    "a hidden VIP, to be put on a tunnel",
    add("--tunnel-on vx0 192.0.2.152"),
    75,
    /is hidden by sysctl on eth0/,
  ],
  [
    "arptables, without a capability",
    [...WITHOUT_CAPABILITIES, ...add(`--method arptables ${VIP}`)],
    77,
    /CAP_NET_ADMIN/,
  ],
  ["the host's own address", add("192.0.2.1"), 75, /eth0 has it already/],
  ["a VIP on lo that somebody made", add("192.0.2.150"), 75, /lo has it already/],
  ["a director's VIP", add("192.0.2.151"), 75, /vrrp4-\d+-51 has it already/],
  ["another method", add("--method nft 192.0.2.152"), 75, /is hidden by sysctl on eth0/],
  ["IPv6 is off", add(VIP6), 71, /IPv6 is off on lo, sysctl -w/],
  ["settings, without a capability", [...WITHOUT_CAPABILITIES, ...add(VIP)], 77, /CAP_NET_ADMIN/],
  [
    "rules, without a capability",
    [...WITHOUT_CAPABILITIES, ...add(`--method nft ${VIP}`)],
    77,
    /CAP_NET_ADMIN/,
  ],
  ["not root", NOT_ROOT, 77, /run as root/],
  ["expect what is no MAC", words(`arp-hide check -I eth0 --expect vrid:0 ${VIP}`), 64, /VRID is 0/],
  ["ask on lo", words(`arp-hide check -I lo ${VIP}`), 64, /needs an Ethernet interface/],
];
test("wrong input and refusals: a sentence, an exit code, and nothing is changed", needsRoot, async (t) => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", ["sh", "-ec", PREPARED.join("; ")]);
    const before = dumpHost(network, "a");
    for (const [fact, argv, code, says] of REFUSALS)
      await t.test(fact, () => {
        const outcome = network.run("a", argv);
        assert.equal(outcome.code, code, outcome.stderr);
        assert.match(outcome.stderr, says);
      });
    same(network, "a", before);
    must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
  });
});
