/** arp-hide: who answers for what is hidden, what is changed for it, and that nothing of it stays. */
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { answerers } from "../lab/answerers.ts";
import { differences, differingLines, dumpHost, runFolder } from "../lab/dump.ts";
import {
  add,
  checked,
  HIDING_METHODS as METHODS,
  must,
  onHidingStage,
  REMOVE,
  STATUS,
  same,
  words,
} from "../lab/hiding.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { attemptBeside, hasEnded, inNamespace, waitFor } from "../lab/shell.ts";
import { needsRoot } from "../lab/stage.ts";

const WITHOUT_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
const SETTINGS = ["arp_ignore", "arp_announce"] as const;

function sysctl(network: Network, host: string, path: string): string {
  return must(network, host, ["cat", `/proc/sys/net/${path}`]).trim();
}

const WAYS = [
  VIP6,
  `${VIP} 192.0.2.101 ${VIP6} 203.0.113.7`,
  `--method nft ${VIP}`,
  `--method nft ${VIP} 192.0.2.101 ${VIP6} 2001:db8::101`,
  `--method arptables ${VIP} 192.0.2.101 ${VIP6}`,
  `--method redirect ${VIP} ${VIP6}`,
  `--method redirect --to udp/53 --to tcp/80 ${VIP} ${VIP6}`,
  `--tunnel-on vx0 ${VIP} ${VIP6}`,
];
/** A tunnel interface that is down, and has been up, on a host that is strict with what comes in. */
const TUNNEL = [
  "ip link add vx0 type vxlan id 7 remote 192.0.2.9 dstport 4789",
  "ip link set vx0 up && ip link set vx0 down",
  "sysctl -qw net.ipv4.conf.all.rp_filter=1",
].join(" && ");
test(
  "--dry-run prints commands that do the same, and changes nothing; S3 remove undoes it",
  needsRoot,
  async (t) => {
    await onHidingStage(["a"], async (network) => {
      must(network, "a", ["sh", "-ec", TUNNEL]);
      const before = dumpHost(network, "a");
      for (const way of WAYS) {
        await t.test(way, () => {
          const steps = commandsOf(must(network, "a", add(`--dry-run ${way}`)));
          same(network, "a", before);
          must(network, "a", add(way));
          const made = dumpHost(network, "a");
          assert.ok(differences(before, made).length >= 2, "something was changed, and noted");
          const back = commandsOf(must(network, "a", [...REMOVE, "--dry-run"]));
          same(network, "a", made);
          must(network, "a", REMOVE);
          same(network, "a", before);
          must(network, "a", ["sh", "-ec", steps.join("\n")]);
          const again = dumpHost(network, "a");
          assert.deepEqual(differences(made, again), ["journal"], differingLines(made, again).join("\n"));
          must(network, "a", ["sh", "-ec", back.join("\n")]);
          same(network, "a", before);
        });
      }
    });
  },
);

function commandsOf(steps: string): string[] {
  return steps
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { command: string }).command);
}

test(
  "each method hides both families, changes only its own, and the last one restores",
  needsRoot,
  async () => {
    await onHidingStage(["a", "c"], async (network) => {
      const { mac, address } = network.host("a");
      const before = dumpHost(network, "a");
      must(network, "a", ["sh", "-ec", `ip address add ${VIP}/32 dev lo; ip address add ${VIP6}/128 dev lo`]);
      assert.deepEqual(heard(network), { [VIP]: [mac], [VIP6]: [] }, "the kernel itself hides only IPv6");
      must(network, "a", ["sh", "-ec", `ip address del ${VIP}/32 dev lo; ip address del ${VIP6}/128 dev lo`]);
      for (const method of METHODS) {
        must(network, "a", add(`--method ${method} ${VIP} ${VIP6}`));
        must(network, "a", add(`--method ${method} ${OTHER}`));
        assert.deepEqual(heard(network, OTHER, address), {
          ...{ [VIP]: [], [VIP6]: [], [OTHER]: [], [address]: [mac] },
        });
        assert.deepEqual(answerers(network, VIP, ...ONCE), [], "asked by a program that nobody here wrote");
        for (const name of SETTINGS)
          assert.equal(sysctl(network, "a", `ipv4/conf/eth0/${name}`) === "0", method !== "sysctl", name);
        must(network, "a", [...REMOVE, VIP, VIP6]);
        assert.deepEqual(heard(network, OTHER)[OTHER], [], "the other one is still hidden");
        must(network, "a", REMOVE);
        same(network, "a", before);
      }
    });
  },
);

test("the rules hide an IPv6 address from a proxy of this host too", needsRoot, async () => {
  await onHidingStage(["a", "c"], async (network) => {
    network.setSysctl("a", "ipv6/conf/all/forwarding", 1);
    network.setSysctl("a", "ipv6/conf/eth0/proxy_ndp", 1);
    network.setSysctl("a", "ipv6/neigh/eth0/proxy_delay", 0);
    must(network, "a", words(`ip -6 neigh add proxy ${VIP6} dev eth0`));
    for (const [method, macs] of [
      ["sysctl", [network.host("a").mac]],
      ["nft", []],
      ["arptables", [network.host("a").mac]],
    ] as const) {
      must(network, "a", add(`--method ${method} ${VIP6}`));
      assert.deepEqual(heard(network)[VIP6], macs, method);
      must(network, "a", REMOVE);
    }
  });
});

