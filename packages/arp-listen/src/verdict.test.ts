/** What is said of each packet, entry and setting; that a real kernel decides so is seen by scenarios/announcing.test.ts. */
import assert from "node:assert/strict";
import test from "node:test";
import type { NeighbourEntry } from "@viptools/kernel";
import type { AdvertisementClaim, ArpClaim, Claim } from "./kernel-claim.ts";
import type { Host, SettingName } from "./kernel-facts.ts";
import { explain } from "./verdict.ts";

const OLD = "02:00:00:00:00:0a";
const NEW = "02:00:00:00:00:0b";
const OURS = "02:00:00:00:00:01";
const VIP = "192.0.2.100";
const VIP6 = "2001:db8::100";

const gratuitous: ArpClaim = {
  family: 4,
  form: "request",
  ip: VIP,
  target: VIP,
  mac: NEW,
  namesItself: false,
  onlyFor: undefined,
  vlan: 0,
};
const reply = (namesItself: boolean): ArpClaim => ({ ...gratuitous, form: "reply", namesItself });
const question = (target: string): ArpClaim => ({ ...gratuitous, target });
const answer: ArpClaim = { ...gratuitous, form: "reply", target: "192.0.2.1", onlyFor: OURS };
const advertisement: AdvertisementClaim = {
  family: 6,
  form: "advertisement",
  ip: VIP6,
  mac: NEW,
  source: "2001:db8::2",
  hopLimit: 255,
  isSolicited: false,
  isOverride: true,
  saysMac: true,
  onlyFor: undefined,
  vlan: 0,
};

type EntryText = `${NeighbourEntry["state"]} ${string}`;

/** "STALE MAC router", "FAILED -", or undefined for no entry. */
function entry(text: EntryText | undefined): NeighbourEntry | undefined {
  if (text === undefined) return undefined;
  const [state, mac, ...flags] = text.split(" ");
  return {
    ifindex: 2,
    family: 4,
    address: VIP,
    state: state as NeighbourEntry["state"],
    mac: mac === "-" ? undefined : mac,
    flags: flags as NeighbourEntry["flags"],
    updatedMs: 0,
    confirmedMs: 0,
    usedMs: 0,
  };
}

const DEFAULTS: Record<SettingName, number> = {
  arp_accept: 0,
  arp_filter: 0,
  arp_ignore: 0,
  drop_gratuitous_arp: 0,
  rp_filter: 0,
  locktime: 100,
  accept_untracked_na: 0,
  drop_unsolicited_na: 0,
  forwarding: 0,
};

function host(settings: Partial<Record<SettingName, number>>, decidedBy: "all" | "interface"): Host {
  const all = Object.entries({ ...DEFAULTS, ...settings });
  return {
    interfaceName: "eth0",
    mac: OURS,
    ownAddresses: new Set(["192.0.2.1", "198.51.100.1", "2001:db8::1"]),
    networks: [
      { address: "192.0.2.1", prefixLength: 24 },
      { address: "2001:db8::1", prefixLength: 64 },
    ],
    settings: Object.fromEntries(
      all.map(([name, value]) => [name, { value, decidedBy }]),
    ) as Host["settings"],
  };
}

interface Case {
  readonly name: string;
  readonly claim: Claim;
  readonly before?: EntryText;
  readonly after?: EntryText;
  readonly ageMs?: number;
  readonly settings?: Partial<Record<SettingName, number>>;
  readonly decidedBy?: "all";
  readonly says: `${"learned" | "known" | "ignored" | "stale" | "none"}: ${string}`;
}

