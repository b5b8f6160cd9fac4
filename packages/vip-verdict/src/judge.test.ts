/** Each trouble by what shows it, what explains it away, and what it explains. */
import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { DUPLICATE_ROW } from "./duplicate-rows.ts";
import type { Looked } from "./facts.ts";
import {
  answered,
  askedAlone,
  codes,
  conflict,
  factsOf,
  finding,
  HERE,
  INSTANCE,
  MAC_A,
  MAC_B,
  MAC_C,
  MAC_D,
  PLAIN,
  peer,
  record,
  VIP,
  VMAC,
} from "./story.fixture.ts";

const ROUTER: Partial<Looked> = { role: "router", vrid: 51 };
const B = { address: "192.0.2.2", priority: 100 } as const;
const plainA = peer({ mac: MAC_A, notes: PLAIN });
const stale = { neighbours: [{ ip: VIP, mac: MAC_B, state: "STALE" }] };
const blocked = record({
  type: "vmac.probed",
  interface: "eth0",
  vrid: 51,
  target: "192.0.2.9",
  nic_mac: MAC_A,
  mac: VMAC,
  from_nic: true,
  from_vmac: false,
  verdict: "foreign_source_blocked",
});
const changed = (to: string, from: string, gap_ms = 3000): KnownRecord =>
  record({ type: "vrrp.changed", instance: INSTANCE, gap_ms, from, to, reason: "silent" });
const kernel = (
  verdict: "ignored" | "learned",
  kernel_mac: string | null,
  because: string,
  second = 0,
): KnownRecord =>
  record(
    {
      type: "arp.kernel",
      interface: "eth0",
      ip: VIP,
      wire_mac: VMAC,
      kernel_mac,
      state: kernel_mac && "STALE",
      verdict,
      because,
    },
    1,
    second,
  );
/** Two that speak from their own MACs, and take the role from each other. */
const TURNS = [
  peer({ mac: MAC_A, notes: PLAIN }),
  peer({ ...B, mac: MAC_B, notes: PLAIN }),
  changed("192.0.2.2", "192.0.2.1"),
  changed("192.0.2.1", "192.0.2.2", 300),
];
const NO_ENTRY = kernel("ignored", null, "arp_accept=0 and no entry");
const seen = (
  kind: "gratuitous_request" | "gratuitous_reply" | "request",
  more: object = {},
  second = 0,
): KnownRecord =>
  record(
    {
      type: "arp.seen",
      interface: "eth0",
      direction: "in",
      eth_src: MAC_A,
      eth_dst: "ff:ff:ff:ff:ff:ff",
      flags: [],
      kind,
      operation: kind === "gratuitous_reply" ? 2 : 1,
      sha: MAC_A,
      spa: VIP,
      tha: "00:00:00:00:00:00",
      tpa: VIP,
      ...more,
    },
    1,
    second,
  );
const reply = seen("request", { kind: "reply", operation: 2, sha: VMAC, tpa: "192.0.2.3", eth_dst: MAC_C });
const status = (more: object): KnownRecord =>
  record({
    type: "vmac.status",
    instance: INSTANCE,
    mode: "macvlan",
    interface: "vrrp4-2-51",
    parent: "eth0",
    mac: VMAC,
    vips: [`${VIP}/32`],
    owner_pid: 7,
    owner: "living",
    is_present: true,
    answers: true,
    why: [],
    ...more,
  });
const healed = record({ type: "vrrp.healed", instance: INSTANCE, to: "192.0.2.1" }, 1, 3);

type Story = readonly [
  name: string,
  records: readonly KnownRecord[],
  looked: Partial<Looked>,
  expected: readonly string[],
];

