/**
 * Reads of this host what {@link diagnose} has to know.
 *
 * @module
 */
import {
  type EffectiveName,
  findNetworkManager,
  type IptablesListing,
  KernelError,
  listIptables,
  listLegacyTables,
  listNftRuleset,
  readClockSource,
  readEffective,
  readSysctl,
} from "@viptools/kernel";
import { addressOfVip, parseInstance } from "@viptools/records";
import { explainAnswering } from "../answering.ts";
import { listEntries } from "../journal.ts";
import { readSituation } from "../situation.ts";
import type { Workbench } from "../workbench.ts";
import { type Facts, type OwnedRouter, SETTING_NAMES, type SettingName, type SettingPair } from "./facts.ts";
import type { Chain } from "./firewall.ts";
import { readIptables } from "./iptables-rules.ts";
import { listenFor } from "./listening.ts";
import { type Asked, meaningOf } from "./meaning.ts";
import { OWN_TABLES, readNftRuleset } from "./nft-ruleset.ts";

/** A check that could not be done. */
export interface Gap {
  readonly code: string;
  readonly message: string;
}

export interface Reading {
  readonly facts: Facts;
  readonly gaps: readonly Gap[];
}

/** Tables that iptables keeps in nf_tables, where the host has it so. */
const IPTABLES_TABLES: readonly string[] = ["filter", "nat", "mangle", "raw", "security"];
const IPTABLES_FAMILIES: readonly string[] = ["ip", "ip6"];

/** @param listenUs how long others are listened for. */
export async function readFacts(
  bench: Workbench,
  asked: Asked,
  ifindex: number,
  listenUs: number,
): Promise<Reading> {
  const gaps: Gap[] = [];
  const attempt = <T>(otherwise: T, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      gaps.push({ code: error.code, message: error.message });
      return otherwise;
    }
  };
  const before = readOwned(bench);
  const meaning = meaningOf(asked, before);
  const heard = await listenFor(ifindex, meaning.routers, listenUs).catch((error: unknown) =>
    attempt([], () => {
      throw error;
    }),
  );
  const links = bench.route.links();
  const facts: Facts = {
    interface: asked.interface,
    ...meaning,
    links,
    addresses: [...bench.route.addresses(4), ...bench.route.addresses(6)],
    // Who was Active may have handed over while others were listened to.
    owned: settled(before, readOwned(bench)),
    settings: readSettings(asked.interface),
    arpAnswerers: links.map(({ name }) => name).filter(answersForAll),
    ipv6Off: readPair("ipv6", asked.interface, "disable_ipv6"),
    chains: attempt([], () => readChains(bench)),
    heard,
    manager: findNetworkManager(ifindex),
    clockSource: readClockSource(),
    passage: undefined,
  };
  return { facts, gaps };
}

function readOwned(bench: Workbench): OwnedRouter[] {
  return listEntries(bench.runs).map((entry) => {
    const { family, vrid } = parseInstance(entry.instance)!;
    const { parent, interface: name, mode, vips } = entry;
    const situation = readSituation(bench, entry);
    const hasForwarding = entry.hasForwarding === true && situation.rewriting?.isTaken === true;
    const { answers: isSpeaking, obstacles } = explainAnswering(situation);
    const owner = entry.isAlive ? "living" : entry.isStanding ? "standing" : "dead";
    const { all, own } = situation.settings.rp_filter;
    const owned = { family, vrid, parent, interface: name, mode, vips: vips.map(addressOfVip) };
    const state = { owner, obstacles, rpFilter: Math.max(all, own) } as const;
    return { ...owned, ...state, addresses: entry.addresses, hasForwarding, isSpeaking };
  });
}

/** What a living owner is just building or mending is no fault: only what was so before too. */
function settled(before: readonly OwnedRouter[], after: readonly OwnedRouter[]): OwnedRouter[] {
  return after.map((now) => {
    if (now.owner === "standing") return now;
    const same = before.find((own) => own.interface === now.interface && isSameRouter(own, now));
    const found = same?.obstacles.map((obstacle) => obstacle.found) ?? [];
    const isDead = now.owner === "dead" && same?.owner === "dead";
    return {
      ...now,
      owner: isDead ? "dead" : "living",
      obstacles: now.obstacles.filter((obstacle) => found.includes(obstacle.found)),
    };
  });
}

function isSameRouter(a: OwnedRouter, b: OwnedRouter): boolean {
  return a.parent === b.parent && a.family === b.family && a.vrid === b.vrid;
}

function readSettings(nic: string): Readonly<Record<SettingName, SettingPair>> {
  const pairs = SETTING_NAMES.map((name) => [name, readPair("ipv4", nic, name) ?? { all: 0, own: 0 }]);
  return Object.fromEntries(pairs) as Record<SettingName, SettingPair>;
}

function answersForAll(name: string): boolean {
  return ["ipv4/arp_ignore", "ipv4/arp_filter"].every(
    (setting) => readEffective(setting as EffectiveName, name)?.value === 0,
  );
}

function readPair(layer: "ipv4" | "ipv6", nic: string, name: string): SettingPair | undefined {
  const [all, own] = ["all", nic].map((side) => readSysctl(`net/${layer}/conf/${side}/${name}`));
  return all === undefined || own === undefined ? undefined : { all: Number(all), own: Number(own) };
}

/** @throws {KernelError} where rules are there that nobody can list. */
function readChains(bench: Workbench): Chain[] {
  const listings = listIptables();
  const isListed = listings.some(isNft);
  const isLegacyListed = listings.some((listing) => !isNft(listing) && listing.text !== "");
  const legacy = listLegacyTables();
  if (legacy.length > 0 && !isLegacyListed) throw unreadable(legacy, "iptables-save", "iptables");
  const iptables = listings.flatMap(({ text, family, program }) => readIptables(text, family, program));
  // Otherwise its rules would be found twice.
  const isLeftOut = (family: string, table: string): boolean =>
    isListed && IPTABLES_FAMILIES.includes(family) && IPTABLES_TABLES.includes(table);
  const ruleset = listNftRuleset();
  if (ruleset !== undefined) return [...iptables, ...readNftRuleset(ruleset, isLeftOut)];
  const hidden = bench.nft.allTables().filter(({ name }) => !OWN_TABLES.test(name));
  if (hidden.length > 0) {
    const names = hidden.map(({ name }) => name);
    throw unreadable(names, "nft", "nftables");
  }
  return iptables;
}

/** What it lists is kept in nf_tables. */
function isNft({ text }: IptablesListing): boolean {
  return /^# Generated by .*\(nf_tables\)/m.test(text);
}

function unreadable(tables: readonly string[], program: string, wanted: string): KernelError {
  const names = [...new Set(tables)].join(", ");
  return new KernelError(
    "ENOENT",
    `Cannot read the rules of ${names}: there is no program ${program}, install ${wanted}`,
  );
}
