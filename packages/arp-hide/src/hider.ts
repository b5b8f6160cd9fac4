/**
 * Hides addresses and shows them again: what keeps the host quiet stands before an address comes, and until it has gone.
 *
 * @module
 */
import {
  deleteTable,
  dropParentSettings,
  holdParentSettings,
  inFamily,
  loadTable,
  type NewAddress,
} from "@viptools/kernel";
import { changeArptables } from "./arp-tables.ts";
import { changeToHide, changeToShow, type RuleChange, settingsOf } from "./host-change.ts";
import { LOADING_RULES } from "./kernel-exit.ts";
import { type Hiding, hostVip, nameNow, type Place, plannedAddress, SETTINGS_HOLDER } from "./plan.ts";
import { tableOf } from "./rules.ts";
import { leaveTunnel, readyTunnel } from "./tunnel.ts";
import { comesOutIpv4 } from "./tunnel-plan.ts";
import type { Workbench } from "./workbench.ts";

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
  const { settings, rules, arptables, tunnels, places } = changeToHide(bench, name, all, asked);
  const changes = await holdParentSettings(bench.runs, name, SETTINGS_HOLDER, settings);
  changes.push(...rules.map((change) => changeRules(bench, change)));
  changes.push(...changeArptables(bench, arptables, all));
  for (const tunnel of tunnels)
    changes.push(...(await readyTunnel(bench, tunnel, comesOutIpv4(tunnel.name, asked))));
  await bench.route.addAddresses(addressesOf(bench, places));
  return [...changes, ...places.map(({ vip, holder }) => `address ${hostVip(vip)} on ${holder}`)];
}

/** @param left what stays hidden on this host. @param gone what is hidden no more. @returns what was done, for people. */
export async function show(
  bench: Workbench,
  name: string,
  left: readonly Hiding[],
  gone: readonly Hiding[],
): Promise<string[]> {
  const { rules, arptables, tunnels, places } = changeToShow(bench, name, left, gone);
  await bench.route.removeAddresses(addressesOf(bench, places));
  const changes = places.map(({ vip, holder }) => `address ${hostVip(vip)} removed from ${holder}`);
  for (const tunnel of tunnels) changes.push(...(await leaveTunnel(bench, tunnel)));
  changes.push(...rules.map((change) => changeRules(bench, change)));
  changes.push(...changeArptables(bench, arptables, left));
  if (settingsOf(name, left).length > 0) return changes;
  const nowNamed = nameNow(name, gone, bench.route.links());
  return [...changes, ...(await dropParentSettings(bench.runs, name, SETTINGS_HOLDER, nowNamed))];
}

function addressesOf(bench: Workbench, places: readonly Place[]): NewAddress[] {
  const indexes = new Map(bench.route.links().map(({ name, index }) => [name, index]));
  return places.map(({ vip, holder }) => plannedAddress(vip, indexes.get(holder)!));
}

function changeRules(bench: Workbench, { family, interface: name, rules }: RuleChange): string {
  const table = tableOf(name);
  if (rules === undefined) {
    bench.nft.commit([inFamily(family, deleteTable(table))], `Cannot remove table ${table}`);
    return `table ${table} removed`;
  }
  bench.nft.commit(loadTable(rules, ANYBODYS), LOADING_RULES[family]);
  return `table ${table} loaded`;
}
