import assert from "node:assert/strict";
import test from "node:test";
import { type Hiding, type Method, neededSettings } from "./plan.ts";
import { stepsToHide, stepsToRemove } from "./plan-steps.ts";
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

const VIPS = ["192.0.2.100", "2001:db8::100"];

test("what keeps quiet comes before the addresses, and goes after them", () => {
  const settings = neededSettings([hiding("192.0.2.100", "sysctl")], "eth0", 0);
  const kinds = (steps: readonly { command: string }[]): string[] =>
    steps.map(({ command }) => command.split(" ").slice(0, 3).join(" "));
  const rules = hidingRules({ interface: "eth0", vips: VIPS, ownAddress: "192.0.2.2" });
  const change = { interface: "eth0", rules, isLoaded: false };
  const sysctls = ["arp_ignore=1", "arp_announce=2"].map((one) => `sysctl -w net/ipv4/conf/eth0/${one}`);
  assert.deepEqual(kinds(stepsToHide(settings, change, VIPS)), [
    ...sysctls,
    "nft 'table netdev",
    "ip address add",
    "ip address add",
  ]);
  const gone = { interface: "eth0", rules: undefined, isLoaded: true };
  assert.deepEqual(kinds(stepsToRemove(settings, gone, VIPS)), [
    "ip address del",
    "ip address del",
    "nft 'delete table",
    ...sysctls,
  ]);
});

test("rules that stand are replaced in one command, and none are removed where none stand", () => {
  const rules = hidingRules({ interface: "eth0", vips: VIPS, ownAddress: "192.0.2.2" });
  const [step] = stepsToHide([], { interface: "eth0", rules, isLoaded: true }, []);
  assert.match(step!.command, /^nft 'delete table netdev hide_eth0; table netdev hide_eth0 \{/);
  assert.deepEqual(stepsToRemove([], { interface: "eth0", rules: undefined, isLoaded: false }, []), []);
});
