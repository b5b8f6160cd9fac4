/** What vmac-ctl makes on a host, that it can be seen, and that nothing of it stays (S3). */
import assert from "node:assert/strict";
import test from "node:test";
import { type Dump, differences, differingLines, dumpHost } from "../lab/dump.ts";
import { VIP } from "../lab/network.ts";
import { VMAC } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";

const UP = ["vmac-ctl", "up", "-I", "eth0", "--vrid", "51", `${VIP}/24`, "192.0.2.101"];
const DOWN = ["vmac-ctl", "down", "-I", "eth0", "--vrid", "51"];

test(
  "up, status, down: the address answers with the virtual MAC, and then the host is as before",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const before = dumpHost(network, "a");
      assert.equal(network.run("a", ["vmac-ctl", "status"]).code, 1);
      const up = network.run("a", UP);
      assert.equal(up.code, 0, up.stderr);
      assert.equal(JSON.parse(up.stdout).type, "vmac.up");
      assert.match(
        network.run("c", ["arping", "-I", "eth0", "-c", "2", "-w", "2", VIP]).stdout,
        new RegExp(`\\[${VMAC}\\]`, "i"),
      );
      assert.equal(network.run("c", ["ping", "-c", "1", "-W", "1", "192.0.2.101"]).code, 0);
      const status = JSON.parse(network.run("a", ["vmac-ctl", "status"]).stdout);
      assert.deepEqual([status.owner, status.is_present, status.mac], ["standing", true, VMAC]);
      assert.match(network.run("a", UP).stderr, /owned already/);
      assert.equal(network.run("a", [...UP, "192.0.2.102"]).code, 75);
      assert.equal(network.run("a", DOWN).code, 0);
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
      assert.equal(network.run("a", DOWN).code, 0, "giving back twice does no harm");
    });
  },
);

test(
  "V3-6.4.3-a V3-8.1.2-a V3-8.1.2-b V2-8.2-a only the virtual MAC answers ARP for the VIP, never the NIC",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      network.run("a", UP);
      const { stdout } = network.run("c", ["arping", "-I", "eth0", "-b", "-c", "5", "-w", "6", VIP]);
      const macs = new Set([...stdout.matchAll(/\[([0-9A-F:]+)\]/g)].map(([, mac]) => mac!.toLowerCase()));
      assert.deepEqual([...macs], [VMAC]);
      network.run("a", DOWN);
    });
  },
);

test(
  "S3 after a stop the host is as before, a whole pipe signalled at once or only its head",
  needsRoot,
  async (t) => {
    for (const target of ["vrrp-elect", "all"] as const) {
      await t.test(`SIGTERM to ${target}`, async () => {
        await onStage(["a", "b"], async (network) => {
          const before = dumpHost(network, "a");
          const { a, b } = await startPair(network, 100);
          assert.ok(differences(before, dumpHost(network, "a")).length >= 5, "the dump sees what is owned");
          a.signal(target, "SIGTERM");
          await a.ended();
          await untilActive("b", b, 100);
          await b.stop();
          assert.deepEqual(differences(before, dumpHost(network, "a")), []);
        });
      });
    }
  },
);

test("S3 after a kill the next owner clears away what was left, and so does `down`", needsRoot, async (t) => {
  for (const how of ["down", "the next owner"] as const) {
    await t.test(how, async () => {
      await onStage(["a", "b"], async (network) => {
        const before = dumpHost(network, "a");
        const { a, b } = await startPair(network, 100);
        await b.stop();
        a.signal("all", "SIGKILL");
        await a.ended();
        await sleep(300);
        assert.notDeepEqual(differences(before, dumpHost(network, "a")), [], "a kill leaves something");
        assert.equal(network.run("b", ["ping", "-c", "1", "-W", "1", VIP]).code, 1, "which is mute");
        if (how === "down") {
          assert.equal(JSON.parse(network.run("a", ["vmac-ctl", "status"]).stdout).owner, "dead");
          assert.equal(network.run("a", DOWN).code, 0);
        } else {
          const { a: next, b: other } = await startPair(network, 100);
          assert.match(next.errors(), /removed what a dead owner/);
          await next.stop();
          await other.stop();
        }
        assert.deepEqual(differences(before, dumpHost(network, "a")), []);
      });
    });
  }
});

