/** What owning means on a host: names, settings, addresses. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Claim } from "./owner-table.ts";
import {
  checkInterfaceName,
  type Mode,
  type OwnSettings,
  type Plan,
  planOf,
  virtualInterfaceName,
} from "./plan.ts";
import { stepsToOwn } from "./plan-steps.ts";

const NAMES: [number, number, string][] = [
  [2, 51, "vrrp4-2-51"],
  [99999, 255, "vrrp4-99999-255"],
  [123456, 255, "v4-123456-255"],
];
for (const [parentIndex, vrid, name] of NAMES) {
  test(`virtualInterfaceName() makes ${name}: at most 15 characters, no dot`, () => {
    assert.equal(virtualInterfaceName(4, parentIndex, vrid), name);
    assert.ok(name.length <= 15 && !name.includes("."));
  });
}

for (const name of ["", "a.b", "sixteen-letters-", "a/b", "a b", "a:b", "x{vrid}"]) {
  test(`checkInterfaceName() refuses "${name}"`, () => {
    assert.throws(() => checkInterfaceName(name), /needs 1 to 15 characters/);
  });
}

const CLAIM: Claim = {
  instance: "eth0/4/51",
  parent: "eth0",
  vrid: 51,
  vmac: "00:00:5e:00:01:33",
  vips: ["192.0.2.100/32"],
  epoch: 1,
  isLeased: true,
};
const CLAIM6: Claim = {
  ...CLAIM,
  instance: "eth0/6/51",
  vmac: "00:00:5e:00:02:33",
  vips: ["fe80::100/128", "2001:db8::100/64"],
};
const SETTINGS: OwnSettings = { macvlanMode: "private", hasAddress: true, isAccepting: true };
const FACTS = {
  parentIndex: 2,
  parentMac: "02:00:00:00:00:01",
  parentPrefixes: [{ address: "192.0.2.1", length: 24 }],
  parentLinkLocal: undefined,
  forwarding: "1",
};

const plan = (claim: Partial<Claim>, settings: Partial<OwnSettings> = {}): Plan =>
  planOf({ ...CLAIM, ...claim }, { ...SETTINGS, ...settings }, FACTS);

/** What is asked for, and what of the plan follows from it. */
const PLANS: readonly (readonly [fact: string, plan: Plan, expected: Partial<Plan>])[] = [
  [
    "a virtual MAC means a macvlan",
    plan({}),
    { mode: "macvlan", interfaceName: "vrrp4-2-51", mac: "00:00:5e:00:01:33" },
  ],
  [
    "no virtual MAC means the NIC's own",
    plan({ vmac: null }),
    { mode: "address", interfaceName: "eth0", mac: "02:00:00:00:00:01", parentSettings: [], link: undefined },
  ],
  [
    "the fence is keyed by the virtual MAC also where nobody carries it",
    plan({ vmac: null }),
    { fenceKey: "00:00:5e:00:01:33" },
  ],
  [
    "--mode address wins over a virtual MAC",
    plan({}, { mode: "address" }),
    { mode: "address", interfaceName: "eth0" },
  ],
  [
    "--mode rewrite has the virtual MAC on the NIC, which asks from its own addresses",
    plan({}, { mode: "rewrite" }),
    {
      mode: "rewrite",
      interfaceName: "eth0",
      mac: "00:00:5e:00:01:33",
      link: undefined,
      parentSettings: [{ path: "net/ipv4/conf/eth0/arp_announce", value: "2" }],
    },
  ],
  ["a name is filled in", plan({}, { nameTemplate: "vip{family}-{vrid}" }), { interfaceName: "vip4-51" }],
  ["--no-address leaves no address", plan({}, { hasAddress: false }), { addresses: [] }],
  [
    "IPv6 changes no setting of the parent",
    plan(CLAIM6),
    { parentSettings: [], fenceKey: "00:00:5e:00:02:33" },
  ],
];
for (const [fact, actual, expected] of PLANS) {
  test(`planOf(): ${fact}`, () => {
    const keys = Object.keys(expected) as (keyof Plan)[];
    assert.deepEqual(Object.fromEntries(keys.map((key) => [key, actual[key]])), expected);
  });
}

