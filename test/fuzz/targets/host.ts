/**
 * What other programs of the host print, what the tools noted themselves, and files with a number in them.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { FileLock, RunDirectory } from "@viptools/kernel";
import { parseInstance } from "@viptools/records";
import {
  acceptingBefore,
  arpCommands,
  isBareWithout,
  readArpChains,
  unruledByArp,
} from "arp-hide/dist/arp-rules.js";
import { readJournal } from "arp-hide/dist/journal.js";
import { judgeFile } from "vip-track/dist/file-value.js";
import { readNeighbours } from "vip-verdict/dist/neighbours.js";
import { findDrop, type Packet } from "vmac-ctl/dist/doctor/firewall-walk.js";
import { readIptables } from "vmac-ctl/dist/doctor/iptables-rules.js";
import { readNftRuleset } from "vmac-ctl/dist/doctor/nft-ruleset.js";
import { listEntries } from "vmac-ctl/dist/journal.js";
import { isIpAddress } from "../inputs/addresses.ts";
import { octetsOf, type Target, textOf } from "../target.ts";

const HIDDEN = { interface: "eth0", vips: ["192.0.2.100"], ownAddress: "192.0.2.1" };
const ADVERT: Packet = {
  families: ["inet", "ip", "netdev"],
  hooks: ["ingress", "prerouting", "input"],
  device: "eth0",
  fields: {
    "ip protocol": 112,
    "meta l4proto": 112,
    "ip daddr": "224.0.0.18",
    "ip saddr": "192.0.2.2",
    "ip ttl": 255,
  },
  linkFields: { "ether saddr": "00:00:5e:00:01:33" },
  foreign: ["tcp", "udp"],
  naming: ["ip protocol", "meta l4proto"],
};
const ENTRY = {
  instance: "eth0/4/51",
  parent: "eth0",
  mode: "macvlan",
  mac: "00:00:5e:00:01:33",
  vips: ["192.0.2.100/32"],
  addresses: ["192.0.2.100"],
  interface: "vrrp4-2-51",
  linkIndex: 7,
  parentIndex: 2,
  nicMac: "02:00:00:00:00:01",
  table: "vmac_eth0_4_51",
  hasForwarding: true,
  pid: 4711,
  isStanding: false,
  isBuilding: true,
};
const HIDING = {
  interface: "eth0",
  vip: "192.0.2.100",
  method: "redirect",
  ifindex: 2,
  tunnel: "tunl0",
  to: ["tcp/80"],
};

/** A folder of notes whose only one holds this. */
function notesWith(text: string): RunDirectory {
  const lock: FileLock = { release: () => {} } as FileLock;
  const read = (): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  return { list: () => ["own-eth0-4-51"], lock: () => lock, read } as unknown as RunDirectory;
}

function text(
  name: string,
  kind: Target["kind"],
  seeds: readonly string[],
  play: (text: string) => void,
): Target {
  return {
    name: `host-${name}`,
    kind,
    seeds: () => octetsOf(...seeds),
    refusals: [SyntaxError],
    play: (bytes) => play(textOf(bytes)),
  };
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

export const TARGETS: readonly Target[] = [
  text(
    "arptables",
    "text",
    ["Chain INPUT (policy ACCEPT)\n-j DROP -d 192.0.2.100\n\nChain hide-eth0-in (1 references)\n"],
    (listing) => {
      const chains = readArpChains(listing);
      arpCommands(HIDDEN, chains);
      arpCommands({ ...HIDDEN, vips: [] }, chains);
      unruledByArp(HIDDEN, chains);
      acceptingBefore(HIDDEN, chains);
      isBareWithout("eth0", listing);
    },
  ),
  text(
    "iptables",
    "text",
    [
      '*filter\n:INPUT ACCEPT [0:0]\n:X - [0:0]\n-A INPUT -i e0 -p vrrp -m comment --comment "vrrp in" -j DROP\n-A INPUT -s 192.0.2.0/24 ! -d 224.0.0.18/32 --ctstate RELATED,ESTABLISHED -g X\nCOMMIT\n',
    ],
    (listing) => void findDrop(readIptables(listing, 4, "iptables-save"), ADVERT),
  ),
  text("nft", "json", [], (listing) => void findDrop(readNftRuleset(listing), ADVERT)),
  text(
    "neighbours",
    "text",
    ["192.0.2.9 lladdr 02:00:00:00:00:09 router STALE\nfe80::1 dev eth0 FAILED\n"],
    (listing) => {
      for (const { state } of readNeighbours(listing)) assert.match(state, /^[A-Z]+$/);
    },
  ),
  text("owner-note", "json", [JSON.stringify(ENTRY)], (note) => {
    for (const entry of listEntries(notesWith(note))) {
      assert.notEqual(parseInstance(entry.instance), undefined);
      assert.ok(isTexts(entry.vips) && isTexts(entry.addresses), "addresses are texts");
    }
  }),
  text(
    "hidden-note",
    "json",
    [JSON.stringify([HIDING, { interface: "eth0", vip: "2001:db8::1", method: "nft" }])],
    (note) => {
      for (const { vip, to } of readJournal(notesWith(note)))
        assert.ok(isIpAddress(vip) && (to === undefined || isTexts(to)));
    },
  ),
  text("file-value", "text", ["3", "-1.5 x", "+7\n", ""], (content) => {
    for (const target of [{ compare: "< 5" }, { factor: 2 }, {}]) {
      const { score } = judgeFile({ kind: "file", path: "/run/x", ...target } as never, content);
      assert.ok(score === undefined || Number.isFinite(score), `${score}`);
    }
  }),
];
