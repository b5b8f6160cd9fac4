/** vmac-ctl by hand: what each option makes, what a refusal leaves, and what keepalived's words do. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { type Dump, differences, differingLines, dumpHost } from "../lab/dump.ts";
import { FedTool } from "../lab/fed-tool.ts";
import { MODES } from "../lab/form.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { ofType } from "../lab/record-log.ts";
import { VMAC, VMAC6 } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";
import { Told } from "../lab/told.ts";

const RUN_FOLDER = fileURLToPath(new URL("../lab/run-folder.js", import.meta.url));
const words = (text: string): string[] => text.split(" ");
const up = (more: string): string[] => words(`vmac-ctl up -I eth0 --vrid 51 ${more}`);
const DOWN = words("vmac-ctl down -I eth0 --vrid 51");

function must(network: Network, argv: readonly string[]): string {
  const { code, stdout, stderr } = network.run("a", argv);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout;
}

const reaches = (network: Network, address: string): boolean =>
  network.run("c", words(`ping -c 1 -W 1 ${address}`)).code === 0;

/** Who the client thinks has an address. */
function neighbour(network: Network, address: string): string | undefined {
  const { stdout } = network.run("c", words(`ip neigh show ${address}`));
  return /lladdr (\S+)/.exec(stdout)?.[1];
}

/**
 * How `nft` lists a MAC of a frame depends on who has loaded the rule: from its own words it makes one that asks for
 * Ethernet first.
 */
function withoutDialect(line: string): string {
  return line.replaceAll(
    /ether ([sd]addr) (set )?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/g,
    (_, side, set = "", mac) => {
      const digits = (mac as string).replaceAll(":", "").replace(/^0+/, "");
      return `@ll,${side === "saddr" ? 48 : 0},48 ${set}0x${digits}`;
    },
  );
}

/** Indexes of interfaces count up whatever is done, and groups are listed in the order of joining. */
function withoutIndexes(dump: Dump): Dump {
  const plain = (text: string): string =>
    text.replaceAll(/"?(?:ifindex|link_index)"?:? \d+/g, "").replaceAll(/^\d+:/gm, "");
  const text = (line: string): string => withoutDialect(plain(line));
  return Object.fromEntries(Object.entries(dump).map(([what, lines]) => [what, lines.map(text).sort()]));
}

const WAYS = [
  VIP,
  `${VIP}/24 192.0.2.101`,
  `${VIP6_LL} ${VIP6}/64`,
  `--mode address ${VIP}/24 --label eth0:v`,
  `--mode address ${VIP6} --preferred forever`,
  `--mode rewrite ${VIP}/24 192.0.2.101`,
  `--mode rewrite --no-accept ${VIP6_LL} ${VIP6}`,
  "--mode rewrite --no-address --family 6",
  `--no-accept --name vip{vrid} ${VIP}`,
  `--no-accept ${VIP6_LL} ${VIP6}`,
  "--no-address --family 4",
  `203.0.113.100/24 --macvlan-mode bridge --scope link`,
];
test(
  "--dry-run prints commands that do the same, and changes nothing; S3 down undoes it",
  needsRoot,
  async (t) => {
    await onStage(["a"], async (network) => {
      const before = dumpHost(network, "a");
      for (const way of WAYS) {
        await t.test(way, () => {
          const steps = must(network, up(`${way} --dry-run`))
            .trim()
            .split("\n");
          assert.deepEqual(differences(before, dumpHost(network, "a")), [], "a dry run changes nothing");
          const owned = JSON.parse(must(network, up(way))) as Owned;
          const made = dumpHost(network, "a");
          assert.ok(differences(before, made).length >= 2);
          must(network, DOWN);
          assert.deepEqual(differences(before, dumpHost(network, "a")), []);
          const commands = steps.map((step) => (JSON.parse(step) as { command: string }).command);
          must(network, ["sh", "-ec", commands.join("\n")]);
          const again = dumpHost(network, "a");
          const alike = differences(withoutIndexes(made), withoutIndexes(again));
          const lines = differingLines(withoutIndexes(made), withoutIndexes(again));
          assert.deepEqual(alike, ["journal"], [...commands, ...lines].join("\n"));
          undoByHand(network, owned);
          assert.deepEqual(differences(before, dumpHost(network, "a")), []);
        });
      }
    });
  },
);

