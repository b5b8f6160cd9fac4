/**
 * What is marked as ours though the journal does not speak of it: its notes were lost.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import { ADDRESS_PROTOCOL, type Hiding, HOLDER } from "./plan.ts";
import { isOurTable, tableOf } from "./rules.ts";
import type { Workbench } from "./workbench.ts";

export function strayAddresses(bench: Workbench, noted: readonly Hiding[]): IpAddress[] {
  return bench
    .addresses()
    .filter((one) => one.interface === HOLDER && one.protocol === ADDRESS_PROTOCOL)
    .map(({ address }) => address)
    .filter((address) => !noted.some(({ vip }) => vip === address));
}

export function strayTables(bench: Workbench, noted: readonly Hiding[]): string[] {
  const known = noted.filter(({ method }) => method === "nft").map((one) => tableOf(one.interface));
  return bench.tables().filter((table) => isOurTable(table) && !known.includes(table));
}
