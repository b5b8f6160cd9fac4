/**
 * What is seen of the rules of the method arptables: whether they stand, are reached, and say an address that the
 * interface has. Pure.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import { type ArpChains, type ArpRules, acceptingBefore, arpChainOf, unruledByArp } from "./arp-rules.ts";
import { judgeWritten } from "./rule-faults.ts";
import type { RuleSight } from "./wholeness.ts";

/** @param own IPv4 addresses of the interface. */
export function arpSight(
  wanted: Omit<ArpRules, "ownAddress">,
  own: readonly IpAddress[],
  chains: ArpChains,
): RuleSight {
  const { ownAddress, stale } = judgeWritten(writtenAddress(wanted.interface, own, chains), own);
  const rules = { ...wanted, ownAddress };
  return {
    unruled: unruledByArp(rules, chains),
    stale,
    changed: acceptingBefore(rules, chains).map(
      ({ chain, rule }) => `chain ${chain} has "${rule}" before what hides, which accepts`,
    ),
  };
}

/** Of several, one that the interface does not have. */
function writtenAddress(name: string, own: readonly IpAddress[], chains: ArpChains): IpAddress | undefined {
  const rules = chains.get(arpChainOf(name, "out")) ?? [];
  const written = rules.flatMap((rule) => /--mangle-ip-s (\S+)/.exec(rule)?.[1] ?? []);
  return written.find((address) => !own.includes(address)) ?? written[0];
}