interface Owned {
  readonly mode: string;
  readonly interface: string;
  readonly mac: string;
  readonly vips: readonly string[];
}

function undoByHand(network: Network, { mode, interface: interfaceName, mac, vips }: Owned): void {
  const commands =
    mode === "macvlan"
      ? [`ip link del ${interfaceName}`, "nft flush ruleset"]
      : [
          ...vips.map((vip) => `ip address del ${vip} dev eth0`),
          ...(mode === "rewrite" ? [`bridge fdb del ${mac} dev eth0 self`, "nft flush ruleset"] : []),
        ];
  must(network, ["sh", "-ec", commands.join("\n")]);
  network.setSysctl("a", "ipv4/conf/eth0/arp_ignore", 0);
  network.setSysctl("a", "ipv4/conf/eth0/arp_announce", 0);
}

test(
  "each mode and family answers with its own MAC, and --no-accept only to ARP and discovery",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const nic = network.host("a").mac;
      const rows: readonly (readonly [way: string, target: string, mac: string, isReached: boolean])[] = [
        [VIP, VIP, VMAC, true],
        [`${VIP6_LL} ${VIP6}`, VIP6, VMAC6, true],
        [`${VIP6_LL} ${VIP6}`, `${VIP6_LL}%eth0`, VMAC6, true],
        [`--mode rewrite ${VIP}`, VIP, VMAC, true],
        [`--mode rewrite ${VIP6_LL} ${VIP6}`, `${VIP6_LL}%eth0`, VMAC6, true],
        [`--mode rewrite --no-accept ${VIP}`, VIP, VMAC, false],
        [`--mode rewrite --no-accept ${VIP6_LL} ${VIP6}`, VIP6, VMAC6, false],
        [`--mode address ${VIP}`, VIP, nic, true],
        [`--mode address ${VIP6_LL} ${VIP6}`, VIP6, nic, true],
        [`--no-accept ${VIP}`, VIP, VMAC, false],
        [`--no-accept ${VIP6_LL} ${VIP6}`, VIP6, VMAC6, false],
        [`--no-accept --mode address ${VIP6}`, VIP6, nic, false],
      ];
      for (const [way, target, mac, isReached] of rows) {
        must(network, up(way));
        assert.equal(reaches(network, target), isReached, `${way}: ${target}`);
        assert.equal(neighbour(network, target.split("%")[0]!), mac, way);
        must(network, DOWN);
        network.run("c", words("ip neigh flush dev eth0"));
      }
      must(network, up("--no-address --family 4"));
      assert.equal(reaches(network, VIP), false);
      assert.match(must(network, words("ip -d link show vrrp4-2-51")), new RegExp(`NOARP.*${VMAC}`, "s"));
      must(network, DOWN);
    });
  },
);

