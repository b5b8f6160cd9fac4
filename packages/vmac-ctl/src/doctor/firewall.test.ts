/** Rules as nft and iptables list them, and what of a virtual router they drop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CLEAN, NIC, VMAC } from "./clean.fixture.ts";
import type { Facts } from "./facts.ts";
import type { Chain } from "./firewall.ts";
import { checkFirewall } from "./firewall-checks.ts";
import { readIptables } from "./iptables-rules.ts";
import { readNftRuleset } from "./nft-ruleset.ts";

type Json = object;

const is = (protocol: string, field: string, right: unknown, op = "=="): Json => ({
  match: { op, left: { payload: { protocol, field } }, right },
});
const meta = (key: string, right: unknown, op = "=="): Json => ({
  match: { op, left: { meta: { key } }, right },
});
const DROP: Json = { drop: null };
const ACCEPT: Json = { accept: null };

interface ChainText {
  readonly family?: string;
  readonly name?: string;
  readonly table?: string;
  readonly hook?: string;
  readonly policy?: string;
  readonly dev?: string;
  readonly rules: readonly (readonly Json[])[];
}

/** Chains of one ruleset; a name of its own has no hook. */
function nft(...chains: readonly ChainText[]): Chain[] {
  const objects = chains.flatMap(({ family = "inet", table = "t", rules, ...chain }) => {
    const name = chain.name ?? "c";
    const base =
      chain.name === undefined ? { type: "filter", hook: "input", prio: 0, policy: "accept", ...chain } : {};
    return [
      { chain: { family, table, name, handle: 1, ...base } },
      ...rules.map((expr, n) => ({ rule: { family, table, chain: name, handle: n + 2, expr } })),
    ];
  });
  return readNftRuleset(JSON.stringify({ nftables: [{ metainfo: {} }, ...objects] }));
}

function iptables(...lines: readonly string[]): Chain[] {
  const text = ["# Generated", "*filter", ":INPUT ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]", ...lines, "COMMIT"];
  return readIptables(text.join("\n"), 4, "iptables-save");
}

const NETDEV = { family: "netdev", hook: "ingress", dev: "eth0" };
const EGRESS = { ...NETDEV, hook: "egress" };
const SETS = [{ set: [6, 112] }, { set: [{ range: [100, 120] }] }];

