/**
 * How the rules that are loaded differ from those that shall be. Pure.
 *
 * @module
 */
import type { ChainContent, TableContent } from "@viptools/kernel";
import { ANY_IPV4, type IpAddress } from "@viptools/wire";

/** @returns what is otherwise in the chains that are wanted; others do no harm to them. */
export function chainFaults(wanted: TableContent, found: TableContent): string[] {
  return [...wanted].flatMap(([name, chain]) => {
    const there = found.get(name);
    return (there === undefined ? ["is gone"] : faultsOf(chain, there)).map(
      (fault) => `chain ${name} ${fault}`,
    );
  });
}

function faultsOf(wanted: ChainContent, found: ChainContent): string[] {
  const lacking = wanted.rules.length - wanted.rules.filter((rule) => found.rules.includes(rule)).length;
  const foreign = found.rules.filter((rule) => !wanted.rules.includes(rule)).length;
  const isOtherwise = wanted.rules.join("\n") !== found.rules.join("\n");
  return [
    ...(wanted.entrance === found.entrance ? [] : ["is hooked elsewhere, or has another policy"]),
    ...(lacking === 0 ? [] : [`lacks ${lacking} of ${wanted.rules.length} rules`]),
    ...(foreign === 0 ? [] : [`has ${foreign} that somebody else put there`]),
    ...(isOtherwise && lacking + foreign === 0 ? ["has its rules in another order, or twice"] : []),
  ];
}

/** What an interface's questions shall say in the place of a VIP, and whether the rules say what it has no more. */
export interface WrittenAddress {
  readonly ownAddress: IpAddress;
  readonly stale: IpAddress | undefined;
}

/** @param written by the rules now, if they write any. @param own IPv4 addresses of the interface: each of them is good. */
export function judgeWritten(written: IpAddress | undefined, own: readonly IpAddress[]): WrittenAddress {
  const good = own.length === 0 ? [ANY_IPV4] : own;
  if (written === undefined) return { ownAddress: good[0]!, stale: undefined };
  return { ownAddress: written, stale: good.includes(written) ? undefined : written };
}