const OTHER = "192.0.2.101";
/** Of iputils arping: one question, one second. */
const ONCE = ["-c", "1", "-w", "1"];

/** @returns who answers for the VIPs and for other addresses, asked by c; a question has one answer at most. */
function heard(network: Network, ...others: string[]): Record<string, string[]> {
  const argv = words(`arp-hide check -I eth0 --every 20ms --wait 200ms ${[VIP, VIP6, ...others].join(" ")}`);
  const found = checked(network.run("c", argv).stdout);
  for (const { ip, asked, owners } of found)
    for (const { answers } of owners) assert.ok(answers <= asked, `${ip}: ${answers} answers to ${asked}`);
  return Object.fromEntries(found.map(({ ip, owners }) => [ip, owners.map(({ mac }) => mac)]));
}

/** In each order a director's macvlan and a hidden address come and go; the settings are those of both. */
const ORDERS: readonly (readonly string[])[] = [
  ["hide", "own", "show", "release"],
  ["hide", "own", "release", "show"],
  ["own", "hide", "show", "release"],
  ["own", "hide", "release", "show"],
];
const ACTS: Readonly<Record<string, string[]>> = {
  hide: add("192.0.2.200"),
  show: [...REMOVE, "192.0.2.200"],
  own: words(`vmac-ctl up -I eth0 --vrid 51 ${VIP}`),
  release: words("vmac-ctl down -I eth0 --vrid 51"),
};
test(
  "a director on the same host: settings survive each order, and are there till the end",
  needsRoot,
  async () => {
    await onHidingStage(["a"], async (network) => {
      for (const ignore of [0, 2]) {
        network.setSysctl("a", "ipv4/conf/eth0/arp_ignore", ignore);
        const before = dumpHost(network, "a");
        for (const order of ORDERS) {
          for (const [n, act] of order.entries()) {
            must(network, "a", ACTS[act]!);
            const [found, announce] = SETTINGS.map((name) => sysctl(network, "a", `ipv4/conf/eth0/${name}`));
            const isHeld = n < 3;
            assert.equal(found !== "0", isHeld || ignore > 0, `${order}: ${act}`);
            assert.equal(announce, isHeld ? "2" : "0", `${order}: ${act}`);
          }
          if (ignore > 0) break;
        }
        same(network, "a", before);
      }
      must(network, "a", ACTS["hide"]!);
      must(network, "a", words("vmac-ctl cleanup"));
      must(network, "a", STATUS);
    });
  },
);

/** So many that adding them takes the kernel some milliseconds. */
const MANY = [VIP, ...Array.from({ length: 400 }, (_, n) => `198.18.${(n >> 8) + 1}.${n & 255}`)];
/** By arptables each one costs two processes, before the first address is there. */
const FEW = MANY.slice(0, 4);
const manyFor = (method: string): string[] => (method === "arptables" ? FEW : MANY);

test("asked all the time, nobody answers while addresses come and go", needsRoot, async () => {
  await onHidingStage(["a", "c"], async (network) => {
    const ask = words(`arp-hide check -I eth0 --count 100000 --every 500us --json ${VIP}`);
    const asking = network.start("c", ask, ["ignore", "pipe", "inherit"]);
    let told = "";
    asking.stdout!.on("data", (some) => {
      told += String(some);
    });
    for (const method of METHODS)
      for (let n = 0; n < 3; n++) {
        await runBeside(network, [...add(`--method ${method}`), ...manyFor(method)]);
        await runBeside(network, REMOVE);
      }
    asking.kill("SIGINT");
    await waitFor("the asker to end", 5000, () => hasEnded(asking) || undefined);
    const [found] = checked(told);
    assert.ok(found!.asked >= 500, `asked ${found!.asked} times`);
    assert.deepEqual(found!.owners, []);
  });
});

/** The asker's output has to be read meanwhile. */
async function runBeside(network: Network, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await attemptBeside(inNamespace(network.host("a").namespace, argv));
  assert.equal(code, 0, stderr);
}

test("killed in the middle of add: remove leaves nothing", needsRoot, async () => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", ["sh", "-ec", TUNNEL]);
    const before = dumpHost(network, "a");
    const journal = join(runFolder(network, "a"), "hidden.json");
    let halves = 0;
    for (const way of [...METHODS.map((method) => `--method ${method}`), "--tunnel-on vx0"])
      for (const delayMs of [0, 2]) {
        const child = network.start("a", [...add(way), ...MANY], ["ignore", "ignore", "inherit"]);
        for (const endMs = Date.now() + 10_000; !existsSync(journal) && Date.now() < endMs; );
        for (const atMs = performance.now() + delayMs; performance.now() < atMs; );
        process.kill(-child.pid!, "SIGKILL");
        await waitFor("arp-hide to be gone", 5000, () => hasEnded(child) || undefined);
        const { length } = must(network, "a", words("ip -o address show")).trim().split("\n");
        if (length <= MANY.length) halves += 1;
        must(network, "a", REMOVE);
        same(network, "a", before);
      }
    assert.ok(halves > 0, "at least one was killed before all addresses were there");
  });
});

