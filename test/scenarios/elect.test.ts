/** What the elector does beside electing: many virtual routers, groups, health checks, settings read again, odd networks. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Elector } from "../lab/elector.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { ofType } from "../lab/record-log.ts";
import { VMAC } from "../lab/router.ts";
import { inNamespace, must, sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";
import { gapsMs } from "../lab/voices.ts";

const FAST = ["--advert-int", "100ms"];
const router = (priority: number, ...more: string[]): string[] => [
  ...["-I", "eth0", "--vrid", "51", "--priority", String(priority), ...FAST],
  ...more,
  VIP,
];

function configFile(network: Network, name: string, routers: readonly object[]): string {
  const path = join(network.folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ defaults: { advert_int: "100ms" }, routers }));
  return path;
}

test(
  "V3-1.7-a one process holds IPv4 and IPv6 of one VRID, and each is elected by itself",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const both = (priority4: number, priority6: number): object[] => [
        { interface: "eth0", vrid: 51, priority: priority4, vips: [VIP] },
        { interface: "eth0", vrid: 51, priority: priority6, vips: [VIP6_LL, VIP6] },
      ];
      const a = new Elector(network, "a", ["--config", configFile(network, "a", both(150, 90))]);
      const b = new Elector(network, "b", ["--config", configFile(network, "b", both(100, 120))]);
      await a.until("active", "eth0/4/51");
      await b.until("active", "eth0/6/51");
      await sleep(1000);
      assert.deepEqual([a.state("eth0/6/51"), b.state("eth0/4/51")], ["backup", "backup"]);
      const lease = ofType(a.records(), "vrrp.lease").at(-1)!;
      assert.deepEqual(lease.instances, ["eth0/4/51"]);
      await a.stop();
      await b.until("active", "eth0/4/51");
      assert.equal(b.state("eth0/6/51"), "active");
      assert.deepEqual(
        b.states("eth0/6/51").map(({ state }) => state),
        ["backup", "active"],
      );
    });
  },
);

test("a sync group is Active as a whole or not at all", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    network.addInterface("a", "in0", "198.51.100.1/24", "br1");
    network.addInterface("b", "in0", "198.51.100.2/24", "br1");
    const pair = (priority: number): object[] => [
      { interface: "eth0", vrid: 51, priority, vips: [VIP], sync_group: "gate" },
      { interface: "in0", vrid: 52, priority, vips: ["198.51.100.100"], sync_group: "gate" },
    ];
    const a = new Elector(network, "a", ["--config", configFile(network, "a", pair(150))]);
    const b = new Elector(network, "b", ["--config", configFile(network, "b", pair(100))]);
    const whole = async (elector: Elector, state: string): Promise<void> => {
      await elector.until(state, "eth0/4/51");
      await elector.until(state, "in0/4/52");
    };
    await whole(a, "active");
    network.run("a", ["ip", "link", "set", "in0", "down"]);
    await whole(b, "active");
    await a.until("initialize", "in0/4/52");
    await a.until("backup", "eth0/4/51");
    assert.equal(a.states("eth0/4/51").at(-1)?.reason, "sync_group");
    network.run("a", ["ip", "link", "set", "in0", "up"]);
    await whole(a, "active");
    await whole(b, "backup");
  });
});

test(
  "one VRID on two interfaces of one network is refused: the later one takes no part",
  needsRoot,
  async () => {
    await onStage(["a"], async (network) => {
      network.addInterface("a", "eth1", "192.0.2.201/24");
      const twice = ["eth0", "eth1"].map((name, n) => ({
        interface: name,
        vrid: 51,
        vips: [`192.0.2.10${n}`],
      }));
      const a = new Elector(network, "a", ["--config", configFile(network, "a", twice)]);
      await a.until("active", "eth0/4/51");
      await a.until("initialize", "eth1/4/51");
      assert.equal(a.states("eth1/4/51").at(-1)?.reason, "vrid_clash");
      assert.ok(ofType(a.records(), "vrrp.conflict").some(({ cause }) => cause === "vrid_clash"));
      await sleep(500);
      assert.equal(a.state("eth0/4/51"), "active");
    });
  },
);

test(
  "V3-7.2-a settings read again: no late advert, no failover, and the others hear of them",
  needsRoot,
  async (t) => {
    await onStage(["a", "b"], async (network) => {
      const one = (vips: string[], more: object = {}): object[] => [
        { interface: "eth0", vrid: 51, vips, ...more },
      ];
      const path = configFile(network, "a", one([VIP], { priority: 150 }));
      const a = new Elector(network, "a", ["--config", path]);
      await a.until("active");
      const b = new Elector(network, "b", router(100));
      await b.until("backup");
      const taps = new Taps(network);
      await taps.open(["a", "b"]);
      await sleep(500);
      const before = [a.states().length, b.states().length];
      configFile(network, "a", one([VIP, "192.0.2.101"], { priority: 160 }));
      a.signal("SIGHUP");
      await waitFor("the new state", 3000, () => (a.states().at(-1)?.vips.length === 2 ? true : undefined));
      writeFileSync(path, "{");
      a.say({ type: "elect.set", action: "reload" });
      await waitFor("the complaint", 3000, () =>
        /the settings before go on/.test(a.errors()) ? true : undefined,
      );
      await sleep(500);
      const frames = await taps.close();
      const gaps = gapsMs(frames.filter(({ host }) => host === "a"));
      t.diagnostic(`largest gap between adverts of 100 ms: ${Math.max(...gaps).toFixed(1)} ms`);
      assert.ok(Math.max(...gaps) < 130, "no late advert");
      const since = a.states().slice(before[0]);
      assert.deepEqual(
        since.map(({ state, previous, reason }) => [state, previous, reason]),
        [["active", "active", "reload"]],
      );
      assert.equal(b.states().length, before[1], "no failover");
      assert.equal(frames.filter((frame) => frame.kind === "advert").at(-1)?.priority, 160);
      assert.ok(ofType(b.records(), "vrrp.conflict").some(({ cause }) => cause === "vip_mismatch"));
    });
  },
);

test("checks change the priority, force initialize, and fail when they fall silent", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const a = new Elector(network, "a", router(150));
    const b = new Elector(network, "b", router(100));
    await a.until("active");
    const track = (ok: boolean, more: object = {}): void =>
      a.say({ type: "track.state", name: "web", ok, took_ms: 1, interval_ms: 300, ...more });
    track(false, { weight: -100 });
    await b.until("active");
    await a.until("backup");
    track(true, { weight: -100 });
    await a.until("active");
    track(false);
    await a.until("initialize");
    assert.equal(a.states().at(-1)?.reason, "track");
    track(true);
    await a.until("active");
    await a.until("initialize");
    assert.match(a.errors(), /check web is silent/);
    assert.equal(b.state(), "active");
  });
});

test("elect.set sets a priority, and makes a router resign without taking back", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const a = new Elector(network, "a", router(150));
    const b = new Elector(network, "b", router(100));
    await a.until("active");
    await b.until("backup");
    a.say({ type: "elect.set", instance: "eth0/4/51", action: "resign" });
    await b.until("active");
    await a.until("backup");
    await sleep(1500);
    assert.deepEqual([a.state(), b.state()], ["backup", "active"], "who has resigned does not take back");
    b.say({ type: "elect.set", priority: 1 });
    await b.stop();
    await a.until("active");
    a.say({ type: "elect.set", instance: "eth9/4/1", action: "resign" });
    await waitFor("the complaint", 3000, () =>
      /no such virtual router/.test(a.errors()) ? true : undefined,
    );
  });
});

test("the end of input is obeyed where that is asked for", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const a = new Elector(network, "a", router(150, "--on-input-eof", "resign"));
    const b = new Elector(network, "b", router(100));
    await a.until("active");
    await b.until("backup");
    a.endInput();
    await b.until("active");
    await a.until("backup");
  });
});

test("a port that carries nothing yet is waited for: no usurper at boot", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const a = new Elector(network, "a", router(100));
    await a.until("active");
    const b = new Elector(network, "b", router(150, "--no-preempt"));
    await b.until("backup");
    network.linkDown("b");
    await b.until("initialize");
    // The port itself is an IPv6 host of the switch's, and would speak.
    const quiet = "echo 1 > /proc/sys/net/ipv6/conf/p-b/disable_ipv6";
    must(inNamespace(network.switchNamespace, ["sh", "-c", quiet]));
    const nft = (rules: string): void => void must(inNamespace(network.switchNamespace, ["nft", rules]));
    nft(
      'add table bridge deaf; add chain bridge deaf out { type filter hook postrouting priority 0; oifname "p-b" drop; }',
    );
    network.linkUp("b");
    await b.until("backup");
    await sleep(2000);
    assert.equal(b.state(), "backup", "it has heard nothing for many intervals, and the link nothing at all");
    nft("delete table bridge deaf");
    await sleep(1500);
    const takeOvers = [a, b].map((one) => one.states().filter(({ state }) => state === "active").length);
    assert.deepEqual(takeOvers, [1, 0], "the one who was there stays");
    const c = new Elector(network, "b", [
      "-I",
      "eth0",
      "--vrid",
      "52",
      ...FAST,
      "--startup-hold",
      "0",
      "192.0.2.77",
    ]);
    await c.until("active");
  });
});

test(
  "S7 a frame from our virtual MAC at another port is answered by an advert at once",
  needsRoot,
  async () => {
    await onStage(["a", "c"], async (network) => {
      const a = new Elector(network, "a", ["-I", "eth0", "--vrid", "51", "--advert-int", "2s", VIP]);
      await a.until("active", undefined, 40_000);
      network.run("c", ["garp-send", "-I", "eth0", "--mac", VMAC, "--quiet", VIP]);
      await waitFor("the switch to learn it at a again", 1000, () =>
        network.learned(VMAC) === "a" ? true : undefined,
      );
      assert.ok(((await a.counters())["reasserted"] ?? 0) >= 1);
    });
  },
);

test("V3-7.2-d the source address goes away and comes back; a new one is used", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const a = new Elector(network, "a", router(150));
    const b = new Elector(network, "b", router(100));
    await a.until("active");
    network.run("a", ["ip", "address", "del", "192.0.2.1/24", "dev", "eth0"]);
    await a.until("initialize");
    assert.equal(a.states().at(-1)?.reason, "address_gone");
    await b.until("active");
    network.run("a", ["ip", "address", "add", "192.0.2.9/24", "dev", "eth0"]);
    await a.until("active");
    await b.until("backup");
    assert.equal(b.states().at(-1)?.active_address, "192.0.2.9");
  });
});

test(
  "a VIP that a killed owner left on the NIC is neither the host's own nor a source of adverts",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const left = [
        ["51", VIP],
        ["51", VIP6_LL],
        ["52", "fe80::50"],
      ] as const;
      for (const [vrid, vip] of left)
        network.command("a", `vmac-ctl up -I eth0 --mode address --vrid ${vrid} ${vip}`);
      const a4 = new Elector(network, "a", router(150, "--no-vmac"));
      const a6 = new Elector(network, "a", ["-I", "eth0", "--vrid", "51", ...FAST, "--no-vmac", VIP6_LL]);
      const heard = await Overheard.open(network, "b", "eth0", "ip6 proto 112");
      await a4.until("active");
      await a6.until("active");
      await waitFor("an advert over IPv6", 5000, () => heard.lines().length > 0 || undefined);
      const source = network.host("a").linkLocal;
      assert.match((await heard.stop())[0]!, new RegExp(` ${source} > ff02::12`));
    });
  },
);

test("a short loss of carrier is overlooked where that is asked for", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const a = new Elector(network, "a", router(150, "--link-down-delay", "200ms"));
    await a.until("active");
    const b = new Elector(network, "b", router(100));
    await b.until("backup");
    await sleep(500);
    network.linkDown("a");
    await sleep(60);
    network.linkUp("a");
    await sleep(1000);
    const changes = [a, b].map((one) => one.states().filter(({ state }) => state !== "backup").length);
    assert.deepEqual(changes, [1, 0]);
    network.linkDown("a");
    await a.until("initialize");
    network.linkUp("a");
    await a.until("active");
  });
});

const STEP_CLOCK = fileURLToPath(new URL("../../lab/step-clock.c", import.meta.url));
const DAY_S = 86_400;

test(
  "steps of the wall clock, a day on and two back, change nothing but time stamps",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const [library, file] = [join(network.folder, "step-clock.so"), join(network.folder, "offset")];
      must(["gcc", "-shared", "-fPIC", "-O2", "-D_GNU_SOURCE", "-o", library, STEP_CLOCK, "-ldl"]);
      writeFileSync(file, "0");
      const command = ["env", `LD_PRELOAD=${library}`, `CLOCK_OFFSET_FILE=${file}`];
      const a = new Elector(network, "a", router(150), command);
      await a.until("active");
      const b = new Elector(network, "b", router(100), command);
      await b.until("backup");
      await sleep(500);
      const before = [a.states().length, b.states().length];
      for (const offset of [DAY_S, -DAY_S, 0]) {
        writeFileSync(file, String(offset));
        await sleep(1000);
      }
      assert.deepEqual([a.states().length, b.states().length], before);
      const leases = ofType(a.records(), "vrrp.lease");
      const days = new Set(leases.map(({ ts }) => ts.slice(0, 10)));
      assert.ok(days.size >= 3, `the steps were seen: ${[...days].join(" ")}`);
      const times = leases.map(({ mono_ns }) => BigInt(mono_ns!));
      assert.ok(
        times.slice(1).every((time, n) => time > times[n]!),
        "the clock of leases runs on",
      );
    });
  },
);

const PAIRS: [string, string[], string[]][] = [
  ["V3-SM-a equal priorities: the higher address", router(100), router(100)],
  [
    "V3-5.2.8-b RFC 9568's own checksum form",
    router(100, "--checksum", "rfc9568"),
    router(150, "--checksum", "rfc9568"),
  ],
  ["one of them learns the other's checksum form", router(100), router(150, "--checksum", "rfc9568")],
  ["adverts from the NIC's own MAC", router(100, "--no-vmac"), router(150, "--no-vmac")],
  ["unicast", router(100, "--peer", "192.0.2.2"), router(150, "--peer", "192.0.2.1")],
  [
    "unicast over IPv6",
    ["-I", "eth0", "--vrid", "51", ...FAST, "--peer", "2001:db8::2", "--source", "2001:db8::1", VIP6_LL],
    [
      "-I",
      "eth0",
      "--vrid",
      "51",
      "--priority",
      "150",
      ...FAST,
      "--peer",
      "2001:db8::1",
      "--source",
      "2001:db8::2",
      VIP6_LL,
    ],
  ],
  [
    "V3-7.2-g equal priorities over IPv6: the higher link-local address",
    ["-I", "eth0", "--vrid", "51", ...FAST, VIP6_LL, VIP6],
    ["-I", "eth0", "--vrid", "51", ...FAST, VIP6_LL, VIP6],
  ],
];
for (const [name, low, high] of PAIRS) {
  test(`two of ours, ${name}: b is Active, alone`, needsRoot, async () => {
    await onStage(["a", "b"], async (network) => {
      const a = new Elector(network, "a", low);
      await a.until("active");
      const b = new Elector(network, "b", high);
      if (name.includes("equal")) {
        await b.until("backup");
        await a.stop();
        await b.until("active");
        const again = new Elector(network, "a", low);
        await sleep(1500);
        assert.deepEqual([again.state(), b.state()], ["backup", "active"]);
        return;
      }
      await b.until("active");
      await a.until("backup");
      await sleep(800);
      assert.deepEqual([a.state(), b.state()], ["backup", "active"]);
      const wrong = [...a.records(), ...b.records()].filter(({ type }) => type === "vrrp.rejected");
      assert.deepEqual(wrong, []);
    });
  });
}
