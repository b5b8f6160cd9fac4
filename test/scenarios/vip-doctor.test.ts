/** One screen names what was planted, first; and nothing where nothing is wrong. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { startKeepalived } from "../lab/keepalived.ts";
import { type Network, VIP } from "../lab/network.ts";
import { PipeRouter, type Router, type RouterOptions, VMAC, VRID } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, inFull, needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";
import {
  codesIn,
  filterPort,
  keepalivedPair,
  plainPair,
  type Report,
  repeat,
  report,
  shell,
  vmacPair,
} from "../lab/trouble.ts";

const ADVERT_MS = 1000;
/** Of the report, as the machine is quiet; the tests run beside others. */
const LANES = 6;
const LINES_MAX = 24;
const COLUMNS_MAX = 100;
/** Packet sockets of the observer and the listener. */
const LISTENERS = 2;
const OLD_MAC = "02:00:00:00:00:ee";
/** VIPTOOLS_SCENE: only scenes whose names match, whichever run they belong to. */
const ONLY =
  process.env["VIPTOOLS_SCENE"] === undefined ? undefined : new RegExp(process.env["VIPTOOLS_SCENE"]);
const ASK = ["--vrid", String(VRID), VIP];

interface Scene {
  /** Numbers and names as in docs/trouble.md. */
  readonly name: string;
  readonly hosts?: readonly string[];
  /** Where the doctor is run. */
  readonly on: string;
  readonly argv?: readonly string[];
  readonly plant: (network: Network) => Promise<void> | void;
  /** While the doctor looks. */
  readonly during?: (network: Network) => Promise<void> | void;
  readonly code: string;
  readonly says: RegExp;
  /** What has to be told beside it: nothing else may be. */
  readonly beside?: readonly string[];
  readonly isDaily?: true;
}

/** One virtual router of keepalived, by its own words. */
function instanceOf(
  network: Network,
  host: string,
  priority: number,
  lines: readonly string[],
  vip = VIP,
): void {
  const body = [
    "state BACKUP",
    "interface eth0",
    `virtual_router_id ${VRID}`,
    `priority ${priority}`,
    ...lines,
    `virtual_ipaddress {\n${vip}/32\n}`,
  ];
  startKeepalived(
    network,
    host,
    `global_defs {\nrouter_id ${host}\n}\nvrrp_instance V {\n${body.join("\n")}\n}\n`,
  );
}

const bothActive = (a: readonly string[], b: readonly string[]) => async (network: Network) => {
  instanceOf(network, "a", 150, a);
  instanceOf(network, "b", 100, b);
  await sleep(5000);
};

/** Two of ours that refuse each other, and both go on. */
const refusing = (a: Partial<RouterOptions>, b: Partial<RouterOptions>) => async (network: Network) => {
  const common = { advertMs: ADVERT_MS, useVmac: false };
  const routers = [
    new PipeRouter(network, "a", { priority: 150, ...common, ...a }),
    new PipeRouter(network, "b", { priority: 100, ...common, ...b }),
  ];
  await Promise.all(routers.map(async (router) => await untilActive("both", router, ADVERT_MS)));
};
const V2 = ["version 2", "advert_int 1"];
/** A conflict and its end, and several changes, are told while the doctor looks. */
const FAST = ["version 3", "advert_int 0.3"];
const V3 = ["version 3", "advert_int 1"];

const believes =
  (host: string, mac: string, state: string): ((network: Network) => void) =>
  (network) =>
    shell(network, host, `ip neigh replace ${VIP} lladdr ${mac} dev eth0 nud ${state}`);