const STORIES: readonly Story[] = [
  ["nothing of a client beside a healthy pair", [peer(), answered(VIP, [VMAC])], {}, []],
  [
    "nothing of an Active",
    [peer({ notes: HERE }), answered(VIP, [], { own_interface: "vrrp.51" })],
    ROUTER,
    [],
  ],
  [
    "nothing of a Backup that is built and mute",
    [peer(), status({ answers: false }), answered(VIP, [VMAC], { own_interface: "vrrp4-2-51" })],
    ROUTER,
    [],
  ],
  ["two Actives", [peer(), peer(B), conflict("two_active"), conflict("one_way")], {}, ["two_active"]],
  [
    "a mismatch, and not the two Actives that it makes",
    [peer(), peer(B), conflict("two_active"), conflict("auth_mismatch"), answered(VIP, [MAC_A, MAC_B])],
    {},
    ["auth_mismatch"],
  ],
  [
    "another version, and not the interval that goes with it",
    [peer(), peer(B), conflict("interval_mismatch"), conflict("version_mismatch")],
    {},
    ["version_mismatch"],
  ],
  ["a clash of numbers", [peer(), conflict("vrid_clash"), conflict("vip_mismatch")], {}, ["vrid_clash"]],
  [
    "a firewall, and not what it makes of the election",
    [
      peer(),
      peer({ ...B, notes: HERE }),
      finding("firewall_nft", "drops VRRP adverts", "warning"),
      conflict("not_delivered"),
      conflict("two_active"),
    ],
    ROUTER,
    ["firewall_nft"],
  ],
  [
    "no firewall of a client that drops adverts",
    [peer(), finding("firewall_nft", "drops VRRP adverts")],
    {},
    [],
  ],
  [
    "a firewall of a client that drops ARP",
    [peer(), finding("firewall_nft", "drops ARP questions")],
    {},
    ["firewall_nft"],
  ],
  ["what drops adverts and is not known", [peer(), conflict("not_delivered")], ROUTER, ["not_delivered"]],
  [
    "a strict rp_filter, as what drops them",
    [peer(), finding("rp_filter_strict"), conflict("not_delivered")],
    ROUTER,
    ["rp_filter_strict"],
  ],
  [
    "a link that is down, and nothing else",
    [finding("link_down"), answered(VIP, [])],
    { ...ROUTER },
    ["link_down"],
  ],
  ["adverts that a router does not get", [answered(VIP, [VMAC])], ROUTER, ["adverts_missing"]],
  [
    "the same of a router that is Active too",
    [peer({ ...B, notes: HERE }), answered(VIP, [VMAC], { own_interface: "vrrp.51" })],
    ROUTER,
    ["adverts_missing"],
  ],
  [
    "no fault of a client that hears no adverts: they may be unicast",
    [answered(VIP, [VMAC])],
    {},
    ["adverts_missing?"],
  ],
  ["nothing of adverts after too short a look", [answered(VIP, [VMAC])], { ...ROUTER, lookedMs: 2000 }, []],
  [
    "a hypervisor",
    [peer({ notes: HERE }), peer(B), blocked, conflict("two_active")],
    ROUTER,
    ["foreign_mac_blocked"],
  ],
  [
    "a cloud, where the other answers and its adverts do not come",
    [peer({ notes: HERE }), blocked, answered(VIP, [VMAC], { own_interface: "vrrp.51" })],
    ROUTER,
    ["no_multicast_no_foreign_mac"],
  ],
  [
    "no cloud where nobody else is heard in any way: its port may do the same",
    [peer({ notes: HERE }), blocked, answered(VIP, [], { own_interface: "vrrp.51" })],
    ROUTER,
    ["foreign_mac_blocked"],
  ],
  ["nor where its NIC alone answers", [blocked, answered(VIP, [MAC_B])], ROUTER, ["foreign_mac_blocked"]],
  [
    "an address that two have",
    [plainA, answered(VIP, [MAC_A, MAC_D]), answered("192.0.2.1", [MAC_A])],
    {},
    ["duplicate_address"],
  ],
  [
    "one that this host and another have",
    [answered(VIP, [MAC_A], { own_interface: "eth0" })],
    {},
    ["duplicate_address"],
  ],
  [
    "two NICs of one host",
    [plainA, answered(VIP, [MAC_A, MAC_D]), answered("192.0.2.1", [MAC_A, MAC_D])],
    {},
    ["arp_flux"],
  ],
  [
    "the NIC that answers beside the virtual MAC",
    [peer(), answered(VIP, [VMAC, MAC_A]), answered("192.0.2.1", [MAC_A])],
    {},
    ["arp_flux"],
  ],
  [
    "two that have one virtual MAC",
    [
      peer(),
      answered(VIP, [VMAC], { owners: [{ mac: VMAC, answers: 6, rtt_us: 5 }] }),
      ...Array.from({ length: 6 }, () => reply),
    ],
    {},
    ["duplicate_address"],
  ],
  [
    "nothing doubled in a burst of announcements",
    [peer(), answered(VIP, [VMAC], { owners: [{ mac: VMAC, answers: 8, rtt_us: 5 }] }), reply, reply, reply],
    {},
    [],
  ],
  [
    "a keepalived here that refuses and is silent",
    [
      plainA,
      answered(VIP, [MAC_A], { own_interface: "eth0" }),
      finding("vip_on_parent", `${VIP}/32 is on eth0`),
    ],
    ROUTER,
    ["adverts_refused"],
  ],
  [
    "what the two differ in, where the silent one was heard once",
    [plainA, answered(VIP, [MAC_A], { own_interface: "eth0" }), conflict("version_mismatch")],
    ROUTER,
    ["version_mismatch"],
  ],
  [
    "the RFC's checksum, as why another one answers too",
    [
      peer({ mac: MAC_A, notes: [...PLAIN, "checksum of the message alone (RFC 9568)"] }),
      answered(VIP, [MAC_A, MAC_B]),
    ],
    {},
    ["checksum_form"],
  ],
  [
    "a switch that has the MAC elsewhere",
    [peer(), answered(VIP, [VMAC]), ...askedAlone(VIP, VMAC, false)],
    {},
    ["switch_port_wrong"],
  ],
  [
    "no wrong port where the MAC alone answers",
    [peer(), answered(VIP, [VMAC]), ...askedAlone(VIP, VMAC, true)],
    {},
    [],
  ],
  [
    "no wrong port of a MAC that nobody has",
    [plainA, answered(VIP, [MAC_A]), ...askedAlone(VIP, VMAC, false)],
    {},
    [],
  ],
  ["an old entry", [plainA, answered(VIP, [MAC_A])], stale, ["neighbour_stale"]],
  ["an old entry without asking, by the Active's MAC", [peer()], stale, ["neighbour_stale"]],
  [
    "no old entry of a virtual MAC behind adverts from the NIC",
    [plainA],
    { neighbours: [{ ip: VIP, mac: VMAC, state: "STALE" }] },
    [],
  ],
  [
    "no old entry that failed",
    [plainA, answered(VIP, [MAC_A])],
    { neighbours: [{ ip: VIP, mac: MAC_B, state: "FAILED" }] },
    [],
  ],
  [
    "why an old entry stays",
    [peer(), answered(VIP, [VMAC]), kernel("ignored", MAC_B, "drop_gratuitous_arp=1 (all)")],
    stale,
    ["announcement_ignored"],
  ],
  [
    "no fault of who has no entry",
    [peer(), ...[0, 1, 2, 3].map((second) => seen("gratuitous_request", {}, second)), NO_ENTRY],
    {},
    ["announcement_not_needed?"],
  ],
  [
    "no word of a take-over that who has no entry ignored",
    [peer(), ...[0, 1, 2].map((second) => seen("gratuitous_request", {}, second)), NO_ENTRY],
    {},
    [],
  ],
  [
    "no word of answers to our own question",
    [peer(), kernel("ignored", null, "arp_accept=0 and no entry", 4)],
    {},
    [],
  ],
  [
    "who asks the old owner alone",
    [plainA, answered(VIP, [MAC_A]), seen("request", { eth_dst: MAC_C, spa: "192.0.2.9", sha: MAC_D })],
    {},
    ["neighbour_elsewhere_stale"],
  ],
  [
    "nobody who asks all",
    [plainA, answered(VIP, [MAC_A]), seen("request", { spa: "192.0.2.9", sha: MAC_D })],
    {},
    [],
  ],
  [
    "a split that has healed in silence",
    [plainA, peer({ ...B, mac: MAC_B, notes: PLAIN }), conflict("two_active"), healed],
    {},
    ["healed_unannounced"],
  ],
  [
    "one that was announced",
    [plainA, conflict("two_active"), healed, seen("gratuitous_request", {}, 4)],
    {},
    [],
  ],
  ["one of a virtual MAC, which has nothing to announce", [peer(), conflict("two_active"), healed], {}, []],
  ["one change", [peer(), peer(B), changed("192.0.2.2", "192.0.2.1")], {}, ["active_changed"]],
  [
    "changes to and fro",
    [peer(), peer(B), changed("192.0.2.2", "192.0.2.1"), changed("192.0.2.1", "192.0.2.2", 300)],
    {},
    ["flapping"],
  ],
  [
    "changes to and fro of two that both have answered",
    [...TURNS, answered(VIP, [MAC_A, MAC_B])],
    {},
    ["flapping"],
  ],
  [
    "changes to and fro, and a stranger that has the address too",
    [...TURNS, answered(VIP, [MAC_A, MAC_D])],
    {},
    ["duplicate_address", "flapping"],
  ],
  [
    "late adverts",
    [
      peer(),
      record({
        type: "vrrp.late",
        instance: INSTANCE,
        address: "192.0.2.1",
        gap_ms: 2400,
        interval_ms: 1000,
      }),
    ],
    {},
    ["late_adverts"],
  ],
  ["nobody at all", [answered(VIP, [])], { vrid: 51 }, ["nobody_active"]],
  ["nobody who has an address", [answered(VIP, [])], {}, ["nobody_answers"]],
  ["an Active that does not answer", [peer(), answered(VIP, [])], {}, ["active_mute"]],
  [
    "an owner that is kept from answering",
    [peer({ notes: HERE }), status({ answers: false, why: ["arp_ignore is 8"] })],
    ROUTER,
    ["not_answering"],
  ],
  ["what a dead owner left", [peer(), status({ owner: "dead", answers: false })], ROUTER, ["dead_owner"]],
  [
    "a dead owner as why nobody is Active, and why nobody answers",
    [status({ owner: "dead", answers: false }), answered(VIP, [])],
    { vrid: 51 },
    ["dead_owner"],
  ],
  [
    "the same over IPv6",
    [
      status({ instance: "eth0/6/51", owner: "dead", answers: false, vips: ["2001:db8::100/128"] }),
      answered("2001:db8::100", []),
    ],
    { vrid: 51, vips: ["2001:db8::100"] },
    ["dead_owner"],
  ],
  [
    "no strict rp_filter of who has a macvlan of vmac-ctl",
    [peer({ notes: HERE }), status({}), finding("rp_filter_strict", "all is 1", "warning")],
    ROUTER,
    [],
  ],
  [
    "a strict rp_filter beside another program's link",
    [peer({ notes: HERE }), finding("rp_filter_strict", "all is 1", "warning")],
    ROUTER,
    ["rp_filter_strict"],
  ],
  [
    "what the Active has and this Backup has not",
    [peer({ vips: [`${VIP}/32`, "192.0.2.101/32"] }), status({ answers: false })],
    ROUTER,
    ["vip_mismatch"],
  ],
  [
    "what this Backup has and the Active has not",
    [peer(), status({ answers: false, vips: [`${VIP}/24`, "192.0.2.101/24"] })],
    ROUTER,
    ["vip_mismatch"],
  ],
  ["no list of who says none", [peer({ vips: [] }), status({ answers: false })], ROUTER, []],
  [
    "no second link of keepalived",
    [peer({ notes: HERE }), finding("second_vmac_link", `vrrp.51 has ${VMAC}`)],
    ROUTER,
    [],
  ],
  [
    "one beside vmac-ctl's own",
    [peer(), status({ answers: false }), finding("second_vmac_link", `mv0 has ${VMAC}`)],
    ROUTER,
    ["second_vmac_link"],
  ],
  [
    "no VIP on the NIC of an Active of keepalived",
    [peer({ mac: MAC_C, notes: [...PLAIN, ...HERE] }), finding("vip_on_parent", `${VIP}/32 is on eth0`)],
    ROUTER,
    [],
  ],
  [
    "one on the NIC of a Backup",
    [plainA, finding("vip_on_parent", `${VIP}/32 is on eth0`)],
    ROUTER,
    ["vip_on_parent"],
  ],
  [
    "the virtual MAC of another number in the answer",
    [peer(), answered(VIP, ["00:00:5e:00:01:34"])],
    {},
    ["wrong_vmac"],
  ],
  [
    "errors before warnings",
    [peer(), finding("promiscuous_parent", "is 1", "warning"), finding("arp_ignore_all")],
    ROUTER,
    ["arp_ignore_all", "promiscuous_parent"],
  ],
];

