import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { parseIntervalUs, parseSource, parseTarget, parseTargetMac } from "./choices.ts";
import { RecordTargets, Repeats } from "./record-targets.ts";
import { PLAIN_SHAPE } from "./shape.ts";
import { chooseTarget, objectionTo } from "./target-choice.ts";

const NIC = "02:00:00:00:00:01";
const VMAC = "00:00:5e:00:01:33";
const HOST = {
  nic: { name: "eth0" },
  mac: NIC,
  owners: new Map([
    ["192.0.2.1", { mac: NIC, interfaceName: "eth0" }],
    ["192.0.2.100", { mac: VMAC, interfaceName: "vrrp4-2-51" }],
    ["2001:db8::100", { mac: VMAC, interfaceName: "vrrp6-2-51" }],
  ]),
  interfaces: new Map([["192.0.2.8", "lo"]]),
} as unknown as Parameters<typeof chooseTarget>[1];
const GATEWAYS = new Set(["192.0.2.254", "192.0.2.1"]);

const OBJECTIONS: [string, string, string, boolean, RegExp | undefined][] = [
  ["an address of this host", "192.0.2.1", "auto", false, undefined],
  ["one of a macvlan on it", "192.0.2.100", "auto", false, undefined],
  ["one of nobody here", "192.0.2.7", "auto", false, /not on this host: --mac .*, --force/],
  ["one of nobody here, with its MAC", "192.0.2.7", VMAC, false, undefined],
  ["one of nobody here, forced", "192.0.2.7", "auto", true, undefined],
  ["one of another interface", "192.0.2.8", "auto", false, /is on lo, and not on eth0: --mac .*, --force/],
  ["the gateway", "192.0.2.254", "auto", false, /default gateway .*: announce it on the gateway, or --force/],
  ["the gateway, with a MAC", "192.0.2.254", VMAC, false, /default gateway/],
  ["the gateway, forced", "192.0.2.254", VMAC, true, undefined],
];
for (const [name, address, mac, isForced, wanted] of OBJECTIONS) {
  test(`objectionTo() ${name}: ${wanted ?? "none"}`, () => {
    const objection = objectionTo(address, HOST, GATEWAYS, { mac, isForced });
    if (wanted === undefined) assert.equal(objection, undefined);
    else assert.match(objection ?? "", wanted);
  });
}

const CHOSEN: [string, string, string, string, boolean][] = [
  ["an own address", "192.0.2.1", "auto", NIC, false],
  ["one of a macvlan", "192.0.2.100", "auto", VMAC, false],
  ["one of nobody", "192.0.2.7", "auto", NIC, false],
  ["a given MAC", "192.0.2.1", VMAC, VMAC, false],
  ["IPv6 where its own interface forwards", "2001:db8::100", "auto", VMAC, true],
  ["IPv6 of nobody", "2001:db8::7", "auto", NIC, false],
];
for (const [name, address, mac, wanted, isRouter] of CHOSEN) {
  test(`chooseTarget() of ${name}: ${wanted}`, () => {
    const isRouterOn = (interfaceName: string): boolean => interfaceName === "vrrp6-2-51";
    const target = chooseTarget(address, HOST, { mac, isForced: true, isRouterOn, shape: PLAIN_SHAPE });
    assert.deepEqual([target.mac, target.isRouter], [wanted, isRouter]);
  });
}

const REFUSED: [string, () => unknown, RegExp][] = [
  ["-i eth0", () => parseIntervalUs("eth0"), /did you mean -I eth0\? -i is the interval/],
  ["-i 1x", () => parseIntervalUs("1x"), /duration "1x"/],
  ["-s with a MAC", () => parseSource("02:00:00:00:00:0A"), /did you mean --mac 02:00:00:00:00:0A\? -s is/],
  ["-s with a word", () => parseSource("eth0"), /IPv4 address "eth0"/],
  ["--tha with a word", () => parseTargetMac("broadcast"), /MAC address "broadcast"/],
  ["a group", () => parseTarget("224.0.0.18"), /is a group/],
  ["nobody's address", () => parseTarget("0.0.0.0"), /no address of a host/],
  ["everybody's address", () => parseTarget("255.255.255.255"), /no address of a host/],
  ["the loopback's address", () => parseTarget("::1"), /no address of a host/],
];
for (const [name, parse, wanted] of REFUSED) {
  test(`${name} is refused with a hint`, () =>
    assert.throws(parse, (error) => error instanceof SyntaxError && wanted.test(error.message)));
}

