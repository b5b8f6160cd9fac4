/** arp-hide: who answers for what is hidden, what is changed for it, and that nothing of it stays. */
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { answerers } from "../lab/answerers.ts";
import { balance, echoesAnswered, serve } from "../lab/balancer.ts";
import { type Dump, differences, differingLines, dumpHost, runFolder } from "../lab/dump.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { Caller } from "../lab/redirected-service.ts";
import { VMAC, VMAC6 } from "../lab/router.ts";
import { attemptBeside, hasEnded, inNamespace, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";

const words = (text: string): string[] => text.split(" ");
const add = (more: string): string[] => words(`arp-hide add -I eth0 ${more}`);
const REMOVE = words("arp-hide remove -I eth0");
const METHODS = ["sysctl", "nft"] as const;
const WITHOUT_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
const SETTINGS = ["arp_ignore", "arp_announce"] as const;

/** Takes away what a failed scene left: its notes would outlive the namespace. */
async function onHidingStage(hosts: string[], play: (network: Network) => Promise<void>): Promise<void> {
  await onStage(hosts, async (network) => {
    try {
      await play(network);
    } finally {
      for (const { name } of network.hosts) network.run(name, REMOVE);
    }
  });
}

function must(network: Network, host: string, argv: readonly string[]): string {
  const { code, stdout, stderr } = network.run(host, argv);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout;
}

function sysctl(network: Network, host: string, path: string): string {
  return must(network, host, ["cat", `/proc/sys/net/${path}`]).trim();
}

function same(network: Network, host: string, before: Dump): void {
  const lines = differingLines(before, dumpHost(network, host));
  assert.deepEqual(lines, []);
}

const WAYS = [
  VIP6,
  `${VIP} 192.0.2.101 ${VIP6} 203.0.113.7`,
  `--method nft ${VIP}`,
  `--method nft ${VIP} 192.0.2.101 ${VIP6} 2001:db8::101`,
];
test(
  "--dry-run prints commands that do the same, and changes nothing; S3 remove undoes it",
  needsRoot,
  async (t) => {
    await onHidingStage(["a"], async (network) => {
      const before = dumpHost(network, "a");
      for (const way of WAYS) {
        await t.test(way, () => {
          const steps = commandsOf(must(network, "a", add(`--dry-run ${way}`)));
          same(network, "a", before);
          must(network, "a", add(way));
          const made = dumpHost(network, "a");
          assert.ok(differences(before, made).length >= 2, "something was changed");
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
          assert.equal(sysctl(network, "a", `ipv4/conf/eth0/${name}`) === "0", method === "nft", name);
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

function checked(stdout: string): RecordOf<"hide.checked">[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordOf<"hide.checked">);
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
      must(network, "a", words("arp-hide status"));
    });
  },
);

/** So many that adding them takes the kernel some milliseconds. */
const MANY = [VIP, ...Array.from({ length: 400 }, (_, n) => `198.18.${(n >> 8) + 1}.${n & 255}`)];

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
        await runBeside(network, [...add(`--method ${method}`), ...MANY]);
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
    const before = dumpHost(network, "a");
    const journal = join(runFolder(network, "a"), "hidden.json");
    let halves = 0;
    for (const method of METHODS)
      for (const delayMs of [0, 2]) {
        const child = network.start(
          "a",
          [...add(`--method ${method}`), ...MANY],
          ["ignore", "ignore", "inherit"],
        );
        for (const endMs = Date.now() + 10_000; !existsSync(journal) && Date.now() < endMs; );
        for (const atMs = performance.now() + delayMs; performance.now() < atMs; );
        process.kill(-child.pid!, "SIGKILL");
        await waitFor("arp-hide to be gone", 5000, () => hasEnded(child) || undefined);
        const { length } = must(network, "a", words("ip -o address show dev lo")).trim().split("\n");
        if (length <= MANY.length) halves += 1;
        must(network, "a", REMOVE);
        same(network, "a", before);
      }
    assert.ok(halves > 0, "at least one was killed before all addresses were there");
  });
});