const SCENES: readonly Scene[] = [
  {
    name: "1 two Actives: b does not hear a",
    on: "a",
    plant: async (network) => {
      filterPort(network, "b", "egress", "ip protocol 112 drop");
      await keepalivedPair(network, true);
      await sleep(4000);
    },
    code: "two_active",
    says: /192\.0\.2\.2 should yield and does not hear.*on 192\.0\.2\.2: vip-doctor -I eth0 --vrid 51/,
  },
  {
    name: "1 the whole pipe of a lone router was killed",
    on: "a",
    isDaily: true,
    plant: async (network) => {
      const router = new PipeRouter(network, "a", { priority: 150, advertMs: ADVERT_MS });
      await untilActive("a", router, ADVERT_MS);
      router.signal("all", "SIGKILL");
      await router.ended();
    },
    code: "dead_owner",
    says: /HERE was a router: its VRRP program has died.*and nobody advertises.*type vmac-ctl cleanup/,
  },
  {
    name: "2 nftables of b drops protocol 112",
    on: "b",
    isDaily: true,
    plant: async (network) => {
      shell(
        network,
        "b",
        "nft add table inet f; nft 'add chain inet f in { type filter hook input priority 0; }'; nft add rule inet f in ip protocol 112 drop",
      );
      await keepalivedPair(network, true);
      await sleep(4000);
    },
    code: "firewall_nft",
    says: /VRRP adverts.*type nft delete rule/,
  },
  {
    name: "2 iptables of b drops protocol 112",
    on: "b",
    plant: async (network) => {
      shell(network, "b", "iptables -A INPUT -p 112 -j DROP");
      await keepalivedPair(network, true);
      await sleep(4000);
    },
    code: "firewall_iptables",
    says: /VRRP adverts.*type iptables -t filter -D/,
  },
  {
    name: "3 a switch that snoops keeps the group away from b",
    on: "b",
    isDaily: true,
    plant: async (network) => {
      for (const hook of ["ingress", "egress"] as const)
        filterPort(network, "b", hook, "ip daddr 224.0.0.18 drop");
      await Promise.all(
        ["a", "b"].map((host, n) =>
          new PipeRouter(network, host, { priority: 150 - n, advertMs: ADVERT_MS }).ready(),
        ),
      );
      await sleep(6000);
    },
    code: "adverts_missing",
    says: /no advert of another router came in.*224\.0\.0\.18/,
  },
  {
    name: "4 another pair has the VRID",
    on: "c",
    isDaily: true,
    plant: refusing(
      { version: 2, electArgs: "--drop-vip-mismatch" },
      { version: 2, electArgs: "--drop-vip-mismatch", vips: ["192.0.2.200"] },
    ),
    code: "vrid_clash",
    says: /192\.0\.2\.200.*--vrid 52 \(free here\)/,
  },
  {
    name: "5 version 2 beside version 3",
    on: "c",
    plant: refusing({ version: 2 }, { version: 3 }),
    code: "version_mismatch",
    says: /version 2.*version 3|version 3.*version 2/,
  },
  {
    name: "5 another password",
    on: "c",
    isDaily: true,
    plant: refusing({ version: 2, password: "s3cret-a" }, { version: 2, password: "s3cret-b" }),
    code: "auth_mismatch",
    says: /different passwords/,
  },
  {
    name: "5 another interval",
    on: "c",
    plant: refusing({ version: 2 }, { version: 2, advertMs: 2000 }),
    code: "interval_mismatch",
    says: /every 1000 ms.*every 2000 ms|every 2000 ms.*every 1000 ms/,
  },
  {
    name: "5 another list, seen on the Backup",
    on: "b",
    isDaily: true,
    plant: async (network) => {
      const common = { advertMs: ADVERT_MS };
      const a = new PipeRouter(network, "a", { priority: 150, ...common, vips: [VIP, "192.0.2.101"] });
      await untilActive("a", a, ADVERT_MS);
      await new PipeRouter(network, "b", { priority: 100, ...common }).ready();
      await sleep(1500);
    },
    code: "vip_mismatch",
    says: /192\.0\.2\.1 advertises 192\.0\.2\.101, which this host does not have/,
  },
  {
    name: "6 a checksum without pseudo-header beside keepalived",
    on: "c",
    plant: async (network) => {
      instanceOf(network, "b", 100, V3);
      const a = new PipeRouter(network, "a", {
        priority: 150,
        advertMs: ADVERT_MS,
        checksum: "rfc9568",
        useVmac: false,
      });
      await a.ready();
      await sleep(6000);
    },
    code: "checksum_form",
    says: /pseudo-header/,
  },
  {
    name: "7 a client believes the old owner",
    on: "c",
    isDaily: true,
    plant: async (network) => {
      await plainPair(network);
      believes("c", network.host("b").mac, "stale")(network);
    },
    code: "neighbour_stale",
    says: /192\.0\.2\.100 to 02:00:00:00:00:02 \(STALE\), and it is at\s+02:00:00:00:00:01.*ip neigh del 192\.0\.2\.100 dev eth0/,
  },
  {
    name: "8 a healed split brain, and nobody announces",
    on: "c",
    plant: async (network) => {
      filterPort(network, "b", "egress", "ip protocol 112 drop");
      for (const [host, priority] of [
        ["a", 150],
        ["b", 100],
      ] as const)
        instanceOf(network, host, priority, [...FAST, "garp_lower_prio_repeat 0"]);
      await sleep(6000);
    },
    during: async (network) => {
      await sleep(1500);
      shell(network, "switch", "nft delete table netdev egress_b");
    },
    code: "healed_unannounced",
    says: /stayed and has announced nothing since.*on 192\.0\.2\.1: garp-send -I eth0 -c 3 192\.0\.2\.100/,
  },
  {
    name: "9 a router keeps the old owner, and asks it alone",
    on: "b",
    plant: async (network) => {
      await plainPair(network);
      askOldOwner(network);
    },
    code: "neighbour_elsewhere_stale",
    says: /192\.0\.2\.3 \(02:00:00:00:00:03\) still believes.*on 192\.0\.2\.1: garp-send -I eth0 --to 02:00:00:00:00:03 -c 3/,
  },
  {
    name: "10 the switch has the virtual MAC at another port",
    on: "c",
    isDaily: true,
    plant: async (network) => {
      await vmacPair(network);
      shell(
        network,
        "switch",
        `bridge fdb replace ${VMAC} dev ${network.host("b").port} master static sticky`,
      );
    },
    code: "switch_port_wrong",
    says: /gets no frame that is sent to it.*garp-send -I eth0 --mac 00:00:5e:00:01:33/,
  },
  {
    name: "11 a PERMANENT entry",
    on: "c",
    plant: async (network) => {
      await startPair(network, ADVERT_MS, { announceEveryS: 1 });
      believes("c", OLD_MAC, "permanent")(network);
    },
    code: "announcement_ignored",
    says: /entry is PERMANENT.*ip neigh del/,
  },
  {
    name: "11 drop_gratuitous_arp",
    on: "c",
    isDaily: true,
    plant: async (network) => {
      await startPair(network, ADVERT_MS, { announceEveryS: 1 });
      network.setSysctl("c", "ipv4/conf/all/drop_gratuitous_arp", 1);
      believes("c", OLD_MAC, "reachable")(network);
    },
    code: "announcement_ignored",
    says: /drop_gratuitous_arp=1 \(all\).*sysctl -w net\.ipv4\.conf\.all\.drop_gratuitous_arp=0/,
  },
  {
    name: "11 locktime, and replies that it holds off",
    on: "c",
    plant: async (network) => {
      await startPair(network, ADVERT_MS, { announceEveryS: 0 });
      repeat(network, "c", 0.4, `ip neigh replace ${VIP} lladdr ${OLD_MAC} dev eth0 nud stale`);
      repeat(network, "a", 0.3, `garp-send -q -I eth0 --mac vrid:${VRID} -A --tha ones ${VIP}`);
    },
    code: "announcement_ignored",
    says: /locktime 1 s and a reply whose target MAC.*garp-send -I eth0 -U/,
  },
  {
    name: "11 arp_accept=0 and no entry: nothing is wrong",
    on: "c",
    plant: async (network) => void (await startPair(network, ADVERT_MS, { announceEveryS: 1 })),
    code: "announcement_not_needed",
    says: /arp_accept=0 and no entry.*nothing is wrong/,
  },
  {
    name: "12 a device that takes replies only, and requests that announce",
    on: "b",
    plant: async (network) => {
      shell(
        network,
        "c",
        `nft add table arp f; nft 'add chain arp f in { type filter hook input priority 0; }'; nft add rule arp f in arp operation request drop`,
      );
      await plainPair(network);
      repeat(network, "a", 1, `garp-send -q -I eth0 -U ${VIP}`);
      askOldOwner(network);
    },
    code: "neighbour_elsewhere_stale",
    says: /as gratuitous request only.*garp-send -I eth0 -A --to 02:00:00:00:00:03/,
  },
  {
    name: "13 another host has the address",
    hosts: ["a", "b", "c", "d"],
    on: "c",
    isDaily: true,
    plant: async (network) => {
      await plainPair(network);
      network.command("d", `ip address add ${VIP}/24 dev eth0`);
    },
    code: "duplicate_address",
    says: /(02:00:00:00:00:01 and by 02:00:00:00:00:04|02:00:00:00:00:04 and by 02:00:00:00:00:01).*find 02:00:00:00:00:04/,
  },
  {
    name: "14 adverts from the virtual MAC of another number",
    on: "c",
    plant: async (network) => {
      await keepalivedPair(network, true);
      shell(network, "a", "ip link set dev vrrp.51 address 00:00:5e:00:01:34");
      await sleep(1000);
    },
    code: "wrong_mac",
    says: /00:00:5e:00:01:34/,
  },
  {
    name: "15 rp_filter is strict for all",
    on: "a",
    plant: async (network) => {
      // keepalived leaves its own macvlan to `all`; vmac-ctl does not.
      await keepalivedPair(network, true);
      network.setSysctl("a", "ipv4/conf/all/rp_filter", 1);
    },
    code: "rp_filter_strict",
    says: /net\.ipv4\.conf\.all\.rp_filter is 1.*sysctl -w net\.ipv4\.conf\.all\.rp_filter=0/,
  },
  {
    name: "16 both NICs of a answer",
    on: "c",
    plant: async (network) => {
      network.addInterface("a", "eth1", "192.0.2.11/24");
      await plainPair(network);
    },
    code: "arp_flux",
    says: /all of\s+them\s+NICs of 192\.0\.2\.1.*on 192\.0\.2\.1: sysctl -w net\.ipv4\.conf\.all\.arp_ignore=1/,
  },
  {
    name: "17 a hypervisor takes frames from the NIC's MAC alone",
    on: "a",
    isDaily: true,
    plant: async (network) => {
      network.command("a", `ip route add default via ${network.host("c").address}`);
      filterPort(network, "a", "ingress", `ether saddr != ${network.host("a").mac} drop`);
      await Promise.all(
        ["a", "b"].map((host, n) =>
          new PipeRouter(network, host, { priority: 150 - n, advertMs: ADVERT_MS }).ready(),
        ),
      );
      await sleep(6000);
    },
    code: "foreign_mac_blocked",
    says: /192\.0\.2\.3 answers the NIC's MAC, and not 00:00:5e:00:01:33.*--no-vmac/,
  },
  {
    name: "17 the same at both ports: no cloud, though nobody is heard",
    on: "a",
    isDaily: true,
    plant: async (network) => {
      network.command("a", `ip route add default via ${network.host("c").address}`);
      for (const host of ["a", "b"])
        filterPort(network, host, "ingress", `ether saddr != ${network.host(host).mac} drop`);
      await Promise.all(
        ["a", "b"].map((host, n) =>
          new PipeRouter(network, host, { priority: 150 - n, advertMs: ADVERT_MS }).ready(),
        ),
      );
      await sleep(6000);
    },
    code: "foreign_mac_blocked",
    says: /no advert of another router comes in.*allow forged transmits.*--no-vmac VIP.*--peer OTHER-ROUTER/,
  },
  {
    name: "18 a cloud: neither multicast nor a foreign MAC",
    on: "a",
    plant: async (network) => {
      filterPort(
        network,
        "a",
        "ingress",
        `ether saddr != ${network.host("a").mac} drop; ip daddr 224.0.0.0/4 drop`,
      );
      filterPort(network, "a", "egress", "ip daddr 224.0.0.0/4 drop");
      network.command("a", `ip route add default via ${network.host("c").address}`);
      await Promise.all(
        ["a", "b"].map((host, n) =>
          new PipeRouter(network, host, { priority: 150 - n, advertMs: ADVERT_MS }).ready(),
        ),
      );
      await sleep(6000);
    },
    code: "no_multicast_no_foreign_mac",
    says: /no advert of another router comes in.*--no-vmac --peer/,
  },
  {
    name: "19 a failover while the doctor looks: how long it was",
    on: "c",
    isDaily: true,
    plant: async (network) => void pairs.set(network, await keepalivedPair(network, true)),
    during: async (network) => {
      await sleep(2500);
      await pairs.get(network)!.a.stop();
    },
    code: "active_changed",
    says: /from 192\.0\.2\.1 to 192\.0\.2\.2 \(resign\) after \d+ ms.*vip-probe --every 2ms/,
  },
  {
    name: "20 a daemon that is held up again and again",
    on: "c",
    plant: async (network) => {
      instanceOf(network, "a", 150, FAST);
      instanceOf(network, "b", 100, FAST);
      await sleep(4000);
    },
    during: async (network) => {
      for (let n = 0; n < 3; n++) {
        await sleep(600);
        freeze(network, "a", 1300);
        await sleep(1300);
      }
    },
    code: "flapping",
    says: /changes of the Active.*on 192\.0\.2\.1: journalctl/,
  },
  {
    name: "20 a daemon that is held up for less than a take-over",
    on: "c",
    plant: async (network) => void pairs.set(network, await keepalivedPair(network, true)),
    during: async (network) => {
      await sleep(1500);
      freeze(network, "a", 2300);
    },
    code: "late_adverts",
    says: /192\.0\.2\.1 was silent for 2\d{3} ms/,
  },
];

