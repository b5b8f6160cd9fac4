import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVE, addressOn, CLEAN, LO, MACVLAN, NIC, OWNED, PEER, VIP, VMAC } from "./clean.fixture.ts";
import { diagnose, remark } from "./diagnose.ts";
import type { Facts, HeardAdvert, OwnedRouter, SettingName } from "./facts.ts";

const BRIDGE = {
  ...NIC,
  index: 7,
  name: "br0",
  kind: "bridge",
  bridge: { isSnooping: true, isQuerier: false },
};
const ETH1 = { ...NIC, index: 3, name: "eth1", mac: "02:00:00:00:00:03" };
const REWRITING: Facts = {
  ...CLEAN,
  owned: [{ ...OWNED, mode: "rewrite", interface: "eth0", rpFilter: 1 }],
  addresses: [...CLEAN.addresses, addressOn(2, `${VIP}/32`)],
};
const ADVERT: HeardAdvert = PEER.adverts[0]!;

function withSetting(name: SettingName, all: number): Facts {
  return { ...CLEAN, ...settingOf(name, all) };
}

function settingOf(name: SettingName, all: number): Pick<Facts, "settings"> {
  return { settings: { ...CLEAN.settings, [name]: { all, own: 0 } } };
}

function withNic(change: Partial<typeof NIC>): Facts {
  return { ...CLEAN, links: [LO, { ...NIC, ...change }] };
}

function withOwn(change: Partial<OwnedRouter>): Facts {
  return { ...ACTIVE, owned: [{ ...OWNED, isSpeaking: false, ...change }] };
}

function hearing(adverts: readonly HeardAdvert[], frames = adverts.length, on: Facts = CLEAN): Facts {
  return { ...on, heard: [{ family: 4, vrid: 51, frames, adverts }] };
}

