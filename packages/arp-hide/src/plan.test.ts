import assert from "node:assert/strict";
import test from "node:test";
import { Arptables, tableLine } from "@viptools/kernel";
import type { HostChange } from "./host-change.ts";
import { type Hiding, type Method, nameNow, neededSettings } from "./plan.ts";
import { stepsToHide, stepsToRemove } from "./plan-steps.ts";
import { redirectRules } from "./redirect-rules.ts";
import { hidingRules } from "./rules.ts";

const hiding = (vip: string, method: Method, name = "eth0"): Hiding => ({ interface: name, vip, method });

const ANNOUNCE = "arp_announce=2";
const SETTINGS: readonly (readonly [fact: string, hidden: Hiding[], ignore: number, settings: string[]])[] = [
  ["nothing hidden", [], 0, []],
  ["IPv4", [hiding("192.0.2.100", "sysctl")], 0, ["arp_ignore=1", ANNOUNCE]],
  [
    "IPv4 where a director has set it already",
    [hiding("192.0.2.100", "sysctl")],
    1,
    ["arp_ignore=1", ANNOUNCE],
  ],
  ["IPv4 where somebody wants it stricter", [hiding("192.0.2.100", "sysctl")], 2, [ANNOUNCE]],
  ["IPv4 where nobody is answered", [hiding("192.0.2.100", "sysctl")], 8, [ANNOUNCE]],
  ["a value that hides nothing", [hiding("192.0.2.100", "sysctl")], 5, ["arp_ignore=1", ANNOUNCE]],
  ["IPv6 alone", [hiding("2001:db8::100", "sysctl")], 0, []],
  ["by rules", [hiding("192.0.2.100", "nft")], 0, []],
  ["on another interface", [hiding("192.0.2.100", "sysctl", "eth1")], 0, []],
];
for (const [fact, hidden, ignore, settings] of SETTINGS)
  test(`settings: ${fact}`, () => {
    const found = neededSettings(hidden, "eth0", ignore).map(({ path, value }) => `${path}=${value}`);
    assert.deepEqual(
      found,
      settings.map((setting) => `net/ipv4/conf/eth0/${setting}`),
    );
  });

const NOTED = [hiding("192.0.2.100", "sysctl"), { ...hiding("192.0.2.101", "sysctl"), ifindex: 2 }];
const NAMES: readonly (readonly [fact: string, links: [index: number, name: string][], now: string])[] = [
  ["as it was", [[2, "eth0"]], "eth0"],
  ["renamed", [[2, "lan0"]], "lan0"],
  [
    "renamed, and another has its name",
    [
      [2, "lan0"],
      [3, "eth0"],
    ],
    "lan0",
  ],
  ["another in its place", [[3, "eth0"]], "eth0"],
  ["gone", [], "eth0"],
];
for (const [fact, links, now] of NAMES)
  test(`the name of an interface: ${fact}`, () => {
    const there = links.map(([index, name]) => ({ index, name }));
    assert.equal(nameNow("eth0", NOTED, there), now);
    assert.equal(nameNow("eth1", NOTED, there), "eth1");
  });

const VIPS = ["192.0.2.100", "2001:db8::100"];
const NOTHING: HostChange = { settings: [], rules: [], arptables: undefined, tunnels: [], places: [] };
const ARPTABLES = new Arptables("arptables", true);
const RULES = hidingRules({ interface: "eth0", vips: VIPS, ownAddress: "192.0.2.2" });
const TUNNEL = {
  name: "tunl0",
  isMade: true,
  isRaised: true,
  settings: [{ path: "net/ipv4/conf/tunl0/rp_filter", value: "0" }],
};

/** @returns the commands without their details. */
function kinds(steps: readonly { command: string }[]): string[] {
  return steps.map(({ command }) => command.split(" ").slice(0, 3).join(" "));
}

test("what keeps quiet comes before the addresses, and goes after them", () => {
  const change: HostChange = {
    settings: neededSettings([hiding("192.0.2.100", "sysctl")], "eth0", 0),
    rules: [{ family: "netdev", interface: "eth0", rules: RULES, isLoaded: false }],
    arptables: { used: ARPTABLES, commands: [["-N", "hide-eth0-in"]], dropsTable: false },
    tunnels: [TUNNEL],
    places: VIPS.map((vip) => ({ vip, holder: "tunl0" })),
  };
  const sysctls = ["arp_ignore=1", "arp_announce=2"].map((one) => `sysctl -w net/ipv4/conf/eth0/${one}`);
  const filter = "sysctl -w net/ipv4/conf/tunl0/rp_filter=0";
  assert.deepEqual(kinds(stepsToHide(change)), [
    ...sysctls,
    "nft 'table netdev",
    "arptables -N hide-eth0-in",
    ...["ip link add", filter, "ip link set"],
    ...["ip address add", "ip address add"],
  ]);
  const gone = { family: "netdev", interface: "eth0", rules: undefined, isLoaded: true } as const;
  const back = { used: ARPTABLES, commands: [["-X", "hide-eth0-in"]], dropsTable: true };
  assert.deepEqual(kinds(stepsToRemove({ ...change, rules: [gone], arptables: back })), [
    ...["ip address del", "ip address del"],
    ...[filter, "ip link set", "ip link del"],
    "nft 'delete table",
    "arptables -X hide-eth0-in",
    "nft delete table",
    ...sysctls,
  ]);
});

test("rules that stand are replaced in one command, and none are removed where none stand", () => {
  const change = { family: "netdev", interface: "eth0", rules: RULES, isLoaded: true } as const;
  const [step] = stepsToHide({ ...NOTHING, rules: [change] });
  assert.match(step!.command, /^nft 'delete table netdev hide_eth0; table netdev hide_eth0 \{/);
  assert.deepEqual(
    stepsToRemove({ ...NOTHING, rules: [{ ...change, rules: undefined, isLoaded: false }] }),
    [],
  );
});

test("a redirect names the interface, the VIP and the service; what is left for a VIP is dropped", () => {
  const turned = [
    { ...hiding("192.0.2.100", "redirect"), to: ["tcp/80", "udp/53"] },
    hiding("2001:db8::100", "redirect"),
  ];
  const line = tableLine(redirectRules("eth0", turned));
  for (const rule of [
    'iifname "eth0" ip daddr 192.0.2.100 tcp dport 80 counter redirect',
    'iifname "eth0" ip daddr 192.0.2.100 udp dport 53 counter redirect',
    'iifname "eth0" ip6 daddr 2001:db8::100 counter redirect',
    'iifname "eth0" ip daddr @vips counter drop',
    'iifname "eth0" ip6 daddr @vips6 counter drop',
  ])
    assert.ok(line.includes(rule), `${rule} in ${line}`);
});