/** What somebody does to what is hidden, what status says of it; add mends it. */
const DAMAGES: readonly (readonly [method: string, damage: string, says: RegExp])[] = [
  ["sysctl", `ip address del ${VIP}/32 dev lo`, /192\.0\.2\.100 is not on lo/],
  ["sysctl", "sysctl -w net.ipv4.conf.eth0.arp_ignore=0", /arp_ignore is 0: this host answers/],
  ["sysctl", "sysctl -w net.ipv4.conf.eth0.arp_announce=0", /arp_announce is 0/],
  ["nft", "nft flush ruleset", /table hide_eth0 is gone/],
  ["nft", `nft delete element netdev hide_eth0 vips { ${VIP} }`, /does not name 192\.0\.2\.100/],
];
test("status: whole, or what is missing; add mends it, and remove leaves nothing", needsRoot, async (t) => {
  await onHidingStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    assert.equal(network.run("a", words("arp-hide status")).code, 1, "nothing is hidden");
    for (const [method, damage, says] of DAMAGES) {
      await t.test(damage, () => {
        must(network, "a", add(`--method ${method} ${VIP} ${VIP6}`));
        const whole = must(network, "a", words("arp-hide status"));
        const { vips, method: told, why } = JSON.parse(whole) as RecordOf<"hide.status">;
        assert.deepEqual([vips, told, why], [[`${VIP}/32`, `${VIP6}/128`], method, []]);
        must(network, "a", ["sh", "-c", damage]);
        const { code, stdout } = network.run("a", words("arp-hide status"));
        assert.equal(code, 1);
        const damaged = JSON.parse(stdout) as RecordOf<"hide.status">;
        assert.equal(damaged.is_whole, false);
        assert.match(damaged.why.join("; "), says);
        must(network, "a", add(`--method ${method} ${VIP} ${VIP6}`));
        must(network, "a", words("arp-hide status"));
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
      rmSync(join(runFolder(network, "a"), "hidden.json"));
      const { code, stderr } = network.run("a", words("arp-hide status"));
      assert.equal(code, 1);
      for (const vip of [VIP, VIP6])
        assert.match(stderr, new RegExp(`not in the journal: address ${vip} on lo`));
      assert.equal(/not in the journal: table hide_eth0/.test(stderr), method === "nft");
      must(network, "a", REMOVE);
      same(network, "a", before);
    }
  });
});

/** What stands on a before anything is typed. */
const PREPARED = [
  "ip address add 192.0.2.150/32 dev lo",
  "vmac-ctl up -I eth0 --vrid 51 192.0.2.151",
  "arp-hide add -I eth0 192.0.2.152",
  "echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6",
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
  ["a method that is none", add(`--method arptables ${VIP}`), 64, /needs sysctl, nft/],
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

const ASKS = 1000;
for (const method of METHODS)
  test(
    `LVS/DR, ${method}: in a thousand asks only the director answers, and the servers serve`,
    needsRoot,
    async () => {
      await onHidingStage(["a", "b", "s", "t", "c"], async (network) => {
        const servers = ["s", "t"] as const;
        const before = servers.map((host) => dumpHost(network, host));
        const { a, b } = await startPair(network, 100);
        for (const director of ["a", "b"]) balance(network, director, servers);
        for (const host of servers) {
          must(network, host, add(`--method ${method} ${VIP} ${VIP6}`));
          await serve(network, host);
        }
        const poison = await Overheard.open(
          network,
          "c",
          "eth0",
          `arp src host ${VIP} and not ether src ${VMAC}`,
        );
        const caller = new Caller(network, "c");
        const ask = words(
          `arp-hide check -I eth0 --expect vrid:51 --count ${ASKS} --every 1ms --json ${VIP}`,
        );
        for (const director of ["a", "b"]) {
          const [found] = checked(must(network, "c", ask));
          assert.deepEqual(
            found!.owners.map(({ mac }) => mac),
            [VMAC],
            director,
          );
          assert.equal(found!.asked, ASKS);
          assert.ok(found!.owners[0]!.answers >= ASKS * 0.9, `answers ${found!.owners[0]!.answers}`);
          assert.deepEqual(
            answerers(network, VIP, ...ONCE),
            [VMAC],
            "asked by a program that nobody here wrote",
          );
          const sinceUs = Number(process.hrtime.bigint() / 1000n);
          for (const host of servers) network.run(host, words("ip neigh flush dev eth0"));
          for (const host of servers) await caller.untilGreetedBy(host, sinceUs, 5000);
          if (director === "a") {
            await a.stop();
            await untilActive("b", b, 100);
          }
        }
        await caller.stop();
        assert.deepEqual(await poison.stop(), [], "nobody else asks or says anything in the VIP's name");
        servers.forEach((host, n) => {
          must(network, host, REMOVE);
          same(network, host, before[n]!);
        });
        await b.stop();
      });
    },
  );

test(
  "LVS/DR over IPv6: pings reach both servers, and only the director answers solicitations",
  needsRoot,
  async () => {
    await onHidingStage(["a", "s", "t", "c"], async (network) => {
      const servers = ["s", "t"] as const;
      must(network, "a", words(`vmac-ctl up -I eth0 --vrid 51 ${VIP6_LL} ${VIP6}`));
      balance(network, "a", servers);
      for (const method of METHODS) {
        for (const host of servers) must(network, host, add(`--method ${method} ${VIP6}`));
        const answered = servers.map((host) => echoesAnswered(network, host));
        must(network, "c", words(`ping -c 4 -i 0.1 -w 5 ${VIP6}`));
        servers.forEach((host, n) => {
          assert.equal(echoesAnswered(network, host) - answered[n]!, 2, `${method}: ${host}`);
        });
        const ask = words(`arp-hide check -I eth0 --expect vrid6:51 --count 100 --every 1ms --json ${VIP6}`);
        const [found] = checked(must(network, "c", ask));
        assert.deepEqual(
          found!.owners.map(({ mac }) => mac),
          [VMAC6],
        );
        for (const host of servers) must(network, host, REMOVE);
      }
      must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
    });
  },
);