/** A fact, the code and the severity of what follows from it, and something that has to stand in it. */
const FAULTS: readonly (readonly [fact: string, facts: Facts, code: string, shown: RegExp])[] = [
  ["rp_filter 1 in all", withSetting("rp_filter", 1), "warning rp_filter_strict", /rp_filter is 1/],
  ["arp_ignore 1 in all", withSetting("arp_ignore", 1), "warning arp_ignore_all", /arp_ignore is 1/],
  [
    "rp_filter 1 in all and on our macvlan",
    { ...ACTIVE, ...settingOf("rp_filter", 1), owned: [{ ...OWNED, rpFilter: 1 }] },
    "warning rp_filter_strict",
    /rp_filter is 1/,
  ],
  [
    "arp_filter 1 in all beside our macvlan",
    { ...ACTIVE, ...settingOf("arp_filter", 1) },
    "error arp_filter_all",
    /arp_filter is 1/,
  ],
  [
    "arp_ignore 8 in all, in rewrite mode",
    { ...REWRITING, ...settingOf("arp_ignore", 8) },
    "error arp_ignore_all",
    /arp_ignore is 8/,
  ],
  ["arp_ignore 8 in all", withSetting("arp_ignore", 8), "error arp_ignore_all", /arp_ignore is 8/],
  ["arp_filter 1 in all", withSetting("arp_filter", 1), "error arp_filter_all", /arp_filter is 1/],
  [
    "promisc on",
    withNic({ isSetPromiscuous: true, promiscuity: 1 }),
    "warning promiscuous_parent",
    /ip link set dev eth0 promisc off/,
  ],
  [
    "a capture that wants all frames",
    withNic({ promiscuity: 1 }),
    "warning promiscuous_parent",
    /ss --packet/,
  ],
  [
    "a capture beside a macvlan for which the kernel wants all frames",
    { ...ACTIVE, links: [LO, { ...NIC, promiscuity: 2 }, MACVLAN] },
    "warning promiscuous_parent",
    /promiscuity 2/,
  ],
  [
    "a macvlan of somebody else with the virtual MAC",
    { ...CLEAN, links: [LO, NIC, { ...MACVLAN, name: "mv0", alias: undefined }] },
    "error second_vmac_link",
    /mv0 .*ip link delete dev mv0/,
  ],
  [
    "the virtual MAC on the NIC itself, which has to stay",
    withNic({ mac: VMAC, kind: "veth" }),
    "error nic_has_vmac",
    /^eth0 itself has(?!.*link delete).* ip -details link show dev eth0$/,
  ],
  [
    "the virtual MAC on a NIC whose own is known",
    withNic({ mac: VMAC, permanentMac: "02:00:00:00:00:01" }),
    "error nic_has_vmac",
    /ip link set dev eth0 address 02:00:00:00:00:01$/,
  ],
  [
    "a veth with the virtual MAC, which may be what somebody stands on",
    { ...CLEAN, links: [LO, NIC, { ...NIC, index: 6, name: "veth7", kind: "veth", mac: VMAC }] },
    "error second_vmac_link",
    /^veth7 (?!.*link delete).* ip -details link show dev veth7$/,
  ],
  ["ARP off on the NIC", withNic({ hasArp: false }), "error arp_off", /ip link set dev eth0 arp on/],
  [
    "a second one beside our own",
    { ...ACTIVE, links: [...ACTIVE.links, { ...MACVLAN, index: 6, name: "mv0", alias: undefined }] },
    "error second_vmac_link",
    /mv0/,
  ],
  [
    "one that a dead vmac-ctl left",
    { ...CLEAN, links: [LO, NIC, MACVLAN] },
    "error second_vmac_link",
    /vmac-ctl cleanup/,
  ],
  [
    "the VIP on the NIC",
    { ...CLEAN, addresses: [...CLEAN.addresses, addressOn(2, `${VIP}/24`)] },
    "error vip_on_parent",
    /ip address del 192\.0\.2\.100\/24 dev eth0/,
  ],
  [
    "the VIP on the NIC beside our macvlan",
    { ...ACTIVE, addresses: [...ACTIVE.addresses, addressOn(2, `${VIP}/32`)] },
    "error vip_on_parent",
    /192\.0\.2\.100\/32 is on eth0/,
  ],
  [
    "the VIP with another length on the NIC, in address mode",
    {
      ...CLEAN,
      owned: [{ ...OWNED, mode: "address", interface: "eth0" }],
      addresses: [...CLEAN.addresses, addressOn(2, `${VIP}/32`), addressOn(2, `${VIP}/24`)],
    },
    "error vip_on_parent",
    /ip address del 192\.0\.2\.100\/24 dev eth0/,
  ],
  [
    "the VIP on another NIC",
    {
      ...ACTIVE,
      links: [...ACTIVE.links, ETH1],
      addresses: [...ACTIVE.addresses, addressOn(3, `${VIP}/24`)],
    },
    "error vip_elsewhere",
    /ip address del 192\.0\.2\.100\/24 dev eth1/,
  ],
  [
    "the VIP on lo by hand",
    { ...CLEAN, addresses: [...CLEAN.addresses, addressOn(1, `${VIP}/32`)] },
    "error vip_elsewhere",
    /ip address del 192\.0\.2\.100\/32 dev lo/,
  ],
  [
    "a VIP of ours that nobody notes",
    {
      ...CLEAN,
      links: [LO, NIC, ETH1],
      addresses: [...CLEAN.addresses, { ...addressOn(3, `${VIP}/32`), protocol: 112 }],
    },
    "error vip_elsewhere",
    /vmac-ctl cleanup$/,
  ],
  [
    "a second NIC in the same network",
    {
      ...ACTIVE,
      links: [...ACTIVE.links, ETH1],
      addresses: [...ACTIVE.addresses, addressOn(3, "192.0.2.3/24")],
      arpAnswerers: ["lo", "eth1"],
    },
    "error arp_flux",
    /eth1 \(192\.0\.2\.3\/24\) .*sysctl -w net\/ipv4\/conf\/eth1\/arp_ignore=1/,
  ],
  [
    "the VIP in a /24 on lo",
    { ...CLEAN, addresses: [...CLEAN.addresses, addressOn(1, `${VIP}/24`)] },
    "error prefix_on_loopback",
    /all 256 addresses/,
  ],
  [
    "the link is down",
    withNic({ isUp: false, isRunning: false }),
    "error link_down",
    /ip link set dev eth0 up/,
  ],
  [
    "an own router of `up` whose rules and address are gone",
    withOwn({
      mode: "rewrite",
      owner: "standing",
      obstacles: [
        { kind: "own", found: "the rules are gone" },
        { kind: "own", found: "no address" },
      ],
    }),
    "error own_router_silent",
    /^eth0\/4\/51 does not .* gone; no address .* vmac-ctl up -I eth0 --vrid 51 --mode rewrite 192\.0\.2\.100\/32$/,
  ],
  [
    "an own router for which one command is enough",
    withOwn({ obstacles: [{ kind: "own", found: "no frames", command: "bridge fdb add x" }] }),
    "error own_router_silent",
    /no frames .* bridge fdb add x$/,
  ],
  [
    "an own router that its living owner does not mend",
    withOwn({ obstacles: [{ kind: "own", found: "no address" }] }),
    "error own_router_silent",
    /its owner lives, .* vmac-ctl status$/,
  ],
  ["a dead owner", withOwn({ owner: "dead" }), "error dead_owner", /vmac-ctl cleanup$/],
  ["no carrier", withNic({ isRunning: false }), "error no_carrier", /no carrier/],
  [
    "the VRID with other addresses",
    hearing([{ ...ADVERT, vips: ["198.51.100.7"] }]),
    "error vrid_used_by_stranger",
    /192\.0\.2\.2 .* advertises VRID 51 for 198\.51\.100\.7/,
  ],
  [
    "CARP with the same number",
    hearing([{ ...ADVERT, protocol: "CARP", priority: undefined, vips: undefined }]),
    "error vrid_used_by_stranger",
    /VHID 51 as CARP/,
  ],
  ["the virtual MAC without adverts", hearing([], 3), "warning vmac_used_by_stranger", /3 frames came in/],
  ["a second Active", hearing([ADVERT], 2, ACTIVE), "error vmac_used_twice", /while this host speaks/],
  [
    "adverts of our own that come in",
    hearing([{ ...ADVERT, source: "192.0.2.1" }]),
    "error own_adverts_come_back",
    /from 192\.0\.2\.1/,
  ],
  [
    "IPv6 off on the NIC",
    { ...CLEAN, isIpv6Meant: true, ipv6Off: { all: 0, own: 1 } },
    "error ipv6_disabled",
    /sysctl -w net\/ipv6\/conf\/eth0\/disable_ipv6=0/,
  ],
  [
    "a kernel without IPv6",
    { ...CLEAN, isIpv6Meant: true, ipv6Off: undefined },
    "error ipv6_disabled",
    /no IPv6/,
  ],
  [
    "an address that another host has",
    { ...CLEAN, addresses: [{ ...addressOn(2, "2001:db8::9/64"), isDuplicate: true }] },
    "error address_duplicated",
    /2001:db8::9\/64 on eth0 has failed/,
  ],
  [
    "a port of a bridge that snoops",
    { ...CLEAN, links: [LO, { ...NIC, masterIndex: 7, promiscuity: 1, portState: 4 }, BRIDGE] },
    "error bridge_port",
    /br0, which snoops multicast and has the port blocking/,
  ],
  [
    "a promiscuous NIC whose forwarding entry in rewrite mode is somebody else's, or gone",
    {
      ...CLEAN,
      links: [LO, { ...NIC, promiscuity: 1 }],
      owned: [{ ...OWNED, mode: "rewrite", interface: "eth0" }],
    },
    "warning promiscuous_parent",
    /promiscuity 1/,
  ],
  [
    "a NIC that somebody else wants promiscuous too, in rewrite mode",
    {
      ...CLEAN,
      links: [LO, { ...NIC, promiscuity: 2 }],
      owned: [{ ...OWNED, mode: "rewrite", interface: "eth0", hasForwarding: true }],
    },
    "warning promiscuous_parent",
    /promiscuity 2/,
  ],
  [
    "a bridge that snoops and asks nobody",
    { ...CLEAN, isIpv6Meant: true, links: [LO, { ...BRIDGE, name: "eth0", index: 2 }] },
    "warning snooping_without_querier",
    /mcast_querier 1/,
  ],
  [
    "VIPs on a NIC that a service manages",
    {
      ...CLEAN,
      manager: "NetworkManager",
      owned: [{ ...OWNED, mode: "address", interface: "eth0" }],
      addresses: [...CLEAN.addresses, addressOn(2, `${VIP}/32`)],
    },
    "warning managed_interface",
    /nmcli device set eth0 managed no/,
  ],
  [
    "a network that drops the virtual MAC",
    { ...CLEAN, passage: { target: "192.0.2.254", mac: VMAC, verdict: "foreign_source_blocked" } },
    "error foreign_mac_blocked",
    /192\.0\.2\.254 answers the MAC of eth0, and not 00:00:5e:00:01:33/,
  ],
];