const [stale, reachable, taken] = [`STALE ${OLD}`, `REACHABLE ${OLD}`, `STALE ${NEW}`] as const;
const CASES: Case[] = [
  {
    name: "a gratuitous request inside locktime",
    claim: gratuitous,
    before: reachable,
    after: taken,
    says: "learned: it is gratuitous: locktime does not hold it off",
  },
  {
    name: "a reply to itself",
    claim: reply(true),
    before: reachable,
    after: taken,
    says: "learned: it is gratuitous: locktime does not hold it off",
  },
  {
    name: "a reply to another MAC after locktime",
    claim: reply(false),
    before: reachable,
    after: taken,
    says: "learned: the entry was older than locktime 1 s",
  },
  {
    name: "a reply to another MAC inside locktime",
    claim: reply(false),
    before: reachable,
    after: reachable,
    ageMs: 400,
    says: "ignored: locktime 1 s and a reply whose target MAC is not the sender's",
  },
  {
    name: "an answer to us inside a locktime of half a second",
    claim: answer,
    before: reachable,
    after: reachable,
    ageMs: 400,
    settings: { locktime: 50 },
    says: "ignored: locktime 0.5 s and a reply to somebody",
  },
  {
    name: "a question for others inside locktime",
    claim: question("192.0.2.7"),
    before: stale,
    after: stale,
    says: "ignored: locktime 1 s and a question for others",
  },
  {
    name: "a reply that is refused long after locktime",
    claim: reply(false),
    before: stale,
    after: stale,
    ageMs: 5000,
    says: `stale: the entry says ${OLD}, the wire says ${NEW}, and nothing that was looked at says why: a firewall may have dropped it`,
  },
  {
    name: "a gratuitous request that is refused without a reason",
    claim: gratuitous,
    before: stale,
    after: stale,
    says: `stale: the entry says ${OLD}, the wire says ${NEW}, and nothing that was looked at says why: a firewall may have dropped it`,
  },
  {
    name: "what is known",
    claim: gratuitous,
    before: taken,
    after: taken,
    says: "known: the entry says so already",
  },
  { name: "no entry", claim: gratuitous, says: "ignored: arp_accept=0 and no entry" },
  {
    name: "no entry, as all interfaces have it",
    claim: reply(true),
    decidedBy: "all",
    says: "ignored: arp_accept=0 (all) and no entry",
  },
  {
    name: "an entry by arp_accept",
    claim: reply(false),
    after: taken,
    settings: { arp_accept: 1 },
    says: "learned: arp_accept=1",
  },
  {
    name: "an address of another network and arp_accept=2",
    claim: { ...gratuitous, ip: "203.0.113.9", target: "203.0.113.9" },
    settings: { arp_accept: 2 },
    says: "ignored: arp_accept=2, no entry, and 203.0.113.9 is in no network of this interface",
  },
  {
    name: "no entry in spite of arp_accept",
    claim: gratuitous,
    settings: { arp_accept: 1 },
    says: "ignored: no entry was made, and nothing that was looked at says why: a firewall may have dropped it",
  },
  {
    name: "a question for others without an entry",
    claim: question("192.0.2.7"),
    settings: { arp_accept: 1 },
    says: "none: no entry, and a question for others makes none",
  },
  {
    name: "a question for this host",
    claim: question("192.0.2.1"),
    after: taken,
    says: "learned: it asks for 192.0.2.1, an address of this host",
  },
  {
    name: "a question for this host that nobody answers",
    claim: question("192.0.2.1"),
    settings: { arp_ignore: 8 },
    says: "ignored: arp_ignore=8: a question that is not answered teaches nothing",
  },
  {
    name: "a question for another interface's address",
    claim: question("198.51.100.1"),
    settings: { arp_ignore: 1 },
    says: "ignored: arp_ignore=1: a question that is not answered teaches nothing",
  },
  {
    name: "a question for this interface's address and arp_ignore=1, filtered",
    claim: question("192.0.2.1"),
    settings: { arp_ignore: 1, arp_filter: 1 },
    says: "ignored: arp_filter=1: a question that is not answered teaches nothing",
  },
  {
    name: "a question from another network and arp_ignore=2",
    claim: { ...question("192.0.2.1"), ip: "203.0.113.9" },
    settings: { arp_ignore: 2 },
    says: "ignored: arp_ignore=2: a question that is not answered teaches nothing",
  },
  {
    name: "a question from where no way leads back",
    claim: { ...question("192.0.2.1"), ip: "203.0.113.9" },
    settings: { rp_filter: 1 },
    says: "ignored: rp_filter=1, and 203.0.113.9 is in no network of this interface",
  },
  {
    name: "gratuitous ARP where it is dropped",
    claim: gratuitous,
    before: stale,
    after: stale,
    settings: { drop_gratuitous_arp: 1, arp_accept: 1 },
    says: "ignored: drop_gratuitous_arp=1",
  },
  {
    name: "a fixed entry",
    claim: gratuitous,
    before: `PERMANENT ${OLD}`,
    after: `PERMANENT ${OLD}`,
    says: "ignored: entry is PERMANENT",
  },
  {
    name: "an answer that was waited for",
    claim: answer,
    before: "INCOMPLETE -",
    after: `REACHABLE ${NEW}`,
    says: "learned: the entry was INCOMPLETE",
  },
  {
    name: "an answer to a question that was not told",
    claim: answer,
    after: `REACHABLE ${NEW}`,
    says: "learned: the kernel was asking for it",
  },
  {
    name: "a failed entry",
    claim: gratuitous,
    before: "FAILED -",
    after: taken,
    says: "learned: the entry was FAILED",
  },
  {
    name: "our own address",
    claim: { ...gratuitous, ip: "192.0.2.1", target: "192.0.2.1" },
    says: "ignored: 192.0.2.1 is an address of this host",
  },
  {
    name: "a probe",
    claim: { ...gratuitous, form: "probe" },
    before: stale,
    after: stale,
    says: "none: a probe claims no address",
  },
  {
    name: "what is for another host, and the entry is wrong",
    claim: { ...answer, onlyFor: "02:00:00:00:00:03" },
    before: stale,
    after: stale,
    says: `stale: the entry says ${OLD}, the wire says ${NEW}; it is for 02:00:00:00:00:03 alone`,
  },
  {
    name: "what is for another host, and the entry is right",
    claim: { ...answer, onlyFor: "02:00:00:00:00:03" },
    before: taken,
    after: taken,
    says: "known: the entry says so already",
  },
  {
    name: "what is for another host, and no entry",
    claim: { ...answer, onlyFor: "02:00:00:00:00:03" },
    says: "none: it is for 02:00:00:00:00:03 alone",
  },
  {
    name: "what is in a VLAN",
    claim: { ...gratuitous, vlan: 5 },
    after: stale,
    says: "none: VLAN 5 has a table of its own, on eth0.5 if anywhere",
  },
  {
    name: "an advertisement with Override",
    claim: advertisement,
    before: `REACHABLE ${OLD} router`,
    after: `STALE ${NEW} router`,
    says: "learned: Override flag",
  },
  {
    name: "an advertisement of what is no router",
    claim: advertisement,
    before: `REACHABLE ${OLD} router`,
    after: taken,
    says: "learned: Override flag; it is no router any more",
  },
  {
    name: "an advertisement of what is known, and no router",
    claim: advertisement,
    before: `REACHABLE ${NEW} router`,
    after: taken,
    says: "known: the entry says so already; it is no router any more",
  },
  {
    name: "an advertisement without Override",
    claim: { ...advertisement, isOverride: false },
    before: reachable,
    after: stale,
    says: "ignored: no Override flag: the entry stays, but is STALE now",
  },
  {
    name: "an advertisement without Override where the entry was doubted already",
    claim: { ...advertisement, isOverride: false },
    before: stale,
    after: stale,
    says: "ignored: no Override flag",
  },
  {
    name: "an advertisement that came over a router",
    claim: { ...advertisement, hopLimit: 254 },
    before: stale,
    after: stale,
    says: "ignored: hop limit 254, needs 255",
  },
  {
    name: "an advertisement where they are dropped",
    claim: advertisement,
    before: stale,
    after: stale,
    settings: { drop_unsolicited_na: 1 },
    says: "ignored: drop_unsolicited_na=1",
  },
  {
    name: "an answer to a solicitation where unsolicited ones are dropped",
    claim: { ...advertisement, isSolicited: true, onlyFor: OURS },
    before: "INCOMPLETE -",
    after: `REACHABLE ${NEW}`,
    settings: { drop_unsolicited_na: 1 },
    says: "learned: the entry was INCOMPLETE",
  },
  {
    name: "an advertisement and no entry",
    claim: advertisement,
    says: "ignored: accept_untracked_na=0 and no entry",
  },
  {
    name: "an advertisement and no entry on a host",
    claim: advertisement,
    settings: { accept_untracked_na: 1 },
    says: "ignored: forwarding=0 and no entry: accept_untracked_na is for routers",
  },
  {
    name: "an advertisement and no entry on a router",
    claim: advertisement,
    after: taken,
    settings: { accept_untracked_na: 1, forwarding: 1 },
    says: "learned: accept_untracked_na=1 and forwarding=1",
  },
  {
    name: "an advertisement from another network",
    claim: { ...advertisement, source: "fd00::9" },
    settings: { accept_untracked_na: 2, forwarding: 1 },
    says: "ignored: accept_untracked_na=2, no entry, and fd00::9 is in no network of this interface",
  },
  {
    name: "an advertisement and a failed entry",
    claim: advertisement,
    before: "FAILED -",
    after: "FAILED -",
    says: "ignored: entry is FAILED",
  },
  {
    name: "an advertisement that names no MAC",
    claim: { ...advertisement, saysMac: false },
    before: stale,
    after: stale,
    says: "none: no target link-layer address option",
  },
  {
    name: "an advertisement of our own address",
    claim: { ...advertisement, ip: "2001:db8::1" },
    says: "ignored: 2001:db8::1 is an address of this host",
  },
];
for (const { name, claim, before, after, ageMs = 0, settings = {}, decidedBy = "interface", says } of CASES) {
  test(`explain() says of ${name}: ${says}`, () => {
    const change = { before: entry(before), after: entry(after), ageMs };
    const { verdict, because } = explain(claim, change, host(settings, decidedBy));
    assert.equal(`${verdict}: ${because}`, says);
  });
}

test("explain() names a setting that this kernel does not have", () => {
  const { settings, ...rest } = host({}, "interface");
  const without = { ...rest, settings: { ...settings, accept_untracked_na: undefined } };
  const { because } = explain(advertisement, { before: undefined, after: undefined, ageMs: 0 }, without);
  assert.equal(because, "no accept_untracked_na in this kernel and no entry");
});