const TARGET_MACS: [string, string][] = [
  ["zero", "00:00:00:00:00:00"],
  ["ones", "ff:ff:ff:ff:ff:ff"],
  ["own", "own"],
  ["02-00-00-00-00-0A", "02:00:00:00:00:0a"],
];
for (const [text, mac] of TARGET_MACS)
  test(`parseTargetMac() reads "${text}"`, () => assert.equal(parseTargetMac(text), mac));

const owner = (mac: string, last_seen: string) => ({ mac, first_seen: "2026-01-01", last_seen });
const OWNERS = [owner(VMAC, "2026-01-03"), owner(NIC, "2026-01-02")];
const PEER = { type: "vrrp.peer", instance: "eth0/4/51", address: "192.0.2.1", vips: ["192.0.2.100/24"] };

const RECORDS: [string, Record<string, unknown>[], unknown[]][] = [
  [
    "vmac.up",
    [{ type: "vmac.up", parent: "eth0", vips: ["192.0.2.100/32", "2001:db8::100/64"] }],
    [{ address: "192.0.2.100" }, { address: "2001:db8::100" }],
  ],
  ["vmac.up of another interface", [{ type: "vmac.up", parent: "eth1", vips: ["192.0.2.100/32"] }], []],
  ["vmac.down", [{ type: "vmac.down", parent: "eth0", vips: ["192.0.2.100/32"] }], []],
  [
    "vrrp.state active",
    [{ type: "vrrp.state", state: "active", interface: "eth0", vips: ["192.0.2.100/32"] }],
    [{ address: "192.0.2.100" }],
  ],
  [
    "vrrp.state backup",
    [{ type: "vrrp.state", state: "backup", interface: "eth0", vips: ["192.0.2.100/32"] }],
    [],
  ],
  [
    "vrrp.healed after vrrp.peer",
    [PEER, { type: "vrrp.healed", instance: "eth0/4/51", to: "192.0.2.1" }],
    [{ address: "192.0.2.100" }],
  ],
  [
    "vrrp.healed to a router that was never heard",
    [PEER, { type: "vrrp.healed", instance: "eth0/4/51", to: "192.0.2.2" }],
    [],
  ],
  [
    "vrrp.healed of another interface",
    [
      { ...PEER, instance: "eth1/4/51" },
      { type: "vrrp.healed", instance: "eth1/4/51", to: "192.0.2.1" },
    ],
    [],
  ],
  [
    "arp.conflict: whoever spoke last",
    [{ type: "arp.conflict", interface: "eth0", ip: "192.0.2.100", owners: OWNERS }],
    [{ address: "192.0.2.100" }],
  ],
  [
    "arp.changed: not by its place in the list",
    [{ type: "arp.changed", ip: "192.0.2.100", owners: OWNERS }],
    [{ address: "192.0.2.100", lastOwner: VMAC }],
  ],
  [
    "arp.flip_flop of another interface",
    [{ type: "arp.flip_flop", interface: "eth1", ip: "192.0.2.100", owners: OWNERS }],
    [],
  ],
  ["arp.seen", [{ type: "arp.seen", interface: "eth0", spa: "192.0.2.100" }], []],
];
for (const [name, records, wanted] of RECORDS) {
  test(`RecordTargets: ${name}`, () => {
    const targets = new RecordTargets("eth0");
    const found = records.flatMap((record) => targets.wantedBy(record as unknown as KnownRecord));
    assert.deepEqual(found, wanted);
  });
}

test("Repeats: not twice in a second, each address for itself", () => {
  const repeats = new Repeats();
  assert.equal(repeats.isRecent("192.0.2.1", 0), false);
  repeats.note("192.0.2.1", 0);
  assert.equal(repeats.isRecent("192.0.2.1", 999_999), true);
  assert.equal(repeats.isRecent("192.0.2.2", 0), false);
  assert.equal(repeats.isRecent("192.0.2.1", 1_000_000), false);
});