const ADDRESSES: readonly (readonly [vip: string, mode: Mode, command: string])[] = [
  ["192.0.2.100/32", "macvlan", "192.0.2.100/32 noprefixroute dev vrrp4-2-51"],
  ["192.0.2.100/24", "macvlan", "192.0.2.100/24 noprefixroute dev vrrp4-2-51"],
  ["192.0.2.100/25", "macvlan", "192.0.2.100/25 noprefixroute dev vrrp4-2-51"],
  ["192.0.2.100/23", "macvlan", "192.0.2.100/23 dev vrrp4-2-51"],
  ["192.0.2.100/24", "rewrite", "192.0.2.100/24 noprefixroute dev eth0"],
  ["203.0.113.100/24", "address", "203.0.113.100/24 dev eth0"],
  ["fe80::100/128", "macvlan", "fe80::100/64 preferred_lft 0 valid_lft forever nodad dev vrrp6-2-51"],
  [
    "fe80::100/128",
    "address",
    "fe80::100/128 preferred_lft 0 valid_lft forever nodad noprefixroute dev eth0",
  ],
];
for (const [vip, mode, command] of ADDRESSES) {
  test(`${vip} in ${mode} mode has a route for its prefix only where nothing else leads there: ${command}`, () => {
    const claim = { ...(vip.includes(":") ? CLAIM6 : CLAIM), vips: [vip] };
    const steps = stepsToOwn(claim.instance, planOf(claim, { ...SETTINGS, mode }, FACTS), undefined);
    assert.deepEqual(
      steps.filter(({ what }) => what === "VIP").map((step) => step.command),
      [`ip address add ${command}`],
    );
  });
}

test("a VIP that stands on the NIC itself is no address that leads to its network", () => {
  const parentPrefixes = [{ address: "192.0.2.100", length: 24 }];
  const made = planOf(
    { ...CLAIM, vips: ["192.0.2.100/24"] },
    { ...SETTINGS, mode: "rewrite" },
    { ...FACTS, parentPrefixes },
  );
  assert.equal(made.addresses[0]!.hasPrefixRoute, true);
});

test("--mode rewrite has the NIC take frames for the virtual MAC before the address is there", () => {
  const steps = stepsToOwn(CLAIM.instance, plan({}, { mode: "rewrite" }), undefined);
  assert.deepEqual(
    steps.map(({ command }) => command),
    [
      "bridge fdb add 00:00:5e:00:01:33 dev eth0 self",
      "sysctl -w net/ipv4/conf/eth0/arp_announce=2",
      "ip address add 192.0.2.100/32 noprefixroute dev eth0",
    ],
  );
});

test("the macvlan answers ARP for its own addresses alone, forwards if its parent does, is lenient about paths, and takes no router's word", () => {
  const settings = (made: Plan): string[] => made.linkSettings.map(({ path, value }) => `${path}=${value}`);
  const alone = settings(plan({}, { hasAddress: false }));
  assert.ok(alone.includes("net/ipv4/conf/vrrp4-2-51/rp_filter=0"), "without an address nothing else passes");
  assert.deepEqual(settings(plan({})), [
    "net/ipv4/conf/vrrp4-2-51/arp_ignore=1",
    "net/ipv4/conf/vrrp4-2-51/rp_filter=2",
    "net/ipv4/conf/vrrp4-2-51/forwarding=1",
  ]);
  assert.deepEqual(settings(plan(CLAIM6)), [
    "net/ipv4/conf/vrrp6-2-51/arp_ignore=1",
    "net/ipv6/conf/vrrp6-2-51/disable_ipv6=0",
    "net/ipv6/conf/vrrp6-2-51/accept_ra=0",
    "net/ipv6/conf/vrrp6-2-51/autoconf=0",
    "net/ipv6/conf/vrrp6-2-51/router_solicitations=0",
    "net/ipv6/conf/vrrp6-2-51/forwarding=1",
  ]);
});