const pairs = new Map<Network, { a: Router; b: Router }>();

/** c asks the MAC of b alone, again and again, as a router does whose entry has grown old. */
function askOldOwner(network: Network): void {
  shell(network, "c", "echo 1 > /proc/sys/net/ipv4/neigh/eth0/delay_first_probe_time");
  shell(network, "c", "echo 1000 > /proc/sys/net/ipv4/neigh/eth0/ucast_solicit");
  believes("c", network.host("b").mac, "stale")(network);
  network.start("c", ["ping", "-q", "-i", "0.5", VIP], "ignore");
}

/** Holds keepalived up: it runs on later as if nothing had been. */
function freeze(network: Network, host: string, forMs: number): void {
  const pids = `$(ip netns pids ${network.host(host).namespace} | xargs -r -n1 sh -c 'grep -q keepalived /proc/$0/comm && echo $0')`;
  network.start(
    "switch",
    ["bash", "-c", `p=${pids}; kill -STOP $p; sleep ${forMs / 1000}; kill -CONT $p`],
    "ignore",
  );
}

/** A process starts late on a busy machine. */
async function untilListening(network: Network, host: string): Promise<void> {
  await waitFor("all listeners of the doctor", 60_000, () => {
    const sockets = network.run(host, ["cat", "/proc/net/packet"]).stdout.trim().split("\n").slice(1);
    return sockets.length >= LISTENERS || undefined;
  });
}