test(
  "the fence survives a firewall that flushes all rules, and can be read with nft",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      const { a, b } = await startPair(network, 100);
      const rules = network.run("a", ["nft", "list", "table", "netdev", "vmac_eth0_4_51"]).stdout;
      for (const part of ["set serve", "set voice", VIP, "goto if_voice", "priority -500"]) {
        assert.ok(rules.includes(part), `${part} in ${rules}`);
      }
      network.run("a", ["nft", "flush", "ruleset"]);
      network.run("b", ["nft", "flush", "ruleset"]);
      assert.ok(network.run("a", ["nft", "list", "tables"]).stdout.includes("vmac_eth0_4_51"));
      assert.equal(network.run("c", ["ping", "-c", "1", "-W", "1", VIP]).code, 0);
      assert.deepEqual([a.isActive(), b.isActive()], [true, false]);
    });
  },
);

test("V3-2.4-a the switch learns the virtual MAC at the Active's port", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const { a, b } = await startPair(network, 100);
    assert.equal(network.learned(VMAC), "a");
    await a.stop();
    await untilActive("b", b, 100);
    await waitFor("the switch to learn", 2000, () => (network.learned(VMAC) === "b" ? true : undefined));
  });
});

/** The dump itself: one difference of each kind is planted, and must be seen. */
const PLANTED: [keyof Dump, readonly string[]][] = [
  ["links", ["ip", "link", "add", "x0", "type", "veth"]],
  ["links", ["ip", "link", "set", "eth0", "alias", "x"]],
  ["links", ["ip", "link", "set", "eth0", "promisc", "on"]],
  ["links", ["ip", "link", "set", "eth0", "allmulticast", "on"]],
  ["addresses", ["ip", "address", "add", "203.0.113.1/32", "dev", "lo"]],
  ["addresses", ["ip", "address", "add", "2001:db8:1::1/128", "dev", "lo"]],
  ["addresses", ["ip", "address", "change", "192.0.2.1/24", "dev", "eth0", "preferred_lft", "0"]],
  ["routes", ["ip", "route", "add", "203.0.113.0/24", "dev", "eth0"]],
  ["routes", ["ip", "-6", "route", "add", "2001:db8:1::/64", "dev", "eth0"]],
  ["rules", ["ip", "rule", "add", "from", "203.0.113.9", "table", "9"]],
  ["rules", ["ip", "-6", "rule", "add", "from", "2001:db8:1::9", "table", "9"]],
  ["memberships", ["ip", "maddress", "add", "01:00:5e:00:00:63", "dev", "eth0"]],
  ["memberships", ["ip", "address", "add", "239.0.0.99/32", "dev", "eth0", "autojoin"]],
  ["memberships", ["ip", "address", "add", "ff05::63/128", "dev", "eth0", "autojoin", "nodad"]],
  ["forwarding", ["bridge", "fdb", "add", "02:00:00:00:00:63", "dev", "eth0", "self"]],
  ["firewall", ["nft", "add", "table", "ip", "x"]],
  ["firewall", ["nft", "add", "table", "inet", "x"]],
  ["settings", ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_ignore"]],
  ["settings", ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_announce"]],
  ["settings", ["sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/use_tempaddr"]],
  ["settings", ["sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad"]],
  ["settings", ["sh", "-c", "echo 7 > /proc/sys/net/ipv4/neigh/eth0/locktime"]],
  ["settings", ["sh", "-c", "echo 7 > /proc/sys/net/ipv6/neigh/eth0/ucast_solicit"]],
];
test("S3 the dump sees one planted difference of each kind, and shows its line", needsRoot, async (t) => {
  await onStage(["a"], async (network) => {
    for (const [kind, command] of PLANTED) {
      await t.test(`${String(kind)}: ${command.join(" ")}`, () => {
        const before = dumpHost(network, "a");
        assert.deepEqual(differingLines(before, dumpHost(network, "a")), []);
        assert.equal(network.run("a", command).code, 0);
        const after = dumpHost(network, "a");
        assert.ok(differences(before, after).includes(String(kind)));
        assert.ok(differingLines(before, after).some((line) => line.startsWith(`${String(kind)} `)));
      });
    }
  });
});
