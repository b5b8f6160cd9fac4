/** What becomes of keepalived's keywords, and what is told of those that have no place. */
import assert from "node:assert/strict";
import test from "node:test";
import { LineReader } from "./conf-lines.ts";
import { parseConf } from "./conf-tree.ts";
import { importConf } from "./import-conf.ts";
import type { Imported } from "./imported.ts";
import { type LeftOut, Report } from "./report.ts";

function convert(text: string): { imported: Imported; leftOut: readonly LeftOut[] } {
  const reader = new LineReader({ configId: "a", find: () => [] });
  const report = new Report();
  const imported = importConf(parseConf(reader.read({ path: "f", folder: "/", text })), report);
  return { imported, leftOut: report.leftOut };
}

const instance = (more = "", name = "V", vrid = 51): string =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${vrid}\nvirtual_ipaddress { 192.0.2.${vrid} }\n${more}\n}\n`;

const SETTINGS: readonly (readonly [name: string, text: string, part: object])[] = [
  ["what is always there", instance(), { interface: "eth0", vrid: 51, vips: ["192.0.2.51/32"], track: [] }],
  ["version 2 and no virtual MAC unless it says so", instance(), { vrrp_version: 2, vmac: false }],
  ["use_vmac", instance("use_vmac"), { vmac: true }],
  ["the version of all", `global_defs { vrrp_version 3 }\n${instance()}`, { vrrp_version: 3 }],
  ["a version of its own", `global_defs { vrrp_version 3 }\n${instance("version 2")}`, { vrrp_version: 2 }],
  ["seconds", instance("advert_int 2"), { advert_int: "2000ms" }],
  ["hundredths", instance("version 3\nadvert_int 0.05"), { advert_int: "50ms" }],
  ["priority", instance("priority 150"), { priority: 150 }],
  ["a TTL that is none", instance("unicast_peer {\n192.0.2.2 min_ttl 2.5\n}"), { min_ttl: 1 }],
  ["nopreempt", instance("state BACKUP\nnopreempt"), { preempt: false }],
  ["preempt_delay", instance("preempt_delay 2.5"), { preempt_delay: "2.5s" }],
  ["down_timer_adverts", instance("down_timer_adverts 5"), { down_count: 5 }],
  ["of all", `global_defs { vrrp_down_timer_adverts 4 }\n${instance()}`, { down_count: 4 }],
  ["vrrp_startup_delay", `global_defs {\nvrrp_startup_delay 3\n}\n${instance()}`, { startup_delay: "3s" }],
  [
    "unicast",
    instance("unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n192.0.2.3\n}"),
    { source: "192.0.2.1", peers: ["192.0.2.2", "192.0.2.3"], min_ttl: 1 },
  ],
  ["min_ttl", instance("unicast_peer {\n192.0.2.2 min_ttl 254\n}"), { min_ttl: 254 }],
  [
    "IPv6 is version 3",
    "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\nfe80::1\n2001:db8::1/64\n}\n}",
    { vips: ["fe80::1/128", "2001:db8::1/64"], vrrp_version: 3 },
  ],
  [
    "IPv6 without a link-local address",
    "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n2001:db8::1/64\n}\n}",
    { lenient_v6: true },
  ],
  [
    "delays of a link, no longer than keepalived has them",
    `interface_up_down_delays { eth0 5 2 }\n${instance()}`,
    { link_down_delay: "2s", link_up_delay: "2s" },
  ],
  [
    "a password",
    instance("authentication {\nauth_type PASS\nauth_pass 1234567890\n}"),
    { auth_file: "auth-eth0-4-51" },
  ],
  ["the last of two", instance("priority 1\npriority 2"), { priority: 2 }],
];
for (const [name, text, part] of SETTINGS) {
  test(`settings: ${name}`, () => {
    const { imported, leftOut } = convert(text);
    assert.deepEqual(leftOut, []);
    const [router = {}] = imported.elect.routers;
    for (const [key, value] of Object.entries(part))
      assert.deepEqual((router as Record<string, unknown>)[key], value, key);
  });
}

test("a password stands in a file of its own, cut as keepalived cuts it, and nowhere else", () => {
  const { imported } = convert(instance("authentication {\nauth_type PASS\nauth_pass 1234567890\n}"));
  assert.deepEqual([...imported.secrets], [["auth-eth0-4-51", "12345678"]]);
  const { secrets: _, ...rest } = imported;
  assert.equal(JSON.stringify(rest).includes("1234567"), false);
});

const SCRIPT =
  "vrrp_script chk {\nscript \"/bin/chk 'a b'\"\ninterval 2\ntimeout 1\nrise 2\nfall 3\nweight -20\n}\n";
const CHK = { command: ["/bin/chk", "a b"], every: "2s", timeout: "1s", rise: 2, fall: 3 };
const CHECKS: readonly (readonly [
  name: string,
  text: string,
  track: readonly string[],
  checks: readonly object[],
])[] = [
  [
    "a script",
    `${SCRIPT}${instance("track_script {\nchk\n}")}`,
    ["chk"],
    [{ ...CHK, name: "chk", weight: -20 }],
  ],
  ["one that nobody tracks", `${SCRIPT}${instance()}`, [], []],
  [
    "another weight is another check",
    `${SCRIPT}${instance("track_script {\nchk weight 5\n}")}`,
    ["chk-weight5"],
    [{ ...CHK, name: "chk-weight5", weight: 5 }],
  ],
  [
    "a script for a shell",
    `vrrp_script s {\nscript "pidof a || pidof b"\n}\n${instance("track_script { s }")}`,
    ["s"],
    [{ name: "s", shell: "pidof a || pidof b", every: "1s" }],
  ],
  [
    "processes",
    `vrrp_track_process p {\nprocess /bin/d\nquorum 2\nweight 5\n}\nvrrp_track_process q {\nprocess e\nquorum_max 0\nweight 0\n}\n${instance("track_process {\np\nq\n}")}`,
    ["process-p", "process-q"],
    [
      { name: "process-p", process: "/bin/d", count: "2-", every: "1s", weight: 5 },
      { name: "process-q", process: "e", count: "0-0", every: "1s" },
    ],
  ],
  [
    "users and a bad beginning",
    `global_defs {\nscript_user alice staff\n}\nvrrp_script s {\nscript /s\ninit_fail\n}\nvrrp_script r {\nscript /r\nuser root\n}\n${instance("track_script {\ns\nr\n}")}`,
    ["s", "r"],
    [
      { name: "s", command: ["/s"], every: "1s", init_fail: true, user: "alice", group: "staff" },
      { name: "r", command: ["/r"], every: "1s" },
    ],
  ],
  [
    "interfaces, its own not",
    instance("track_interface {\neth0\neth1\neth2 weight -5\n}"),
    ["link-eth1", "link-eth2-weight-5"],
    [
      { name: "link-eth1", link: "eth1", every: "100ms" },
      { name: "link-eth2-weight-5", link: "eth2", every: "100ms", weight: -5 },
    ],
  ],
  [
    "a file without a weight",
    `track_file t {\nfile /run/t\nweight 0\n}\n${instance("track_file {\nt\n}")}`,
    ["file-t"],
    [{ name: "file-t", file: "/run/t", compare: "== 0", every: "100ms" }],
  ],
  [
    "of a sync group, for its members",
    `${SCRIPT}vrrp_sync_group G {\ngroup {\nV\nW\n}\ntrack_script {\nchk\n}\n}\n${instance()}${instance("", "W", 52)}`,
    ["chk"],
    [{ ...CHK, name: "chk", weight: -20 }],
  ],
];
for (const [name, text, track, checks] of CHECKS) {
  test(`checks: ${name}`, () => {
    const { imported, leftOut } = convert(text);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(imported.elect.routers[0]?.track, track);
    assert.deepEqual(imported.track.checks, checks);
  });
}

const GROUP = "vrrp_sync_group G {\ngroup {\nV\nW\n}\n}\n";
const MEMBER = instance("track_script {\nchk\n}\ntrack_interface {\neth0 weight 5\neth1 weight 0\n}");

test("weights of what a member of a sync group tracks are dropped, and each is told", () => {
  const { imported, leftOut } = convert(`${SCRIPT}${GROUP}${MEMBER}${instance("", "W", 52)}`);
  assert.deepEqual(imported.elect.routers[0]?.track, ["chk-weight0", "link-eth0", "link-eth1"]);
  assert.deepEqual(
    imported.track.checks.map(({ weight }) => weight),
    [undefined, undefined, undefined],
  );
  assert.deepEqual(
    leftOut.map(({ statement, why }) => [statement, /without its weight/.test(why)]),
    [
      ["chk", true],
      ["eth0 weight 5", true],
    ],
  );
});

test("with sync_group_tracking_weight they stay", () => {
  const group = GROUP.replace("{\n", "{\nsync_group_tracking_weight\n");
  const { imported, leftOut } = convert(`${SCRIPT}${group}${MEMBER}${instance("", "W", 52)}`);
  assert.deepEqual(leftOut, []);
  assert.deepEqual(imported.elect.routers[0]?.track, ["chk", "link-eth0-weight5", "link-eth1"]);
});

test("two instances that are one virtual router are refused, with the lines of both", () => {
  assert.throws(() => convert(`${instance()}${instance("", "W")}`), {
    name: "ConfError",
    message: /^f, line 7: W is eth0\/4\/51, as V of f, line 1: needs another virtual_router_id/,
  });
});

test("sync groups and notify scripts", () => {
  const { imported, leftOut } = convert(
    `global_defs { script_user nobody }\nvrrp_sync_group G {\ngroup {\nV\nW\n}\nnotify "/g.sh x"\n}\n${instance(
      "notify_master /m.sh nobody\nnotify \"/n.sh 'a b'\"",
    )}${instance("", "W", 52)}`,
  );
  assert.deepEqual(leftOut, []);
  assert.deepEqual(
    imported.elect.routers.map((router) => router["sync_group"]),
    ["G", "G"],
  );
  assert.deepEqual(imported.notify, {
    user: "nobody",
    instances: [
      { instance: "eth0/4/51", name: "V", notify_master: ["/m.sh"], notify: ["/n.sh", "a b"] },
      { instance: "eth0/4/52", name: "W" },
    ],
    groups: [{ name: "G", members: ["eth0/4/51", "eth0/4/52"], notify: ["/g.sh", "x"] }],
  });
  assert.deepEqual(imported.meanings.instances[0], {
    name: "V",
    interface: "eth0",
    vrid: 51,
    vips: ["192.0.2.51/32"],
  });
});

const LEFT: readonly (readonly [text: string, line: number, statement: string, why: RegExp])[] = [
  ["global_defs {\nsmtp_server 127.0.0.1\n}", 2, "smtp_server 127.0.0.1", /mail/],
  ["global_defs {\nvrrp_garp_master_refresh 60\n}", 2, "vrrp_garp_master_refresh 60", /--refresh/],
  ["global_defs {\nvrrp_rt_priority 50\n}", 2, "vrrp_rt_priority 50", /--realtime/],
  ["virtual_server 192.0.2.1 80 {\nreal_server 1.1.1.1 80 {\n}\n}", 1, "virtual_server 192.0.2.1 80", /load/],
  ["wibble 7", 1, "wibble 7", /unknown/],
  [instance("wobble"), 5, "wobble", /unknown/],
  [instance("virtual_routes {\n192.0.2.0/24 dev eth0\n}"), 5, "virtual_routes", /ip route|loop|routes/],
  [instance("advert_int 0.4"), 5, "advert_int 0.4", /version 2 cannot say it: it is 1 s/],
  [instance("priority 300"), 5, "priority 300", /1 to 255/],
  [instance("state MASTER\nnopreempt"), 6, "nopreempt", /MASTER/],
  [instance("use_vmac vrrp51"), 5, "use_vmac vrrp51", /--name/],
  [instance("virtual_ipaddress_excluded {\n192.0.2.9\n}"), 6, "192.0.2.9", /advertised/],
  [instance("virtual_ipaddress {\n192.0.2.9 dev eth1\n}"), 6, "192.0.2.9 dev eth1", /owned on eth0/],
  [instance("virtual_ipaddress {\n2001:db8::9\n}"), 6, "2001:db8::9", /family/],
  [instance("virtual_ipaddress {\n192.0.2.51\n}"), 6, "192.0.2.51", /twice/],
  [instance("virtual_ipaddress {\n192.0.2.x\n}"), 6, "192.0.2.x", /192\.0\.2\.x/],
  [instance("unicast_src_ip 192.0.2.x"), 5, "unicast_src_ip 192.0.2.x", /needs an IPv4 or IPv6 address/],
  [instance("mcast_src_ip"), 5, "mcast_src_ip", /needs an IPv4 or IPv6 address/],
  [instance("unicast_peer {\n192.0.2.2\nb\n}"), 7, "b", /needs an IPv4 or IPv6 address/],
  [instance("authentication {\nauth_type AH\nauth_pass x\n}"), 5, "authentication", /IPsec/],
  [instance("version 3\nauthentication {\nauth_type PASS\nauth_pass x\n}"), 6, "authentication", /version 3/],
  [instance("track_script {\nnone\n}"), 6, "none", /no script/],
  [instance("track_process {\np\n}"), 6, "p", /no process/],
  ["vrrp_track_process p {\nprocess /bin/d -x\n}", 2, "process /bin/d -x", /arguments/],
  ["vrrp_track_process p {\nprocess d\ndelay 3\n}", 3, "delay 3", /how many/],
  [instance("notify_fault /f.sh alice"), 5, "notify_fault /f.sh alice", /one user/],
  ["vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n}", 1, "vrrp_instance V", /an address/],
  [`${instance()}${instance("", "V", 52)}`, 7, "vrrp_instance V", /twice/],
  [`vrrp_sync_group G {\ngroup {\nV\n}\n}\n${instance()}`, 1, "vrrp_sync_group G", /two members/],
  [`${instance()}vrrp_sync_group G {\ngroup {\nV\nX\n}\n}`, 7, "vrrp_sync_group G", /no instance X/],
];
for (const [text, line, statement, why] of LEFT) {
  test(`left out: ${statement}`, () => {
    const [first] = convert(text).leftOut;
    assert.deepEqual([first?.file, first?.line, first?.statement], ["f", line, statement]);
    assert.match(first?.why ?? "", why);
  });
}