async function playScene(t: TestContext, scene: Scene): Promise<void> {
  const { name, hosts = ["a", "b", "c"], on, argv = ASK, plant, during, code, says, beside = [] } = scene;
  await onStage(hosts, async (network) => {
    await plant(network);
    const [told] = await Promise.all([
      report(network, on, argv),
      untilListening(network, on).then(() => during?.(network)),
    ]);
    t.diagnostic(`${name}: ${(told.tookMs / 1000).toFixed(1)} s\n${told.text}`);
    fitsAScreen(told);
    assert.equal(codesIn(told)[0], code, `${name}: named first`);
    assert.match(told.text.replaceAll(/\s+/g, " "), says);
    assert.deepEqual(codesIn(told).slice(1), beside, `${name}: and nothing else`);
    assert.equal(told.code, told.text.includes("NOTE ") && codesIn(told).length === 1 ? 0 : 1);
  });
}

function fitsAScreen({ lines }: Report): void {
  assert.ok(lines.length <= LINES_MAX, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= COLUMNS_MAX, line);
}

test("vip-doctor: names each planted trouble first, within one screen", {
  ...needsRoot,
  concurrency: LANES,
}, async (t) => {
  const scenes = SCENES.filter(({ name, isDaily }) =>
    ONLY === undefined ? IS_FULL || isDaily : ONLY.test(name),
  );
  await Promise.all(scenes.map((scene) => t.test(scene.name, async (t) => await playScene(t, scene))));
});

