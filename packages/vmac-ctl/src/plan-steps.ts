/**
 * What a plan does, step by step, in the words of `ip`, `bridge`, `sysctl` and `nft`: pure.
 *
 * @module
 */
import { type Setting, type TableSpec, tableLine } from "@viptools/kernel";
import type { JournalEntry } from "./journal.ts";
import { interfaceAlias, type Plan, type PlannedAddress } from "./plan.ts";

export interface Step {
  readonly what: string;
  readonly command: string;
}

const FOREVER_S = 0xffffffff;

/** @param rules that are loaded first; undefined where there are none. */
export function stepsToOwn(instance: string, plan: Plan, rules: TableSpec | undefined): Step[] {
  const { interfaceName, link, parent } = plan;
  const table = rules === undefined ? [] : [{ what: "rules", command: `nft ${quoted(tableLine(rules))}` }];
  const addresses = plan.addresses.map((address) => ({
    what: "VIP",
    command: `ip address add ${addressWords(address)} dev ${quoted(interfaceName)}`,
  }));
  const parentSteps = settingSteps(plan.parentSettings, `${parent} keeps quiet about the VIPs`);
  if (link === undefined) return [...table, ...forwardingSteps("add", plan), ...parentSteps, ...addresses];
  const arp = link.hasArp ? "" : " arp off";
  return [
    ...table,
    ...parentSteps,
    {
      what: "link with the virtual MAC",
      command: `ip link add ${quoted(link.name)} link ${quoted(parent)} address ${link.mac}${arp} type macvlan mode ${link.macvlanMode}`,
    },
    {
      what: "whose it is",
      command: `ip link set ${quoted(link.name)} alias ${quoted(interfaceAlias(instance))}`,
    },
    { what: "no IPv6 address of its own", command: `ip link set ${quoted(link.name)} addrgenmode none` },
    ...settingSteps(plan.linkSettings, "answers for its own addresses alone"),
    ...addresses,
    { what: "begins to answer", command: `ip link set ${quoted(link.name)} up` },
  ];
}

/** What takes away what the journal says. */
export function stepsToRelease(entry: JournalEntry, settings: readonly Setting[]): Step[] {
  const made =
    entry.mode === "macvlan"
      ? [{ what: "link and its VIPs", command: `ip link del ${quoted(entry.interface)}` }]
      : entry.addresses.map((address) => ({
          what: "VIP",
          command: `ip address del ${address} dev ${quoted(entry.interface)}`,
        }));
  const forwarding = entry.hasForwarding ? forwardingSteps("del", entry) : [];
  const table =
    entry.table === undefined
      ? []
      : [{ what: "rules", command: `nft delete table netdev ${quoted(entry.table)}` }];
  return [...made, ...forwarding, ...settingSteps(settings, "as it was before"), ...table];
}

/** The NIC takes frames for the virtual MAC. */
function forwardingSteps(
  verb: "add" | "del",
  { mode, mac, parent }: Pick<Plan, "mode" | "mac" | "parent">,
): Step[] {
  if (mode !== "rewrite") return [];
  return [
    { what: "frames for the virtual MAC", command: `bridge fdb ${verb} ${mac} dev ${quoted(parent)} self` },
  ];
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function settingSteps(settings: readonly Setting[], what: string): Step[] {
  return settings.map(({ path, value }) => ({ what, command: `sysctl -w ${quoted(`${path}=${value}`)}` }));
}

function addressWords(planned: PlannedAddress): string {
  const { address, prefixLength, hasPrefixRoute, label, scope, preferredS } = planned;
  const words = [`${address}/${prefixLength}`];
  if (label !== undefined) words.push(`label ${quoted(label)}`);
  if (scope !== undefined) words.push(`scope ${scope}`);
  if (preferredS !== undefined && preferredS !== FOREVER_S)
    words.push(`preferred_lft ${preferredS} valid_lft forever`);
  if (address.includes(":")) words.push("nodad");
  if (!hasPrefixRoute) words.push("noprefixroute");
  return words.join(" ");
}
