/** The rules of the fence, as `nft` writes them. What they do to frames is seen in the lab. */
import assert from "node:assert/strict";
import test from "node:test";
import { tableLine } from "@viptools/kernel";
import { type FenceOptions, fenceRules, fenceTable } from "./fence.ts";

test("fenceTable() makes a name that nft takes, whatever the interface is called", () => {
  assert.equal(fenceTable("eth0", 4, 51), "vmac_eth0_4_51");
  assert.equal(fenceTable("bond0.12", 4, 51), "vmac_bond0.12_4_51");
  assert.equal(fenceTable("a@b:c", 4, 1), "vmac_a_b_c_4_1");
});

const IPV4: FenceOptions = {
  table: "t",
  family: 4,
  parent: "eth0",
  key: "00:00:5e:00:01:33",
  vmac: "00:00:5e:00:01:33",
  nicMac: "02:00:00:00:00:01",
  nicLinkLocal: undefined,
  vips: ["192.0.2.100"],
  isRewriting: false,
  hasGates: true,
  isAccepting: true,
  defaultMs: 1000,
};
const IPV6: FenceOptions = { ...IPV4, family: 6, vips: ["2001:db8::100"] };

/** Rules of one chain, without their verdicts' counters. */
function rulesOf(options: FenceOptions, chain: string): string[] {
  const found = fenceRules(options).chains.find(({ name }) => name === chain);
  return (found?.rules ?? []).map((rule) => rule.map(({ text }) => text).join(" "));
}

const NOT_ACCEPTING: readonly (readonly [fact: string, options: FenceOptions, first: readonly string[]])[] = [
  ["IPv4 drops packets to the VIP, not ARP", IPV4, ["meta protocol ip ip daddr @vips counter drop"]],
  [
    "IPv6 lets neighbour discovery through (RFC 9568, rows 650 and 655)",
    IPV6,
    [
      "meta protocol ip6 ip6 daddr @vips meta protocol ip6 meta l4proto icmpv6 icmpv6 type >= 135 icmpv6 type <= 136 goto if_serve",
      "meta protocol ip6 ip6 daddr @vips counter drop",
    ],
  ],
];
for (const [fact, options, first] of NOT_ACCEPTING) {
  test(`--no-accept: ${fact}`, () => {
    const rules = rulesOf({ ...options, isAccepting: false }, "in");
    assert.deepEqual(rules.slice(0, first.length), first);
    assert.equal(rules.length, rulesOf(options, "in").length + first.length);
  });
}

test("without leases nothing asks for a permission", () => {
  const { sets, chains } = fenceRules({ ...IPV4, hasGates: false, isAccepting: false });
  assert.deepEqual([sets.map(({ name }) => name), chains.map(({ name }) => name)], [["vips"], ["in"]]);
});

test("S7 who may serve and not speak sends data from the NIC's MAC, and teaches nobody", () => {
  assert.deepEqual(rulesOf(IPV4, "if_voice"), [
    "ether saddr and 00:00:00:00:00:00 or 00:00:5e:00:01:33 @voice accept",
    "meta l4proto igmp counter drop",
    "meta protocol ip ether saddr and 00:00:00:00:00:00 or 00:00:5e:00:01:33 @serve ether saddr set 02:00:00:00:00:01 accept",
    "counter drop",
  ]);
  assert.ok(rulesOf({ ...IPV4, vmac: null }, "if_voice").every((rule) => !rule.includes("set 02")));
});

const REWRITING: FenceOptions = { ...IPV4, isRewriting: true };
const REWRITING6: FenceOptions = {
  ...IPV6,
  isRewriting: true,
  key: "00:00:5e:00:02:33",
  vmac: "00:00:5e:00:02:33",
  nicLinkLocal: "fe80::1",
};
const VOICE = "ether saddr and 00:00:00:00:00:00 or 00:00:5e:00:01:33 @voice";
const SERVE = "ether saddr and 00:00:00:00:00:00 or 00:00:5e:00:01:33 @serve";