test(
  "vip-doctor: of two keepaliveds that refuse each other the silent one is named on both",
  inFull,
  async (t) => {
    await onStage(["a", "b"], async (network) => {
      await bothActive(V2, V3)(network);
      const reports = await Promise.all(["a", "b"].map(async (host) => await report(network, host, ASK)));
      for (const { text } of reports) t.diagnostic(text);
      // Chance decides which of them is heard, and whether the other one speaks once meanwhile.
      const expected = ["adverts_refused", "duplicate_address", "version_mismatch"];
      for (const told of reports) {
        assert.equal(codesIn(told).length, 1, told.text);
        assert.ok(expected.includes(codesIn(told)[0]!), told.text);
      }
    });
  },
);

test("vip-doctor: on a client no router is to be taken off, whose password differs", inFull, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const password = (word: string): string[] => [
      ...V2,
      `authentication {\nauth_type PASS\nauth_pass ${word}\n}`,
    ];
    await bothActive(password("one"), password("two"))(network);
    const told = await report(network, "c", ASK);
    t.diagnostic(told.text);
    // Chance decides whether the second one is heard.
    const [code] = codesIn(told);
    assert.ok(code === "auth_mismatch" || code === "duplicate_address", told.text);
    if (code === "duplicate_address")
      assert.match(told.text.replaceAll(/\s+/g, " "), /if it is a router: vip-doctor|both are routers/);
  });
});