const both = [plainA, peer({ ...B, mac: MAC_B, notes: PLAIN }), answered(VIP, [MAC_B, MAC_A])];

for (const [name, records, consequence, command] of [
  [
    "of two routers both, and none to be looked for at the switch",
    both,
    /^both are routers \(192\.0\.2\.2, 192\.0\.2\.1\)/,
    /^on 192\.0\.2\.2 and on 192\.0\.2\.1: vip-doctor -I eth0 --vrid 51 192\.0\.2\.100$/,
  ],
  [
    "a router by its own address, where it speaks from the virtual MAC",
    [peer(), answered(VIP, [VMAC, MAC_A]), answered("192.0.2.1", [MAC_A, MAC_B])],
    /^192\.0\.2\.1 is a router/,
    /^on 192\.0\.2\.1: vip-doctor/,
  ],
  [
    "the stranger, and not the Active, to be looked for",
    [plainA, answered(VIP, [MAC_A, MAC_D]), answered("192.0.2.1", [MAC_A])],
    /^192\.0\.2\.1 is a router; the other host was given it by hand/,
    /^find 02:00:00:00:00:04 at the switch .*if it is a router: vip-doctor .*take 192\.0\.2\.100 off/,
  ],
] as const)
  test(`DUPLICATE_ROW names ${name}`, () => {
    const [found] = DUPLICATE_ROW.find(factsOf(records));
    assert.match(found!.consequence, consequence);
    assert.match(found!.command, command);
  });

for (const [name, records, looked, expected] of STORIES)
  test(`judge tells ${name}`, () => assert.deepEqual(codes(records, looked), expected));

/** An advert can list anything: whoever sends it must not end the one who looks. */
for (const vip of [
  "0.0.0.0/32",
  "224.0.0.1/32",
  "127.0.0.1/32",
  "192.0.2.0/24",
  "1.0.0.0/4",
  "::/128",
  "ff02::1/128",
])
  test(`gather() takes ${vip} of an advert as it is`, () => {
    const { routers } = factsOf([peer({ vips: [vip] })]);
    assert.deepEqual(routers[0]?.vips, [vip.split("/")[0]]);
  });
