/**
 * What is marked as ours though no journal speaks of it: its notes were lost, or stood in another folder.
 *
 * @module
 */

import { listEntries } from "./journal.ts";
import { removeFence } from "./kernel-fence.ts";
import { ADDRESS_PROTOCOL } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

const ALIAS = "viptools:";
const TABLE = "vmac_";

/**
 * @param only this interface and what stands on it; undefined for all. @param isDry true to change nothing.
 * @returns a sentence about each.
 */
export async function removeStrays(
  bench: Workbench,
  only: string | undefined,
  isDry: boolean,
): Promise<string[]> {
  const entries = listEntries(bench.runs);
  const links = bench.route.links();
  const nameOf = (index: number | undefined): string =>
    links.find((link) => link.index === index)?.name ?? "?";
  const done = isDry ? "would be removed" : "removed";
  const said: string[] = [];
  for (const { name, index, alias, parentIndex } of links) {
    const isOurs = alias?.startsWith(ALIAS) && !entries.some((entry) => entry.interface === name);
    if (!isOurs || (only !== undefined && nameOf(parentIndex) !== only)) continue;
    if (!isDry) await bench.route.deleteLink(index);
    said.push(`link ${name}, marked ${alias}: ${done}`);
  }
  for (const family of [4, 6] as const) {
    const strays = bench.route.addresses(family).filter(({ ifindex, protocol, address }) => {
      const isNoted = entries.some(({ addresses }) =>
        addresses.some((noted) => noted.startsWith(`${address}/`)),
      );
      const isThere = only === undefined || nameOf(ifindex) === only;
      return (
        protocol === ADDRESS_PROTOCOL && !isNoted && isThere && links.some(({ index }) => index === ifindex)
      );
    });
    const removed = isDry ? strays : await bench.route.removeAddresses(strays);
    said.push(...removed.map(({ address, ifindex }) => `address ${address} on ${nameOf(ifindex)}: ${done}`));
  }
  for (const { name, isOwned } of bench.nft.tables()) {
    const isOurs = name.startsWith(TABLE) && !isOwned && !entries.some(({ table }) => table === name);
    if (!isOurs || (only !== undefined && !name.startsWith(`${TABLE}${only}_`))) continue;
    if (!isDry) removeFence(bench.nft, name);
    said.push(`table ${name}: ${done}`);
  }
  return said;
}