const OWN_BACK = "ip address add 192.0.2.1/24 dev eth0";
/** What somebody does to what is hidden, what status says of it, and what mends it beside add. */
const DAMAGES: readonly (readonly [way: string, damage: string, says: RegExp, mend?: string])[] = [
  ["sysctl", `ip address del ${VIP}/32 dev lo`, /192\.0\.2\.100 is not on lo/],
  ["sysctl", "sysctl -w net.ipv4.conf.eth0.arp_ignore=0", /arp_ignore is 0: this host answers/],
  ["sysctl", "sysctl -w net.ipv4.conf.eth0.arp_announce=0", /arp_announce is 0/],
  ["nft", "nft flush ruleset", /table hide_eth0 is gone/],
  ["arptables", "arptables -F", /is not reached, or does not name 192\.0\.2\.100/],
  ["arptables", "arptables -D INPUT -i eth0 -j hide-eth0-in", /is not reached/],
  ["arptables", "arptables -F; arptables -X; nft flush ruleset", /chain hide-eth0-in or -out is gone/],
  ["redirect", "nft flush ruleset", /table hide_eth0 is gone/],
  ["redirect", `nft delete element inet hide_eth0 vips6 { ${VIP6} }`, /does not name 2001:db8::100/],
  [
    "redirect",
    `ip address add ${VIP}/32 dev lo`,
    /192\.0\.2\.100 is on lo too/,
    `ip address del ${VIP}/32 dev lo`,
  ],
  ["redirect", "ip -4 address flush dev eth0", /eth0 has no IPv4 address/, OWN_BACK],
  ["sysctl --tunnel-on vx0", "ip link set vx0 down", /vx0 is down/],
  ["sysctl --tunnel-on vx0", "sysctl -qw net.ipv4.conf.vx0.rp_filter=1", /rp_filter drops/],
  ["sysctl --tunnel-on vx0", `ip address del ${VIP}/32 dev vx0`, /192\.0\.2\.100 is not on vx0/],
  ["nft", `nft delete element netdev hide_eth0 vips { ${VIP} }`, /does not name 192\.0\.2\.100/],
];
test("status: whole, or what is missing; add mends it, and remove leaves nothing", needsRoot, async (t) => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", ["sh", "-ec", TUNNEL]);
    const before = dumpHost(network, "a");
    assert.equal(network.run("a", STATUS).code, 1, "nothing is hidden");
    for (const [way, damage, says, mend = "true"] of DAMAGES) {
      await t.test(damage, () => {
        must(network, "a", add(`--method ${way} ${VIP} ${VIP6}`));
        const whole = must(network, "a", STATUS);
        const { vips, method: told, why } = JSON.parse(whole) as RecordOf<"hide.status">;
        assert.deepEqual([vips, told, why], [[`${VIP}/32`, `${VIP6}/128`], way.split(" ")[0], []]);
        must(network, "a", ["sh", "-c", damage]);
        const { code, stdout } = network.run("a", STATUS);
        assert.equal(code, 1);
        const damaged = JSON.parse(stdout) as RecordOf<"hide.status">;
        assert.equal(damaged.is_whole, false);
        assert.match(damaged.why.join("; "), says);
        must(network, "a", ["sh", "-c", mend]);
        must(network, "a", add(`--method ${way} ${VIP} ${VIP6}`));
        must(network, "a", STATUS);
        must(network, "a", REMOVE);
      });
    }
    same(network, "a", before);
  });
});

test("what the journal does not speak of: status names it, and remove takes it away", needsRoot, async () => {
  await onHidingStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    for (const method of METHODS) {
      must(network, "a", add(`--method ${method} ${VIP} ${VIP6}`));
      for (const note of ["hidden", "arptables"])
        rmSync(join(runFolder(network, "a"), `${note}.json`), { force: true });
      const { code, stderr } = network.run("a", STATUS);
      assert.equal(code, 1);
      for (const vip of [VIP, VIP6]) {
        const isNamed = stderr.includes(`not in the journal: address ${vip} on lo`);
        assert.equal(isNamed, method !== "redirect");
      }
      assert.equal(/journal: table netdev hide_eth0/.test(stderr), method === "nft");
      assert.equal(/journal: table inet hide_eth0/.test(stderr), method === "redirect");
      assert.equal(/journal: chains of arptables for eth0/.test(stderr), method === "arptables");
      must(network, "a", REMOVE);
      same(network, "a", before);
    }
  });
});

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
  ["not root", words(`setpriv --reuid=65534 --clear-groups arp-hide status`), 77, /run as root/],
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
    must(network, "a", ACTS["release"]!);
  });
});
