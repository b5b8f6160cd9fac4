/** Why a host answers, or does not: each obstacle by itself. */
import assert from "node:assert/strict";
import test from "node:test";
import { explainAnswering, type Situation } from "./answering.ts";

const WELL: Situation = {
  mode: "macvlan",
  family: 4,
  interfaceName: "vrrp4-2-51",
  parent: "eth0",
  isParentUp: true,
  isLinkUp: true,
  isLookedAfter: true,
  hasAddresses: true,
  missingVips: [],
  unroutedVips: [],
  rewriting: undefined,
  voiceMs: 200,
  settings: {
    arp_ignore: { all: 0, own: 1 },
    arp_filter: { all: 0, own: 0 },
    rp_filter: { all: 1, own: 2 },
  },
  parentArpIgnore: 1,
  macvlanMode: "other",
};

const REWRITING = {
  mac: "00:00:5e:00:01:33",
  isTaken: true,
  hasRules: true,
  otherNicMac: undefined,
  again: "vmac-ctl down, then up",
};

const OBSTACLES: readonly (readonly [fact: string, change: Partial<Situation>, why: RegExp | undefined])[] = [
  ["all is well", {}, undefined],
  ["no fence", { voiceMs: undefined }, undefined],
  ["the link is gone", { isLinkUp: undefined }, /is not there/],
  ["the link is down", { isLinkUp: false }, /ip link set vrrp4-2-51 up/],
  ["the parent is down", { isParentUp: false }, /eth0 is down/],
  ["a VIP is gone", { missingVips: ["192.0.2.100/32"] }, /192.0.2.100\/32 is not on/],
  [
    "the NIC does not take the virtual MAC",
    { mode: "rewrite", rewriting: { ...REWRITING, isTaken: false, hasRules: true } },
    /bridge fdb add 00:00:5e:00:01:33 dev eth0 self/,
  ],
  [
    "the rules that put it on are gone",
    { mode: "rewrite", rewriting: { ...REWRITING, isTaken: true, hasRules: false } },
    /rules that put 00:00:5e:00:01:33 on are gone/,
  ],
  [
    "both are there",
    { mode: "rewrite", rewriting: { ...REWRITING, isTaken: true, hasRules: true } },
    undefined,
  ],
  [
    "the rules were made for another MAC of the NIC",
    { mode: "rewrite", rewriting: { ...REWRITING, otherNicMac: "02:00:00:00:00:78" } },
    /^eth0 has the MAC 02:00:00:00:00:78 now.*vmac-ctl down, then up$/,
  ],
  ["no route", { unroutedVips: ["10.9.0.100/24"] }, /^no route leads to the network of 10.9.0.100\/24/],
  ["no address is meant to be there", { hasAddresses: false }, /^taken with --no-address/],
  ["no lease runs", { voiceMs: 0 }, /muted/],
  [
    "arp_ignore of all forbids it",
    { settings: { ...WELL.settings, arp_ignore: { all: 8, own: 1 } } },
    /arp_ignore is 8 \(all\).*conf\.all\.arp_ignore=1/,
  ],
  [
    "arp_filter of all forbids it",
    { settings: { ...WELL.settings, arp_filter: { all: 1, own: 0 } } },
    /arp_filter is 1 \(all\)/,
  ],
  [
    "IPv6 does not care for ARP",
    { family: 6, settings: { ...WELL.settings, arp_ignore: { all: 8, own: 1 } } },
    undefined,
  ],
];
for (const [fact, change, why] of OBSTACLES) {
  test(`status: ${fact}`, () => {
    const verdict = explainAnswering({ ...WELL, ...change });
    assert.equal(verdict.answers, why === undefined, verdict.why.join("; "));
    if (why !== undefined) assert.match(verdict.why[0]!, why);
  });
}

test("status: a Backup has nothing to mend", () => {
  const absent = {
    voiceMs: 0,
    isLinkUp: undefined,
    missingVips: ["192.0.2.100/32"],
    rewriting: { ...REWRITING, isTaken: false },
  };
  const { answers, why } = explainAnswering({ ...WELL, ...absent });
  assert.equal(answers, false);
  assert.equal(why.length, 1);
  assert.match(why[0]!, /^muted/);
  const { why: left } = explainAnswering({ ...WELL, ...absent, isLookedAfter: false });
  assert.ok(left.length > 1, "what a dead owner left is looked at in full");
});

test("status: what else is worth knowing does not keep it from answering", () => {
  const verdict = explainAnswering({
    ...WELL,
    parentArpIgnore: 0,
    macvlanMode: "private",
    settings: { ...WELL.settings, rp_filter: { all: 1, own: 0 } },
  });
  assert.equal(verdict.answers, true);
  assert.deepEqual(
    verdict.why.map((sentence) => sentence.split(" ")[0]),
    ["eth0", "rp_filter", "macvlans"],
  );
});
