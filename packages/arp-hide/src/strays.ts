/**
 * What is marked as ours though the journal does not speak of it: its notes were lost.
 *
 * @module
 */
import { strayArpChains } from "./arp-tables.ts";
import { TABLE_FAMILIES } from "./host-change.ts";
import { ADDRESS_PROTOCOL, type Hiding, holderOf, type Place } from "./plan.ts";
import { isOurTable, tableOf } from "./rules.ts";
import type { Workbench } from "./workbench.ts";

export function strayPlaces(bench: Workbench, noted: readonly Hiding[]): Place[] {
  return bench
    .addresses()
    .filter(({ protocol }) => protocol === ADDRESS_PROTOCOL)
    .map(({ address, interface: holder }): Place => ({ vip: address, holder }))
    .filter(({ vip, holder }) => !noted.some((one) => one.vip === vip && holderOf(one) === holder));
}

/** @returns for people: tables, and chains of arptables. */
export function strayRules(bench: Workbench, noted: readonly Hiding[]): string[] {
  const tables = (["nft", "redirect"] as const).flatMap((method) => {
    const known = noted.filter((one) => one.method === method).map((one) => tableOf(one.interface));
    const family = TABLE_FAMILIES[method];
    const found = bench.tables(family).filter((table) => isOurTable(table) && !known.includes(table));
    return found.map((table) => `table ${family} ${table}`);
  });
  const known = noted.filter(({ method }) => method === "arptables").map((one) => one.interface);
  const chains = strayArpChains(bench).flatMap(({ interfaces }) =>
    interfaces.filter((name) => !known.includes(name)).map((name) => `chains of arptables for ${name}`),
  );
  return [...tables, ...new Set(chains)];
}
