import assert from "node:assert/strict";
import test from "node:test";
import { judge, type Sight } from "./wholeness.ts";

const at = (setting: string, value: number, side = "eth0") => ({
  value,
  path: `net/ipv4/conf/${side}/${setting}`,
});
const WHOLE: Sight = {
  interface: "eth0",
  method: "sysctl",
  isThere: true,
  nowNamed: "eth0",
  missing: [],
  elsewhere: [],
  ignore: at("arp_ignore", 1),
  announce: at("arp_announce", 2),
  unruled: [],
  stale: undefined,
  changed: [],
  groundless: [],
  tunnelFaults: [],
  open: [],
};
const BY_RULES: Sight = { ...WHOLE, method: "nft", ignore: undefined, announce: undefined };
const BY_ARPTABLES: Sight = { ...BY_RULES, method: "arptables" };
const TURNED: Sight = { ...BY_RULES, method: "redirect" };

test("nothing is said of what is whole", () => {
  for (const sight of [WHOLE, BY_RULES, BY_ARPTABLES, TURNED])
    assert.deepEqual(judge(sight), { isWhole: true, why: [] });
});

for (const value of [1, 2, 3, 8])
  test(`arp_ignore ${value} hides`, () => {
    assert.equal(judge({ ...WHOLE, ignore: at("arp_ignore", value) }).isWhole, true);
  });

const FAULTS: readonly (readonly [fact: string, sight: Sight, says: RegExp])[] = [
  ["arp_ignore 0", { ...WHOLE, ignore: at("arp_ignore", 0) }, /answers: sysctl -w .*eth0\/arp_ignore=1/],
  ["arp_ignore 4", { ...WHOLE, ignore: at("arp_ignore", 4, "all") }, /sysctl -w .*all\/arp_ignore=1/],
  [
    "arp_announce 1",
    { ...WHOLE, announce: at("arp_announce", 1) },
    /in the name of the VIP: .*arp_announce=2/,
  ],
  [
    "an address that is gone",
    { ...WHOLE, missing: [{ vip: "192.0.2.100", holder: "lo" }] },
    /192\.0\.2\.100 is not on lo/,
  ],
  [
    "an address on the NIC too",
    { ...WHOLE, elsewhere: [{ vip: "192.0.2.100", interface: "eth0" }] },
    /192\.0\.2\.100 is on eth0 too/,
  ],
  ["an interface that is gone", { ...WHOLE, isThere: false }, /eth0 is not there/],
  [
    "an interface that was renamed",
    { ...WHOLE, isThere: false, nowNamed: "lan0" },
    /eth0 is named lan0 now: arp-hide remove -I eth0, and add -I lan0/,
  ],
  ["a table that is gone", { ...BY_RULES, unruled: undefined }, /table hide_eth0 is gone/],
  ["chains that are gone", { ...BY_ARPTABLES, unruled: undefined }, /chain hide-eth0-in or -out is gone/],
  ["chains that are empty", { ...BY_ARPTABLES, unruled: ["192.0.2.100"] }, /does not name 192\.0\.2\.100/],
  [
    "nothing to turn to",
    { ...TURNED, groundless: ["2001:db8::100"] },
    /eth0 has no IPv6 address to which 2001:db8::100/,
  ],
  ["a tunnel that drops", { ...WHOLE, tunnelFaults: ["tunl0 is down"] }, /tunl0 is down/],
  [
    "an address that the interface had before",
    { ...BY_RULES, stale: "192.0.2.3" },
    /say 192\.0\.2\.3 in the place of a VIP, which eth0 does not have: arp-hide add again/,
  ],
  [
    "a chain that was flushed",
    { ...BY_RULES, changed: ["chain in lacks 1 of 1 rules"] },
    /hide_eth0: chain in lacks/,
  ],
  ["rules for another address", { ...BY_RULES, unruled: ["192.0.2.100"] }, /does not name 192\.0\.2\.100/],
];
for (const [fact, sight, says] of FAULTS)
  test(`not whole: ${fact}`, () => {
    const { isWhole, why } = judge(sight);
    assert.equal(isWhole, false);
    assert.equal(why.length, 1);
    assert.match(why[0]!, says);
  });

test("another interface that answers is worth knowing, and no fault", () => {
  const { isWhole, why } = judge({ ...WHOLE, open: ["eth1"] });
  assert.equal(isWhole, true);
  assert.match(why.join(), /eth1 answers for them: arp-hide add -I eth1/);
});
