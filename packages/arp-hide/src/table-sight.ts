/**
 * Looks into the tables of the methods nft and redirect.
 *
 * @module
 */
import { contentOf, KernelError, type TableContent, writtenBy } from "@viptools/kernel";
import { ANY_IPV4, addressFromBytes, familyOf, type IpAddress } from "@viptools/wire";
import { TABLE_FAMILIES } from "./host-change.ts";
import type { Hiding } from "./plan.ts";
import { redirectRules, TURNED } from "./redirect-rules.ts";
import { chainFaults, judgeWritten } from "./rule-faults.ts";
import { hidingRules, tableOf, VIPS } from "./rules.ts";
import type { RuleSight } from "./wholeness.ts";
import type { Workbench } from "./workbench.ts";

/** @param hidden by this method on this interface. */
export function lookAtTable(
  bench: Workbench,
  name: string,
  method: "nft" | "redirect",
  hidden: readonly Hiding[],
): RuleSight {
  const ruled = unlessGone(() => (method === "nft" ? ruledByNft(bench, name) : turnedBy(bench, name)));
  const family = TABLE_FAMILIES[method];
  const table = bench.nft.tables(family).find((one) => one.name === tableOf(name));
  if (ruled === undefined || table === undefined)
    return { unruled: undefined, stale: undefined, changed: [] };
  const found = bench.nft.content(table.name, family);
  const vips = hidden.map(({ vip }) => vip);
  const ipv4 = vips.filter((vip) => familyOf(vip) === 4);
  const { ownAddress, stale } = judgeWritten(writtenAddress(found), bench.ownAddresses(name));
  const wanted =
    method === "redirect" ? redirectRules(name, hidden) : hidingRules({ interface: name, vips, ownAddress });
  return {
    // By nft, the rules name IPv6 addresses one by one, and the kernel hides those by itself.
    unruled: (method === "nft" ? ipv4 : vips).filter((vip) => !ruled.includes(vip)),
    stale: ipv4.length === 0 || method === "redirect" ? undefined : stale,
    changed: [
      ...(table.isDormant ? ["sleeps (flags dormant)"] : []),
      ...chainFaults(contentOf(wanted), found),
    ],
  };
}

function writtenAddress(found: TableContent): IpAddress | undefined {
  const [octets] = (found.get("out")?.rules ?? []).flatMap((rule) => writtenBy(rule) ?? []);
  if (octets === undefined) return undefined;
  return octets.length === 4 ? addressFromBytes(octets, 4) : ANY_IPV4;
}

function ruledByNft(bench: Workbench, name: string): IpAddress[] {
  return bench.nft.elements(tableOf(name), VIPS).map(({ key }) => addressFromBytes(key, 4));
}

function turnedBy(bench: Workbench, name: string): IpAddress[] {
  return ([4, 6] as const).flatMap((family) =>
    bench.nft.elements(tableOf(name), TURNED[family], "inet").map(({ key }) => addressFromBytes(key, family)),
  );
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return undefined;
    throw error;
  }
}
