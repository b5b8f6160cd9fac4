/**
 * Looks at the host: what of the hidden addresses is there, and what would answer for them.
 *
 * @module
 */
import { type Link, readEffective } from "@viptools/kernel";
import { familyOf, type IpAddress, ZERO_MAC } from "@viptools/wire";
import { arpSight } from "./arp-sight.ts";
import { arpChains, arpRulesOf } from "./arp-tables.ts";
import { missingOf } from "./host-change.ts";
import { doesIgnoreHide, type Hiding, holderOf, type Method, nameNow } from "./plan.ts";
import { lookAtTable } from "./table-sight.ts";
import { tunnelState } from "./tunnel.ts";
import { comesOutIpv4, tunnelFaults, tunnelsOf } from "./tunnel-plan.ts";
import type { RuleSight, Sight } from "./wholeness.ts";
import type { Workbench } from "./workbench.ts";

/** By a method without rules, or with nothing that needs them. */
const NO_RULES: RuleSight = { unruled: [], stale: undefined, changed: [] };

/** @param all that is hidden on this host. */
export function look(bench: Workbench, name: string, method: Method, all: readonly Hiding[]): Sight {
  const hidden = all.filter((one) => one.interface === name && one.method === method);
  const isForIpv4 = hidden.some(({ vip }) => familyOf(vip) === 4);
  const links = bench.route.links();
  const hasSettings = method === "sysctl" && isForIpv4;
  return {
    interface: name,
    method,
    isThere: links.some((link) => link.name === name),
    nowNamed: nameNow(name, hidden, links),
    missing: missingOf(bench, hidden).filter(({ holder }) => links.some((link) => link.name === holder)),
    elsewhere: elsewhereOf(bench, hidden),
    ignore: hasSettings ? readEffective("ipv4/arp_ignore", name) : undefined,
    announce: hasSettings ? readEffective("ipv4/arp_announce", name) : undefined,
    ...rulesSeen(bench, name, method, hidden),
    groundless: method === "redirect" ? groundlessOf(bench, name, hidden) : [],
    tunnelFaults: tunnelsOf(hidden).flatMap((tunnel) =>
      tunnelFaults(tunnelState(bench, tunnel), comesOutIpv4(tunnel, hidden)),
    ),
    open: isForIpv4 && method !== "redirect" ? openOf(links, hidden, all) : [],
  };
}

/** On interfaces where they shall not stand. */
function elsewhereOf(bench: Workbench, hidden: readonly Hiding[]): Sight["elsewhere"] {
  return bench
    .addresses()
    .filter(({ address, interface: place }) =>
      hidden.some((one) => one.vip === address && holderOf(one) !== place),
    )
    .map(({ address, interface: place }) => ({ vip: address, interface: place }));
}

function rulesSeen(bench: Workbench, name: string, method: Method, hidden: readonly Hiding[]): RuleSight {
  if (method === "sysctl") return NO_RULES;
  return method === "arptables"
    ? lookAtArptables(bench, name, hidden)
    : lookAtTable(bench, name, method, hidden);
}

function lookAtArptables(bench: Workbench, name: string, hidden: readonly Hiding[]): RuleSight {
  const wanted = arpRulesOf(bench, name, hidden);
  if (wanted.vips.length === 0) return NO_RULES;
  return arpSight(wanted, bench.ownAddresses(name), arpChains(bench) ?? new Map());
}

/** @returns those that the interface has no address for. */
export function groundlessOf(bench: Workbench, name: string, hidden: readonly Hiding[]): IpAddress[] {
  const families = bench
    .addresses()
    .filter((one) => one.interface === name)
    .map(({ family }) => family);
  return hidden.map(({ vip }) => vip).filter((vip) => !families.includes(familyOf(vip)));
}

/** Where somebody may ask too, and where not all of the addresses are hidden. */
function openOf(links: readonly Link[], hidden: readonly Hiding[], all: readonly Hiding[]): string[] {
  return links
    .filter(({ isUp, mac, masterIndex }) => isUp && mac !== undefined && mac !== ZERO_MAC && !masterIndex)
    .map(({ name }) => name)
    .filter((name) => !hidden.some((one) => holderOf(one) === name))
    .filter((name) => {
      const isHidden = hidden.every(({ vip }) =>
        all.some((one) => one.interface === name && one.vip === vip),
      );
      const ignore = readEffective("ipv4/arp_ignore", name);
      return !isHidden && ignore !== undefined && !doesIgnoreHide(ignore.value);
    });
}