for (const [fact, facts, code, shown] of FAULTS)
  test(`diagnose() names ${fact}, and nothing else`, () => {
    const findings = diagnose(facts);
    assert.deepEqual(
      findings.map((finding) => `${finding.severity} ${finding.code}`),
      [code],
    );
    assert.match(`${findings[0]!.found} ${findings[0]!.consequence} ${findings[0]!.command}`, shown);
  });

const CLEAN_HOSTS: readonly (readonly [what: string, facts: Facts])[] = [
  ["before anything was started", CLEAN],
  ["while it is Active in a macvlan", ACTIVE],
  [
    "while it is Active on a NIC that has to take all frames for a macvlan",
    {
      ...ACTIVE,
      links: [LO, { ...NIC, promiscuity: 1 }, MACVLAN],
    },
  ],
  [
    "while it is Active in address mode",
    {
      ...CLEAN,
      owned: [{ ...OWNED, mode: "address", interface: "eth0" }],
      addresses: [...CLEAN.addresses, addressOn(2, `${VIP}/32`)],
    },
  ],
  [
    "while it is Active in rewrite mode, on a NIC that has to take all frames for the virtual MAC",
    {
      ...CLEAN,
      links: [LO, { ...NIC, promiscuity: 1 }],
      owned: [{ ...OWNED, mode: "rewrite", interface: "eth0", hasForwarding: true }],
      addresses: [...CLEAN.addresses, addressOn(2, `${VIP}/32`)],
    },
  ],
  [
    "as Backup that is built and mute, beside an Active",
    {
      ...ACTIVE,
      owned: [{ ...OWNED, isSpeaking: false }],
      heard: [PEER],
    },
  ],
  [
    "as Backup that is mute, and lacks something until it is Active",
    withOwn({
      obstacles: [
        { kind: "mute", found: "muted" },
        { kind: "own", found: "no address" },
      ],
    }),
  ],
  [
    "what the NIC lacks has a finding of its own",
    withOwn({
      obstacles: [
        { kind: "parent", found: "eth0 is down" },
        { kind: "all", found: "arp_ignore is 8 (all)" },
      ],
    }),
  ],
  ["as Backup without a trace, beside an Active", { ...CLEAN, heard: [PEER] }],
  ["beside an Active whose addresses nobody has said", { ...CLEAN, vips: [], heard: [PEER] }],
  [
    "the network lets the virtual MAC through",
    { ...CLEAN, passage: { target: "192.0.2.254", mac: VMAC, verdict: "passes" } },
  ],
  ["loose rp_filter in all", withSetting("rp_filter", 2)],
  ["a service manages the NIC, and a macvlan has the VIPs", { ...ACTIVE, manager: "NetworkManager" }],
  ["IPv6 off where IPv4 is meant", { ...CLEAN, ipv6Off: { all: 1, own: 1 } }],
  [
    "a VIP on lo alone, where arp-hide put it on a real server",
    {
      ...CLEAN,
      addresses: [...CLEAN.addresses, { ...addressOn(1, `${VIP}/32`), protocol: 113 }],
    },
  ],
  ["rp_filter 1 in all, and 2 on our macvlan", { ...ACTIVE, ...settingOf("rp_filter", 1) }],
  ["rp_filter 1 in all, in rewrite mode", { ...REWRITING, ...settingOf("rp_filter", 1) }],
  ["arp_filter 1 in all, in rewrite mode", { ...REWRITING, ...settingOf("arp_filter", 1) }],
  ["arp_ignore 1 in all, in rewrite mode", { ...REWRITING, ...settingOf("arp_ignore", 1) }],
  [
    "a second NIC in the same network that does not answer for others, or is in another",
    {
      ...CLEAN,
      links: [LO, NIC, ETH1, { ...ETH1, index: 4, name: "eth2" }],
      addresses: [...CLEAN.addresses, addressOn(3, "192.0.2.3/24"), addressOn(4, "198.51.100.3/24")],
      arpAnswerers: ["lo", "eth0", "eth2"],
    },
  ],
  [
    "a link-local VIP, which is another address on each link",
    {
      ...CLEAN,
      vips: ["fe80::100"],
      links: [LO, NIC, ETH1],
      addresses: [...CLEAN.addresses, addressOn(3, "fe80::100/64")],
    },
  ],
  [
    "a network on lo that is nobody's here",
    {
      ...CLEAN,
      addresses: [...CLEAN.addresses, addressOn(1, "198.51.100.1/24")],
    },
  ],
  [
    "a macvlan with another virtual MAC",
    {
      ...CLEAN,
      links: [LO, NIC, { ...MACVLAN, mac: "00:00:5e:00:01:34" }],
    },
  ],
];

for (const [what, facts] of CLEAN_HOSTS)
  test(`diagnose() finds nothing: ${what}`, () => {
    assert.deepEqual(diagnose(facts), []);
  });

test("remark() says which setting counts, and who is Active", () => {
  const facts = { ...withSetting("arp_announce", 2), heard: [PEER] };
  const said = remark(facts).join("\n");
  assert.match(said, /arp_announce 2 \(by all\)/);
  assert.match(said, /192\.0\.2\.2 is Active for VRID 51 with priority 150, and has 192\.0\.2\.100/);
});
