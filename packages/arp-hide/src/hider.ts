/**
 * Hides addresses and shows them again: settings and rules stand before an address comes, and until it has gone.
 *
 * @module
 */
import {
  deleteTable,
  dropParentSettings,
  holdParentSettings,
  loadTable,
  readSysctl,
  type Setting,
} from "@viptools/kernel";
import { ANY_IPV4, type IpAddress } from "@viptools/wire";
import { LOADING_RULES } from "./kernel-exit.ts";
import { type Hiding, HOLDER, hostVip, neededSettings, plannedAddress, SETTINGS_HOLDER } from "./plan.ts";
import type { RuleChange } from "./plan-steps.ts";
import { hidingRules, tableOf } from "./rules.ts";
import { isMarked, type Workbench } from "./workbench.ts";

/** Anybody may change the table: it has to outlive the process. */
const ANYBODYS = 0;

/**
 * @param all that is to be hidden on this host. @param asked those of it that are hidden, or made whole, now.
 * @returns what was done, for people.
 */
export async function hide(
  bench: Workbench,
  name: string,
  all: readonly Hiding[],
  asked: readonly Hiding[],
): Promise<string[]> {
  const changes = await holdParentSettings(bench.runs, name, SETTINGS_HOLDER, settingsOf(name, asked));
  if (asked.some(({ method }) => method === "nft")) changes.push(...changeRules(bench, name, all));
  const missing = missingOf(bench, asked);
  const index = bench.holderIndex();
  await bench.route.addAddresses(missing.map((vip) => plannedAddress(vip, index)));
  return [...changes, ...missing.map((vip) => `address ${hostVip(vip)} on ${HOLDER}`)];
}

/** What an interface has to be set to, so that these are hidden. */
export function settingsOf(name: string, hidden: readonly Hiding[]): Setting[] {
  return neededSettings(hidden, name, Number(readSysctl(`net/ipv4/conf/${name}/arp_ignore`) ?? 0));
}

/** Addresses that are not there yet. */
export function missingOf(bench: Workbench, asked: readonly Hiding[]): IpAddress[] {
  const here = heldBy(bench);
  return asked.map(({ vip }) => vip).filter((vip) => !here.some(({ address }) => address === vip));
}

function heldBy(bench: Workbench): ReturnType<Workbench["addresses"]> {
  return bench.addresses().filter((one) => one.interface === HOLDER);
}

/** @param left what stays hidden on this host. @param gone what is hidden no more. @returns what was done, for people. */
export async function show(
  bench: Workbench,
  name: string,
  left: readonly Hiding[],
  gone: readonly Hiding[],
): Promise<string[]> {
  const going = leavingAddresses(left, gone);
  const here = heldBy(bench).filter((one) => going.includes(one.address) && isMarked(one));
  const removed = await bench.route.removeAddresses(here);
  const rules = changeRules(bench, name, left);
  const settings =
    settingsOf(name, left).length > 0 ? [] : await dropParentSettings(bench.runs, name, SETTINGS_HOLDER);
  return [
    ...removed.map(({ address }) => `address ${hostVip(address)} removed from ${HOLDER}`),
    ...rules,
    ...settings,
  ];
}

/** What is hidden on another interface too stays there. */
export function leavingAddresses(left: readonly Hiding[], gone: readonly Hiding[]): IpAddress[] {
  return gone.map(({ vip }) => vip).filter((vip) => !left.some((one) => one.vip === vip));
}

/** @returns undefined where there are no rules and none are needed. */
export function ruleChange(bench: Workbench, name: string, all: readonly Hiding[]): RuleChange | undefined {
  const vips = all.filter((one) => one.interface === name && one.method === "nft").map(({ vip }) => vip);
  const isLoaded = bench.tables().includes(tableOf(name));
  if (vips.length === 0) return isLoaded ? { interface: name, rules: undefined, isLoaded } : undefined;
  const ownAddress = bench.ownAddress(name) ?? ANY_IPV4;
  return { interface: name, rules: hidingRules({ interface: name, vips, ownAddress }), isLoaded };
}

function changeRules(bench: Workbench, name: string, all: readonly Hiding[]): string[] {
  const change = ruleChange(bench, name, all);
  if (change === undefined) return [];
  const table = tableOf(name);
  if (change.rules === undefined) {
    bench.nft.commit([deleteTable(table)], `Cannot remove table ${table}`);
    return [`table ${table} removed`];
  }
  bench.nft.commit(loadTable(change.rules, ANYBODYS), LOADING_RULES);
  return [`table ${table} loaded`];
}
