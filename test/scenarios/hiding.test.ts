/** arp-hide: who answers for what is hidden, what is changed for it, and that nothing of it stays. */
import assert from "node:assert/strict";
import test from "node:test";
import { answerers } from "../lab/answerers.ts";
import { differences, differingLines, dumpHost } from "../lab/dump.ts";
import {
  add,
  askAllTheTime,
  heard,
  MANY,
  HIDING_METHODS as METHODS,
  must,
  onHidingStage,
  REMOVE,
  STATUS,
  same,
  TUNNEL,
  words,
} from "../lab/hiding.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { attemptBeside, inNamespace } from "../lab/shell.ts";
import { IS_FULL, needsRoot } from "../lab/stage.ts";

const OTHER = "192.0.2.101";
/** Of iputils arping: one question, one second. */
const ONCE = ["-c", "1", "-w", "1"];
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
  ...(IS_FULL ? [`--method redirect ${VIP} ${VIP6}`] : []),
  `--method redirect --to udp/53 --to tcp/80 ${VIP} ${VIP6}`,
  `--tunnel-on vx0 ${VIP} ${VIP6}`,
];
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

/** By arptables each one costs two processes, before the first address is there. */
const FEW = MANY.slice(0, 4);
const manyFor = (method: string): string[] => (method === "arptables" ? FEW : MANY);

test("asked all the time, nobody answers while addresses come and go", needsRoot, async () => {
  await onHidingStage(["a", "c"], async (network) => {
    const endAsking = askAllTheTime(network, VIP, "500us");
    for (const method of METHODS)
      for (let n = 0; n < 3; n++) {
        await runBeside(network, [...add(`--method ${method}`), ...manyFor(method)]);
        await runBeside(network, REMOVE);
      }
    const found = await endAsking();
    assert.ok(found.asked >= 500, `asked ${found.asked} times`);
    assert.deepEqual(found.owners, []);
  });
});

/** The asker's output has to be read meanwhile. */
async function runBeside(network: Network, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await attemptBeside(inNamespace(network.host("a").namespace, argv));
  assert.equal(code, 0, stderr);
}