/** Rules, the severity and code that follow, and something of what is said. */
const DROPS: readonly (readonly [what: string, chains: Chain[], code: string, shown: RegExp])[] = [
  [
    "protocol 112 at input",
    nft({ rules: [[is("ip", "protocol", "vrrp"), DROP]] }),
    "warning nft",
    /rule 2 of chain inet t c drops VRRP adverts .* come in/,
  ],
  [
    "l4proto 112 by number",
    nft({ rules: [[meta("l4proto", 112), DROP]] }),
    "warning nft",
    /nft delete rule inet t c handle 2/,
  ],
  ["a set that has it", nft({ rules: [[meta("l4proto", SETS[0]), DROP]] }), "warning nft", /rule 2/],
  ["a range that has it", nft({ rules: [[meta("l4proto", SETS[1]), DROP]] }), "warning nft", /rule 2/],
  ["all but TCP", nft({ rules: [[meta("l4proto", "tcp", "!="), DROP]] }), "warning nft", /rule 2/],
  [
    "the group of VRRP",
    nft({ rules: [[is("ip", "daddr", { prefix: { addr: "224.0.0.0", len: 4 } }), DROP]] }),
    "warning nft",
    /rule 2/,
  ],
  ["rejected", nft({ rules: [[meta("l4proto", 112), { reject: null }]] }), "warning nft", /rule 2/],
  [
    "a policy",
    nft({ policy: "drop", rules: [[is("tcp", "dport", 22), ACCEPT]] }),
    "warning nft",
    /chain inet t c drops what no rule accepts.*nft insert rule inet t c meta l4proto 112 accept/,
  ],
  [
    "a policy behind what connection tracking knows",
    nft({
      policy: "drop",
      rules: [
        [{ match: { op: "in", left: { ct: { key: "state" } }, right: ["established", "related"] } }, ACCEPT],
      ],
    }),
    "warning nft",
    /what no rule accepts/,
  ],
  [
    "output",
    nft({ hook: "output", rules: [[meta("l4proto", 112), DROP]] }),
    "warning nft",
    /go out.*unicast peers/,
  ],
  [
    "egress",
    nft({ ...EGRESS, rules: [[meta("protocol", "ip"), is("ip", "protocol", 112), DROP]] }),
    "error nft",
    /advertises in vain/,
  ],
  [
    "ARP at ingress",
    nft({ ...NETDEV, rules: [[meta("protocol", "arp"), DROP]] }),
    "error nft",
    /ARP questions that come in/,
  ],
  [
    "sources that are not the NIC's, at egress",
    nft({ ...EGRESS, rules: [[is("ether", "saddr", NIC.mac, "!="), DROP]] }),
    "error nft",
    /drops VRRP adverts .* go out and ARP answers that go out/,
  ],
  [
    "frames for the virtual MAC",
    nft({ ...NETDEV, rules: [[is("ether", "daddr", VMAC), DROP]] }),
    "error nft",
    /frames for the virtual router's MAC .*what clients send/,
  ],
  [
    "some of the frames for the virtual MAC",
    nft({ ...NETDEV, rules: [[is("ether", "daddr", VMAC), is("ip", "saddr", "192.0.2.9"), DROP]] }),
    "warning nft",
    /some of the frames for/,
  ],
  [
    "ARP at ingress by EtherType",
    nft({ ...NETDEV, rules: [[is("ether", "type", "arp"), DROP]] }),
    "error nft",
    /ARP questions/,
  ],
  [
    "ARP of this VIP",
    nft({ family: "arp", rules: [[is("arp", "daddr ip", "192.0.2.100"), DROP]] }),
    "error nft",
    /ARP questions/,
  ],
  [
    "ARP answers",
    nft({ family: "arp", hook: "output", rules: [[is("arp", "operation", "reply"), DROP]] }),
    "error nft",
    /answers and announcements/,
  ],
  [
    "some sources only",
    nft({ rules: [[is("ip", "protocol", 112), is("ip", "saddr", "192.0.2.9"), DROP]] }),
    "warning nft",
    /some of the VRRP/,
  ],
  [
    "behind a jump",
    nft({ rules: [[{ jump: { target: "v" } }]] }, { name: "v", rules: [[meta("l4proto", 112), DROP]] }),
    "warning nft",
    /chain inet t v/,
  ],
  [
    "behind a return that others take",
    nft(
      { rules: [[{ jump: { target: "v" } }]] },
      { name: "v", rules: [[meta("l4proto", 6), { return: null }], [DROP]] },
    ),
    "warning nft",
    /chain inet t v/,
  ],
  [
    "a verdict map",
    nft({
      rules: [
        [
          {
            vmap: {
              key: { meta: { key: "l4proto" } },
              data: {
                set: [
                  [6, ACCEPT],
                  [112, DROP],
                ],
              },
            },
          },
        ],
      ],
    }),
    "warning nft",
    /rule 2/,
  ],
  [
    "this interface by its name",
    nft({ rules: [[meta("iifname", "eth*"), meta("l4proto", 112), DROP]] }),
    "warning nft",
    /rule 2/,
  ],
  [
    "iptables, by name",
    iptables("-A INPUT -p vrrp -j DROP"),
    "warning iptables",
    /iptables -t filter -D INPUT -p vrrp -j DROP/,
  ],
  [
    "iptables, by number, on this interface",
    iptables("-A INPUT -i eth+ -p 112 -j DROP"),
    "warning iptables",
    /-i eth\+ -p 112/,
  ],
  [
    "iptables, a policy",
    iptables(":INPUT DROP [0:0]"),
    "warning iptables",
    /iptables -t filter -I INPUT -p 112 -j ACCEPT/,
  ],
  [
    "iptables, all but",
    iptables(
      '-A INPUT ! -p tcp -m comment --comment "only TCP" -j REJECT --reject-with icmp-port-unreachable',
    ),
    "warning iptables",
    /only TCP/,
  ],
  [
    "iptables, another chain",
    iptables(":V - [0:0]", "-A INPUT -d 224.0.0.0/4 -j V", "-A V -j DROP"),
    "warning iptables",
    /in chain V/,
  ],
  ["iptables, output", iptables("-A OUTPUT -p vrrp -j DROP"), "warning iptables", /go out/],
];

for (const [what, chains, code, shown] of DROPS)
  test(`checkFirewall() names a drop: ${what}`, () => {
    const findings = checkFirewall({ ...CLEAN, chains });
    assert.deepEqual(
      findings.map((finding) => `${finding.severity} ${finding.code}`),
      [code.replace(" ", " firewall_")],
    );
    assert.match(`${findings[0]!.found} ${findings[0]!.consequence} ${findings[0]!.command}`, shown);
  });

