import assert from "node:assert/strict";
import test from "node:test";
import {
  arpCommands,
  interfacesWithArpChains,
  isBareWithout,
  readArpChains,
  unruledByArp,
} from "./arp-rules.ts";
import { arpSight } from "./arp-sight.ts";

const VIP = "192.0.2.100";
const OTHER = "192.0.2.101";
const wanted = (...vips: string[]) => ({ interface: "eth0", vips, ownAddress: "192.0.2.2" });

const EMPTY = "Chain INPUT (policy ACCEPT)\n\nChain OUTPUT (policy ACCEPT)\n";
/** As arptables-nft 1.8.9 lists them. */
const WHOLE = `Chain INPUT (policy ACCEPT)
-j hide-eth0-in -i eth0

Chain OUTPUT (policy ACCEPT)
-j hide-eth0-out -o eth0

Chain hide-eth0-in (1 references)
-j DROP -d ${VIP}

Chain hide-eth0-out (1 references)
-j mangle -s ${VIP} --mangle-ip-s 192.0.2.2
`;
/** As arptables-legacy 0.0.5 does, and in another order of words. */
const LEGACY = WHOLE.replace("-j hide-eth0-in -i eth0", "-i eth0 -j hide-eth0-in ").replace(
  "-j hide-eth0-out (",
  "-o eth0 -j hide-eth0-out (",
);
const TO_HIDE = [
  "-N hide-eth0-in",
  `-A hide-eth0-in -d ${VIP} -j DROP`,
  "-I INPUT -i eth0 -j hide-eth0-in",
  "-N hide-eth0-out",
  `-A hide-eth0-out -s ${VIP} -j mangle --mangle-ip-s 192.0.2.2`,
  "-I OUTPUT -o eth0 -j hide-eth0-out",
];
const TO_SHOW = [
  ...["-D INPUT -j hide-eth0-in -i eth0", "-F hide-eth0-in", "-X hide-eth0-in"],
  ...["-D OUTPUT -j hide-eth0-out -o eth0", "-F hide-eth0-out", "-X hide-eth0-out"],
];
const FLUSHED = WHOLE.replaceAll(/^-j.*\n/gm, "");
const MOVED = `-j mangle -s ${VIP} --mangle-ip-s 192.0.2.9`;

const ROWS: readonly (readonly [fact: string, listing: string, vips: string[], commands: string[]])[] = [
  ["nothing is there", EMPTY, [VIP], TO_HIDE],
  ["no table is there", "", [VIP], TO_HIDE],
  ["all is there", WHOLE, [VIP], []],
  ["all is there, listed in another way", LEGACY, [VIP], []],
  ["all rules were flushed", FLUSHED, [VIP], TO_HIDE.filter((command) => !command.startsWith("-N"))],
  [
    "one more VIP",
    WHOLE,
    [VIP, OTHER],
    [`-A hide-eth0-in -d ${OTHER} -j DROP`, `-A hide-eth0-out -s ${OTHER} -j mangle --mangle-ip-s 192.0.2.2`],
  ],
  [
    "the interface had another address",
    WHOLE.replace(/-j mangle.*/, MOVED),
    [VIP],
    [`-A hide-eth0-out -s ${VIP} -j mangle --mangle-ip-s 192.0.2.2`, `-D hide-eth0-out ${MOVED}`],
  ],
  [
    "somebody accepts before",
    WHOLE.replace("INPUT (policy ACCEPT)", "$&\n-j ACCEPT"),
    [VIP],
    ["-I INPUT -i eth0 -j hide-eth0-in", "-D INPUT 3"],
  ],
  ["none is hidden any more", WHOLE, [], TO_SHOW],
  [
    "saved rules were loaded beside them",
    WHOLE.replace(/(-j hide-eth0-in.*\n)/, "$1$1"),
    [],
    ["-D INPUT -j hide-eth0-in -i eth0", ...TO_SHOW],
  ],
  ["nothing is there, and none is hidden", EMPTY, [], []],
  ["another interface's chains", WHOLE.replaceAll("eth0", "eth1"), [], []],
];
for (const [fact, listing, vips, commands] of ROWS)
  test(`arptables: ${fact}`, () => {
    const found = arpCommands(wanted(...vips), readArpChains(listing));
    assert.deepEqual(
      found.map((words) => words.join(" ")),
      commands,
    );
  });