/** What is prepared on a, what is typed, how it ends and what it says. */
const REFUSALS: readonly (readonly [
  fact: string,
  prepare: string,
  way: string,
  code: number,
  says: RegExp,
])[] = [
  [
    "a foreign link has the name",
    "ip link add vrrp4-2-51 type veth",
    VIP,
    71,
    /veth link without our mark has that name, remove or rename/,
  ],
  ["the address is here already", "ip address add 192.0.2.100/32 dev lo", VIP, 75, /lo has it already/],
  [
    "IPv6 is off",
    "echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6",
    `--mode address ${VIP6}`,
    71,
    /IPv6 is off/,
  ],
  ["no such interface", "true", `-I eth9 ${VIP}`, 64, /given 2 times/],
  ["a name with a dot", "true", `--name vip.51 ${VIP}`, 64, /without dot/],
  ["both families", "true", `${VIP} ${VIP6}`, 64, /both families/],
  ["no VIP", "true", "--accept", 64, /VIP is missing/],
  ["nothing to own", "true", `--mode address --no-address ${VIP}`, 64, /nothing to own/],
  ["a flag with a value", "true", `--dry-run=yes ${VIP}`, 64, /--dry-run takes no value/],
  [
    "a family that is another",
    "true",
    `--family 6 ${VIP}`,
    64,
    /--family is 6, and the VIPs are of family 4/,
  ],
  ["a label that is too long", "true", `--label eth0:0123456789x ${VIP}`, 64, /at most 15 characters/],
  [
    "a port of a bridge",
    "ip link add br7 type bridge && ip link set eth0 master br7",
    VIP,
    71,
    /port of br7/,
  ],
  ["a scope that is none", "true", `--scope wide ${VIP}`, 64, /global, site, link, host/],
];
/** Until what was prepared has left the kernel's tables. */
const PREPARED_MS = 500;
test("wrong input and refusals: a sentence, an exit code, and nothing is changed", needsRoot, async (t) => {
  for (const [fact, prepare, way, code, says] of REFUSALS) {
    await t.test(fact, async () => {
      await onStage(["a"], async (network) => {
        must(network, ["sh", "-c", prepare]);
        await sleep(PREPARED_MS);
        const before = dumpHost(network, "a");
        const outcome = network.run("a", up(way));
        assert.equal(outcome.code, code, outcome.stderr);
        assert.match(outcome.stderr, says);
        assert.deepEqual(differences(before, dumpHost(network, "a")), []);
      });
    });
  }
});

test(
  "a failure half-way undoes what was made: settings of the macvlan cannot be written",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      network.setSysctl("a", "ipv4/conf/eth0/arp_ignore", 1);
      network.setSysctl("a", "ipv4/conf/eth0/arp_announce", 2);
      const before = dumpHost(network, "a");
      const readOnly = [
        "unshare",
        "-m",
        "sh",
        "-c",
        'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"',
        "sh",
      ];
      const outcome = network.run("a", [...readOnly, ...up(VIP)]);
      assert.equal(outcome.code, 71, outcome.stderr);
      assert.match(outcome.stderr, /vrrp4-2-51\/arp_ignore.*EROFS: \/proc\/sys is read-only/);
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
    });
  },
);

test("without the capability it says which one is missing, and changes nothing", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    const outcome = network.run("a", [...words("setpriv --bounding-set -net_admin"), ...up(VIP)]);
    assert.equal(outcome.code, 77, outcome.stderr);
    assert.match(outcome.stderr, /CAP_NET_ADMIN is missing/);
    assert.deepEqual(differences(before, dumpHost(network, "a")), []);
  });
});

test("--probe-first leaves an address alone that somebody has, and says whose it is", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    network.run("b", words(`ip address add ${VIP}/24 dev eth0`));
    network.run("b", words(`ip address add ${VIP6}/64 dev eth0 nodad`));
    const before = dumpHost(network, "a");
    for (const vips of [`192.0.2.101 ${VIP}`, VIP6]) {
      const taken = network.run("a", up(`--probe-first ${vips}`));
      assert.equal(taken.code, 1, taken.stderr);
      const error = JSON.parse(taken.stdout) as Record<string, string>;
      assert.deepEqual([error["type"], error["owner"]], ["vmac.error", network.host("b").mac]);
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
    }
    assert.equal(network.run("a", up("--probe-first 192.0.2.101")).code, 0, "a free one is taken");
    assert.equal(network.run("b", words("vmac-ctl up -I eth0 --vrid 51 --probe-first 192.0.2.101")).code, 0);
  });
});