const PASSES: readonly (readonly [what: string, chains: Chain[]])[] = [
  ["no rules", []],
  ["accepted before it is dropped", nft({ policy: "drop", rules: [[meta("l4proto", 112), ACCEPT]] })],
  [
    "perhaps accepted before a policy",
    nft({ policy: "drop", rules: [[is("ip", "saddr", "192.0.2.2"), ACCEPT]] }),
  ],
  [
    "another protocol",
    nft({
      rules: [
        [is("tcp", "dport", 112), DROP],
        [meta("l4proto", 6), DROP],
      ],
    }),
  ],
  ["another interface", nft({ rules: [[meta("iifname", "eth1"), meta("l4proto", 112), DROP]] })],
  ["another family", nft({ rules: [[is("ip6", "nexthdr", 112), DROP]] })],
  ["forwarded", nft({ hook: "forward", policy: "drop", rules: [] })],
  ["netdev of another interface", nft({ ...NETDEV, dev: "eth1", rules: [[DROP]] })],
  [
    "the fence of a Backup",
    nft({ ...NETDEV, table: "vmac_eth0_4_51", rules: [[meta("protocol", "arp"), DROP]] }),
  ],
  ["ARP of another address", nft({ family: "arp", rules: [[is("arp", "daddr ip", "192.0.2.9"), DROP]] })],
  [
    "invalid connections",
    nft({ rules: [[{ match: { op: "in", left: { ct: { key: "state" } }, right: "invalid" } }, DROP]] }),
  ],
  [
    "a jump that ends in nothing",
    nft(
      { rules: [[{ jump: { target: "v" } }]] },
      { name: "v", rules: [[meta("l4proto", 112), { return: null }], [DROP]] },
    ),
  ],
  ["IPv6 solicitations where IPv4 is meant", nft({ family: "ip6", policy: "drop", rules: [] })],
  [
    "MACs that are none of this virtual router's",
    nft(
      { ...NETDEV, rules: [[is("ether", "daddr", "00:00:5e:00:01:34"), DROP]] },
      { ...EGRESS, table: "u", rules: [[is("ether", "saddr", VMAC, "!="), DROP]] },
    ),
  ],
  ["clients that are not served", nft({ ...NETDEV, rules: [[is("ip", "saddr", "192.0.2.9"), DROP]] })],
  [
    "a source at output, where no frame has one",
    nft({ hook: "output", rules: [[is("ether", "saddr", NIC.mac, "!="), DROP]] }),
  ],
  ["iptables, accepted before", iptables("-A INPUT -p vrrp -j ACCEPT", "-A INPUT -p vrrp -j DROP")],
  ["iptables, another interface", iptables("-A INPUT -i eth1 -p vrrp -j DROP")],
  ["iptables, a target that goes on", iptables("-A INPUT -p vrrp -j LOG --log-prefix vrrp")],
];

for (const [what, chains] of PASSES)
  test(`checkFirewall() finds nothing: ${what}`, () => {
    assert.deepEqual(checkFirewall({ ...CLEAN, chains }), []);
  });

test("checkFirewall() looks at neighbour discovery where IPv6 is meant", () => {
  const facts: Facts = { ...CLEAN, routers: [{ family: 6, vrid: 51 }], isIpv6Meant: true, vips: [] };
  const chains = nft({ family: "ip6", policy: "drop", rules: [[meta("l4proto", 112), ACCEPT]] });
  const [finding, ...more] = checkFirewall({ ...facts, chains });
  assert.deepEqual(more, []);
  assert.match(`${finding!.severity} ${finding!.found}`, /^error .*neighbour solicitations/);
  const opened = nft({
    family: "ip6",
    policy: "drop",
    rules: [
      [meta("l4proto", 112), ACCEPT],
      [is("icmpv6", "type", { set: ["nd-neighbor-solicit"] }), ACCEPT],
    ],
  });
  assert.deepEqual(checkFirewall({ ...facts, chains: opened }), []);
});

test("readNftRuleset() follows named sets, and tells a limit as some of the packets", () => {
  const rule = (handle: number, expr: readonly Json[]) => ({
    rule: { family: "inet", table: "t", chain: "c", handle, expr },
  });
  const ruleset = (...rules: readonly object[]): Chain[] =>
    readNftRuleset(
      JSON.stringify({
        nftables: [
          { set: { family: "inet", table: "t", name: "s", elem: ["tcp", "vrrp"] } },
          { chain: { family: "inet", table: "t", name: "c", hook: "input", prio: 0, policy: "accept" } },
          ...rules,
        ],
      }),
    );
  const found = (chains: Chain[]): string[] =>
    checkFirewall({ ...CLEAN, chains }).map((finding) => finding.found);
  assert.match(found(ruleset(rule(2, [meta("l4proto", "@s"), DROP])))[0]!, /rule 2 .* drops VRRP/);
  const limited = [meta("l4proto", 112), { limit: { rate: 5, per: "second" } }];
  assert.match(found(ruleset(rule(2, [...limited, DROP])))[0]!, /some of the VRRP/);
  assert.deepEqual(found(ruleset(rule(2, [...limited, ACCEPT]), rule(3, [DROP]))), []);
});

for (const listing of ["", "null", "[]", "{}", '{"nftables":{}}'])
  test(`readNftRuleset() takes '${listing}' for no listing`, () =>
    assert.throws(() => readNftRuleset(listing), SyntaxError));

test("readNftRuleset() passes over what is no object", () => {
  assert.deepEqual(readNftRuleset('{"nftables":[null,1,"x",[],{"chain":null},{"rule":3}]}'), []);
});

test("readNftRuleset() leaves tables out that iptables keeps in nf_tables", () => {
  const text = JSON.stringify({
    nftables: [
      { chain: { family: "ip", table: "filter", name: "INPUT", hook: "input", prio: 0, policy: "drop" } },
      { chain: { family: "inet", table: "filter", name: "input", hook: "input", prio: 0, policy: "drop" } },
    ],
  });
  const kept = readNftRuleset(text, (family, table) => family === "ip" && table === "filter");
  assert.deepEqual(
    kept.map(({ id }) => id),
    ["inet filter input"],
  );
});