const SIGHTS: readonly (readonly [fact: string, listing: string, unruled: string[] | undefined])[] = [
  ["whole", WHOLE, []],
  ["whole, listed in another way", LEGACY, []],
  ["flushed", FLUSHED, [VIP]],
  ["no jump leads there", WHOLE.replace(/-j hide-eth0-in.*\n/, ""), [VIP]],
  ["the entrance is another interface", WHOLE.replace("-i eth0", "-i eth1"), [VIP]],
  ["the question is asked in another name", WHOLE.replace(/-j mangle.*/, MOVED), [VIP]],
  ["gone", EMPTY, undefined],
];
for (const [fact, listing, unruled] of SIGHTS)
  test(`arptables, seen: ${fact}`, () => {
    assert.deepEqual(unruledByArp(wanted(VIP), readArpChains(listing)), unruled);
  });

const VIPS = [VIP];
const before = (rule: string, side = "INPUT"): string =>
  WHOLE.replace(`${side} (policy ACCEPT)`, `$&\n${rule}`);
const SIGHTS_OF_RULES: readonly (readonly [
  fact: string,
  listing: string,
  own: string[],
  stale?: string | undefined,
  changed?: RegExp,
])[] = [
  ["whole", WHOLE, ["192.0.2.2"]],
  [
    "another address of the interface is said",
    WHOLE.replace(/-j mangle.*/, MOVED),
    ["192.0.2.2", "192.0.2.9"],
  ],
  ["an address of before is said", WHOLE.replace(/-j mangle.*/, MOVED), ["192.0.2.2"], "192.0.2.9"],
  ["accepted before", before("-j ACCEPT"), ["192.0.2.2"], undefined, /^chain INPUT has "-j ACCEPT" before/],
  [
    "accepted before, on the way out",
    before("-j ACCEPT", "OUTPUT"),
    ["192.0.2.2"],
    undefined,
    /^chain OUTPUT has/,
  ],
  [
    "accepted among ours",
    WHOLE.replace("-j DROP", "-j ACCEPT\n$&"),
    ["192.0.2.2"],
    undefined,
    /^chain hide-eth0-in has/,
  ],
  ["returned before", before("-j RETURN -i eth0"), ["192.0.2.2"], undefined, /-j RETURN/],
  [
    "accepted in a chain",
    `${before("-j mine")}\nChain mine (1 references)\n-j ACCEPT\n`,
    ["192.0.2.2"],
    undefined,
    /-j mine/,
  ],
  ["a chain that comes back", `${before("-j mine")}\nChain mine (1 references)\n-j RETURN\n`, ["192.0.2.2"]],
  ["accepted for another interface", before("-j ACCEPT -i eth1"), ["192.0.2.2"]],
  [
    "accepted for all but another interface",
    before("-j ACCEPT ! -i eth1"),
    ["192.0.2.2"],
    undefined,
    /-j ACCEPT/,
  ],
  ["accepted for another address", before("-j ACCEPT -d 192.0.2.7"), ["192.0.2.2"]],
  ["accepted for the network", before("-j ACCEPT -d 192.0.2.0/24"), ["192.0.2.2"], undefined, /-j ACCEPT/],
  ["dropped before", before("-j DROP -s 192.0.2.7"), ["192.0.2.2"]],
  ["accepted after", WHOLE.replace("-i eth0\n", "$&-j ACCEPT\n"), ["192.0.2.2"]],
];
for (const [fact, listing, own, stale, changed] of SIGHTS_OF_RULES)
  test(`arptables, seen of the rules: ${fact}`, () => {
    const sight = arpSight({ interface: "eth0", vips: VIPS }, own, readArpChains(listing));
    assert.deepEqual([sight.unruled, sight.stale], [[], stale]);
    assert.equal(sight.changed.length, changed === undefined ? 0 : 1);
    if (changed !== undefined) assert.match(sight.changed[0]!, changed);
  });

test("our chains tell their interfaces, dots and dashes in their names", () => {
  const chains = readArpChains(WHOLE.replaceAll("eth0", "br-in.5"));
  assert.deepEqual(interfacesWithArpChains(chains), ["br-in.5"]);
});

const REMAINS: readonly (readonly [fact: string, listing: string, isBare: boolean])[] = [
  ["nothing but ours", WHOLE, true],
  ["nothing", EMPTY, true],
  ["a foreign rule", WHOLE.replace("OUTPUT (policy ACCEPT)", "$&\n-j DROP -s 192.0.2.7"), false],
  ["a foreign chain", `${WHOLE}\nChain mine (0 references)\n`, false],
  ["a policy that drops", WHOLE.replace("INPUT (policy ACCEPT)", "INPUT (policy DROP)"), false],
  ["chains of another interface", `${WHOLE}\n${WHOLE.replaceAll("eth0", "eth1")}`, false],
];
for (const [fact, listing, isBare] of REMAINS)
  test(`arptables, what stays: ${fact}`, () => assert.equal(isBareWithout("eth0", listing), isBare));