test(
  "keepalived.state: --instance says what a name means, each word counts, and the end gives back",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const before = dumpHost(network, "a");
      const follow = words(`vmac-ctl follow --instance VI_1 -I eth0 --vrid 51 ${VIP}`);
      const tool = new FedTool(network, "a", follow);
      const say = (state: string): void =>
        tool.say({ type: "keepalived.state", kind: "INSTANCE", name: "VI_1", state, priority: 100 });
      for (let n = 0; n < 3; n++) {
        say("MASTER");
        await tool.untilRecord("vmac.up", n);
        assert.equal(reaches(network, VIP), true);
        say(["BACKUP", "FAULT", "STOP"][n]!);
        await tool.untilRecord("vmac.down", n);
        assert.equal(reaches(network, VIP), false);
      }
      assert.match(tool.errors(), /carry no lease/);
      say("MASTER");
      await tool.untilRecord("vmac.up", 3);
      tool.endInput();
      await tool.ended();
      assert.equal(tool.exitCode, 0, tool.errors());
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
    });
  },
);

test(
  "cleanup takes what a dead owner left, in all modes and families, and leaves what stands",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      must(network, words("vmac-ctl up -I eth0 --vrid 52 192.0.2.102"));
      const before = dumpHost(network, "a");
      const config = {
        instances: [
          { name: "M", interface: "eth0", vrid: 51, vips: [VIP, VIP6] },
          { name: "N", interface: "eth0", vrid: 53, vips: ["192.0.2.103/24"] },
        ],
      };
      const path = join(network.folder, "meanings.json");
      writeFileSync(path, JSON.stringify(config));
      for (const mode of MODES) {
        const tool = new FedTool(network, "a", words(`vmac-ctl follow --mode ${mode} --config ${path}`));
        for (const name of ["M", "N"])
          tool.say({ type: "keepalived.state", kind: "INSTANCE", name, state: "MASTER", priority: 1 });
        await tool.untilRecord("vmac.up", 2);
        tool.signal("SIGKILL");
        await tool.ended();
        const owners = must(network, words("vmac-ctl status")).trim().split("\n");
        const dead = owners.filter((line) => (JSON.parse(line) as { owner: string }).owner === "dead");
        assert.equal(dead.length, 3);
        const dry = must(network, words("vmac-ctl cleanup --dry-run"));
        assert.match(
          dry,
          mode === "macvlan" ? /ip link del vrrp4-2-51/ : /ip address del 192.0.2.100\/32 dev eth0/,
        );
        if (mode === "rewrite") assert.match(dry, /bridge fdb del 00:00:5e:00:01:33 dev eth0 self/);
        must(network, words("vmac-ctl cleanup"));
        assert.deepEqual(differences(before, dumpHost(network, "a")), [], mode);
      }
    });
  },
);

test("down takes a link that was renamed, and marked as another's", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    must(network, up(VIP));
    must(network, words("ip link set vrrp4-2-51 name x0 alias uplink"));
    must(network, DOWN);
    assert.deepEqual(differences(before, dumpHost(network, "a")), []);
  });
});

const statusOf = (network: Network): { answers: boolean; why: string[] } =>
  JSON.parse(must(network, words("vmac-ctl status"))) as { answers: boolean; why: string[] };

for (const mode of MODES) {
  test(`down finds a NIC that was renamed by what the journal knows: ${mode}`, needsRoot, async () => {
    await onStage(["a"], async (network) => {
      const sh = (line: string): string => must(network, ["sh", "-ec", line]);
      const before = dumpHost(network, "a");
      must(network, up(`--mode ${mode} ${VIP} 192.0.2.101/24`));
      sh("ip link set eth0 down; ip link set eth0 name lan0; ip link set lan0 up");
      const down = JSON.parse(must(network, DOWN)) as { changes: string[] };
      assert.ok(down.changes.length > 0);
      const there = sh("ip -d link show lan0; bridge fdb show dev lan0; ip address show dev lan0; ip link");
      assert.doesNotMatch(there, /promiscuity [1-9]|00:00:5e|192\.0\.2\.10[01]/);
      for (const setting of ["arp_announce", "arp_ignore"])
        assert.equal(sh(`cat /proc/sys/net/ipv4/conf/lan0/${setting}`).trim(), "0", setting);
      sh("ip link set lan0 down; ip link set lan0 name eth0; ip link set eth0 up");
      const left = differences(before, dumpHost(network, "a"));
      for (const what of ["links", "settings", "journal", "rules"]) assert.ok(!left.includes(what), what);
    });
  });
}

