/**
 * The rules of the method arptables, for one interface: two chains of ours, and a jump to each; and the commands that
 * lead from what is there to what shall be. Pure.
 *
 * The chains' names are the mark: arptables has no comments. A rule is known by its words in any order, because the two
 * programs of this name, and their versions, do not list them in the same one.
 *
 * @module
 */
import type { Arptables } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { known, without, wordAfter, wordsOf } from "./arp-words.ts";

const PREFIX = "hide-";
type Side = "in" | "out";
const SIDES = ["in", "out"] as const;
const ENTRANCES: Readonly<Record<Side, string>> = { in: "INPUT", out: "OUTPUT" };

/** A chain with its rules, each as the words that made it: `-j DROP -d 192.0.2.100`. */
export type ArpChains = ReadonlyMap<string, readonly string[]>;

/** @param listing of `arptables -L -n`. */
export function readArpChains(listing: string): ArpChains {
  const chains = new Map<string, string[]>();
  let rules: string[] = [];
  for (const line of listing.split("\n").map((one) => one.trim())) {
    const [, chain] = /^Chain (\S+) \(/.exec(line) ?? [];
    if (chain !== undefined) {
      rules = [];
      chains.set(chain, rules);
    } else if (line !== "") rules.push(line);
  }
  return chains;
}

/** `hide-eth0-in`: at most 23 characters, of which arptables takes 28. */
export function arpChainOf(name: string, side: Side): string {
  return `${PREFIX}${name}-${side}`;
}

/** @returns the interfaces that have chains of ours. */
export function interfacesWithArpChains(chains: ArpChains): string[] {
  const names = [...chains.keys()].map((chain) => /^hide-(.+)-(?:in|out)$/.exec(chain)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Whether nothing would be left without our chains of an interface: no rule, no chain, and no policy but to accept. */
export function isBareWithout(name: string, listing: string): boolean {
  const ours = SIDES.map((side) => arpChainOf(name, side));
  const hasPolicies = /^Chain \S+ \(policy (?!ACCEPT)/m.test(listing);
  const builtIn = [...listing.matchAll(/^Chain (\S+) \(policy /gm)].map(([, chain]) => chain);
  const jumps = SIDES.map((side) => jump(name, side));
  const isOurs = ([chain, rules]: readonly [string, readonly string[]]): boolean =>
    ours.includes(chain) || (builtIn.includes(chain) && without(rules, jumps).length === 0);
  return !hasPolicies && [...readArpChains(listing)].every(isOurs);
}

/** What one interface needs. */
export interface ArpRules {
  readonly interface: string;
  /** IPv4 addresses; none: all is taken away. */
  readonly vips: readonly IpAddress[];
  /** Of the interface: what ARP questions say instead of a VIP. */
  readonly ownAddress: IpAddress;
}

/** What is to be done by arptables for one interface. */
export interface ArpChange {
  readonly used: Arptables;
  /** Arguments of the program, one command each. */
  readonly commands: readonly (readonly string[])[];
  /** Its table goes too, which was not there before and has nothing in it. */
  readonly dropsTable: boolean;
}

/** @returns arguments of arptables, one command each: what is missing comes before what is too much goes. */
export function arpCommands(wanted: ArpRules, chains: ArpChains): string[][] {
  const { interface: name, vips } = wanted;
  if (vips.length === 0) return SIDES.flatMap((side) => removals(name, side, chains));
  return SIDES.flatMap((side) => {
    const chain = arpChainOf(name, side);
    const rules = vips.map((vip) => ruleFor(wanted, vip, side));
    const there = chains.get(chain) ?? [];
    return [
      ...(chains.has(chain) ? [] : [["-N", chain]]),
      ...without(rules, there).map((rule) => ["-A", chain, ...wordsOf(rule)]),
      ...without(there, rules).map((rule) => ["-D", chain, ...wordsOf(rule)]),
      ...jumpCommands(wanted, side, chains),
    ];
  });
}

/** @returns the VIPs for which a rule is missing, or all where no jump leads to the rules; undefined without chains. */
export function unruledByArp(wanted: ArpRules, chains: ArpChains): IpAddress[] | undefined {
  const { interface: name, vips } = wanted;
  if (SIDES.every((side) => !chains.has(arpChainOf(name, side)))) return undefined;
  return vips.filter((vip) =>
    SIDES.some((side) => {
      const there = chains.get(arpChainOf(name, side)) ?? [];
      const isReached = jumpsTo(name, side, chains).length > 0;
      return !isReached || without([ruleFor(wanted, vip, side)], there).length > 0;
    }),
  );
}

/** A rule that lets questions pass before ours see them. */
export interface Accepting {
  readonly chain: string;
  readonly rule: string;
}

/** Rules of others, before our jumps or among our rules, that accept what may be about one of the VIPs. */
export function acceptingBefore(wanted: ArpRules, chains: ArpChains): Accepting[] {
  return SIDES.flatMap((side) => {
    const chain = arpChainOf(wanted.interface, side);
    const entrance = ENTRANCES[side];
    const before = (chains.get(entrance) ?? []).slice(0, placeOfJump(wanted.interface, side, chains));
    const own = wanted.vips.map((vip) => ruleFor(wanted, vip, side));
    const among = without(chains.get(chain) ?? [], own);
    return [
      ...before.map((rule) => ({ chain: entrance, rule })),
      ...among.map((rule) => ({ chain, rule })),
    ].filter(({ rule }) => mayAccept(rule, wanted, side, chains, true));
  });
}

/** First in its chain, or in front of it once more, if somebody accepts before it. */
function jumpCommands(wanted: ArpRules, side: Side, chains: ArpChains): string[][] {
  const { interface: name } = wanted;
  const entrance = ENTRANCES[side];
  const insert = ["-I", entrance, ...wordsOf(jump(name, side))];
  if (jumpsTo(name, side, chains).length === 0) return [insert];
  if (!acceptingBefore(wanted, chains).some(({ chain }) => chain === entrance)) return [];
  // Rules are counted from 1, and there is one more before it now.
  return [insert, ["-D", entrance, String(placeOfJump(name, side, chains) + 2)]];
}

/** @returns the place of the first jump, from 0; without one, 0. */
function placeOfJump(name: string, side: Side, chains: ArpChains): number {
  const wanted = known(jump(name, side));
  return Math.max(
    (chains.get(ENTRANCES[side]) ?? []).findIndex((rule) => known(rule) === wanted),
    0,
  );
}

/** @param isBuiltIn in a chain of the kernel's, or one of ours, RETURN ends in its policy. */
function mayAccept(
  rule: string,
  wanted: ArpRules,
  side: Side,
  chains: ArpChains,
  isBuiltIn: boolean,
): boolean {
  if (isAboutOthers(rule, wanted, side)) return false;
  const target = wordAfter(rule, "-j");
  if (target === "ACCEPT" || (target === "RETURN" && isBuiltIn)) return true;
  return (chains.get(target ?? "") ?? []).some((one) => mayAccept(one, wanted, side, chains, false));
}

/** Another interface, or another address; what is negated or a network may be about anything. */
function isAboutOthers(rule: string, { interface: name, vips }: ArpRules, side: Side): boolean {
  const device = wordAfter(rule, side === "in" ? "-i" : "-o");
  const address = wordAfter(rule, side === "in" ? "-d" : "-s");
  const isOther = device !== undefined && !device.endsWith("+") && device !== name;
  return isOther || (address !== undefined && !address.includes("/") && !vips.includes(address));
}

function removals(name: string, side: Side, chains: ArpChains): string[][] {
  const chain = arpChainOf(name, side);
  const jumps = jumpsTo(name, side, chains).map((rule) => ["-D", ENTRANCES[side], ...wordsOf(rule)]);
  return [
    ...jumps,
    ...(chains.has(chain)
      ? [
          ["-F", chain],
          ["-X", chain],
        ]
      : []),
  ];
}

/** As many as there are: somebody may have loaded saved rules beside them. */
function jumpsTo(name: string, side: Side, chains: ArpChains): string[] {
  const wanted = known(jump(name, side));
  return (chains.get(ENTRANCES[side]) ?? []).filter((rule) => known(rule) === wanted);
}

function jump(name: string, side: Side): string {
  return `-${side === "in" ? "i" : "o"} ${name} -j ${arpChainOf(name, side)}`;
}

function ruleFor({ ownAddress }: ArpRules, vip: IpAddress, side: Side): string {
  return side === "in" ? `-d ${vip} -j DROP` : `-s ${vip} -j mangle --mangle-ip-s ${ownAddress}`;
}