test("rewriting takes the virtual MAC off for who may serve, and puts it on for who may speak", () => {
  assert.deepEqual(rulesOf(REWRITING, "if_serve"), [
    `${SERVE} ether daddr 00:00:5e:00:01:33 ether daddr set 02:00:00:00:00:01 meta pkttype set host accept`,
    `${SERVE} accept`,
    "counter drop",
  ]);
  assert.deepEqual(rulesOf(REWRITING, "if_voice"), [
    `${VOICE} meta protocol arp arp saddr ether set 00:00:5e:00:01:33 ether saddr set 00:00:5e:00:01:33 accept`,
    `${VOICE} ether saddr set 00:00:5e:00:01:33 accept`,
    "meta l4proto igmp counter drop",
    `meta protocol ip ${SERVE} ether saddr set 02:00:00:00:00:01 accept`,
    "counter drop",
  ]);
  assert.equal(rulesOf(REWRITING, "out").at(-1), "meta protocol ip ip saddr @vips goto if_voice");
});

test("rewriting IPv6 puts it into options of discovery too, and lets none with another MAC out", () => {
  const rules = rulesOf(REWRITING6, "if_voice").map((rule) =>
    rule.replace(/^ether saddr and \S+ or \S+ /, ""),
  );
  const discovery = "meta protocol ip6 meta l4proto icmpv6 icmpv6 type";
  const option = "@th,208,48 set 0x00005e000233 ip6 length set 24146 @nh,32,16 set 32";
  assert.deepEqual(rules.slice(0, 6), [
    `@voice ${discovery} 135 @th,192,64 0x0101020000000001 ${option} ether saddr set 00:00:5e:00:02:33 accept`,
    `@voice ${discovery} 136 @th,192,64 0x0201020000000001 ${option} ether saddr set 00:00:5e:00:02:33 accept`,
    `@voice ${discovery} >= 135 icmpv6 type <= 136 @th,208,48 != 0x00005e000233 counter drop`,
    `@voice ${discovery} 133 counter drop`,
    "@voice ether saddr set 00:00:5e:00:02:33 accept",
    `@serve ${discovery} 135 ip6 saddr @vips ip6 saddr set fe80::1 ether saddr set 02:00:00:00:00:01 accept`,
  ]);
  const unnamed = rulesOf({ ...REWRITING6, nicLinkLocal: undefined }, "if_voice").join();
  assert.ok(!unnamed.includes("ip6 saddr set"), "without an address of its own it cannot ask");
});

test("rewriting without leases asks for no permission, and drops nothing of the kernel's", () => {
  const { sets, chains } = fenceRules({ ...REWRITING, hasGates: false });
  assert.deepEqual(
    sets.map(({ name }) => name),
    ["vips"],
  );
  assert.ok(chains.every(({ rules }) => rules.flat().every(({ text }) => !/drop|@serve|@voice/.test(text))));
  assert.deepEqual(rulesOf({ ...REWRITING, hasGates: false }, "in"), [
    "ether daddr 00:00:5e:00:01:33 goto if_serve",
  ]);
});

test("--no-accept in rewrite mode takes the virtual MAC off for neighbour discovery too", () => {
  for (const hasGates of [true, false]) {
    const [first] = rulesOf({ ...REWRITING6, hasGates, isAccepting: false }, "in");
    assert.match(first!, /icmpv6 type >= 135 icmpv6 type <= 136 goto if_serve$/);
  }
});

test("S2 the virtual MAC is watched only where there is one", () => {
  const text = (options: FenceOptions): string => tableLine(fenceRules(options));
  assert.ok(text(IPV6).includes("ether saddr 00:00:5e:00:01:33 goto if_voice"));
  assert.ok(!text({ ...IPV6, vmac: null }).includes("ether saddr 00:00:5e"));
});