test("status says why a standing owner does not answer, and up what it stands for", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    must(network, up(`--mode rewrite ${VIP6_LL} ${VIP6}/64`));
    assert.equal(statusOf(network).answers, true);
    const bare = network.run("a", up(`--mode rewrite --no-address ${VIP6_LL} ${VIP6}/64`));
    assert.equal(bare.code, 75);
    assert.match(bare.stderr, /is owned with addresses/);
    must(network, words("ip address del 2001:db8::1/64 dev eth0"));
    network.run("a", words("ip -6 route del 2001:db8::/64 dev eth0"));
    assert.match(statusOf(network).why[0]!, /^no route leads to the network of 2001:db8::100\/64/);
    must(network, up(`--mode rewrite ${VIP6_LL} ${VIP6}/64`));
    assert.equal(statusOf(network).answers, true, "up makes it whole");
    must(network, words("ip link set eth0 address 02:00:00:00:00:78"));
    const { answers, why } = statusOf(network);
    assert.equal(answers, false);
    assert.match(
      why[0]!,
      /^eth0 has the MAC 02:00:00:00:00:78 now.*vmac-ctl down -I eth0 --vrid 51 --family 6/,
    );
    must(network, up(`--mode rewrite ${VIP6_LL} ${VIP6}/64`));
    assert.equal(statusOf(network).answers, true, "up makes it anew for the MAC");
    must(network, DOWN);
    must(network, up("--mode rewrite --no-address --family 6"));
    assert.match(statusOf(network).why[0]!, /^taken with --no-address/);
    must(network, DOWN);
  });
});

test("status has no advice for a Backup", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    for (const standby of ["absent", "fenced"]) {
      const tool = new FedTool(network, "a", words(`vmac-ctl follow --mode rewrite --standby ${standby}`));
      tool.say(new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: VMAC }).state("backup"));
      await waitFor(
        "the rules",
        5000,
        () => network.run("a", words("vmac-ctl status")).code === 0 || undefined,
      );
      await sleep(200);
      const { answers, why } = statusOf(network);
      assert.equal(answers, false);
      assert.equal(why.length, 1, why.join("; "));
      assert.match(why[0]!, /^muted/);
      tool.endInput();
      await tool.ended();
    }
  });
});

test("cleanup finds by its mark what no journal tells of", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    const before = dumpHost(network, "a");
    must(network, up(VIP));
    must(network, words(`vmac-ctl up -I eth0 --vrid 52 --mode address --no-accept ${VIP6}`));
    must(network, ["sh", "-c", `rm -r "$(node ${RUN_FOLDER})"`]);
    assert.equal(network.run("a", words("vmac-ctl status")).code, 1, "nobody knows of it");
    must(network, words("vmac-ctl cleanup"));
    const left = differences(before, dumpHost(network, "a"));
    assert.deepEqual(left, ["settings"], "only what stood there before is not known any more");
  });
});

test("--drain goes on serving stale caches in address mode, and answers no ARP", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    const tool = new FedTool(network, "a", words("vmac-ctl follow --drain 2s"));
    const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: null });
    for (const record of [story.state("backup"), story.state("active"), story.lease(5000)]) tool.say(record);
    await tool.untilRecord("vmac.up");
    assert.equal(reaches(network, VIP), true);
    tool.say(story.state("backup"));
    await sleep(200);
    assert.equal(reaches(network, VIP), true, "the client's cache still names this host");
    assert.equal(network.run("c", words(`arping -I eth0 -c 1 -w 1 ${VIP}`)).code, 1, "new ones are not told");
    const down = await tool.untilRecord("vmac.down");
    assert.equal(reaches(network, VIP), false);
    assert.equal(down.mode, "address");
    assert.equal(ofType(tool.records(), "vmac.down").length, 1);
    tool.endInput();
    await tool.ended();
  });
});
