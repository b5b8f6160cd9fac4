/**
 * What has to be changed on this host, from what it has now: to hide addresses, and to hide them no more.
 *
 * @module
 */
import { readSysctl, type Setting, settingsBefore, type TableSpec } from "@viptools/kernel";
import { ANY_IPV4 } from "@viptools/wire";
import type { ArpChange } from "./arp-rules.ts";
import { arpChange } from "./arp-tables.ts";
import {
  type Hiding,
  holderOf,
  type Method,
  nameNow,
  neededSettings,
  type Place,
  placesOf,
  SETTINGS_HOLDER,
} from "./plan.ts";
import { redirectRules } from "./redirect-rules.ts";
import { hidingRules, tableOf } from "./rules.ts";
import { leftTunnels, neededTunnels } from "./tunnel.ts";
import type { TunnelChange } from "./tunnel-plan.ts";
import { isMarked, type Workbench } from "./workbench.ts";

/** Methods that load a table, and its family. */
export const TABLE_FAMILIES = { nft: "netdev", redirect: "inet" } as const;
type TableMethod = keyof typeof TABLE_FAMILIES;
const TABLE_METHODS = ["nft", "redirect"] as const;

/** A table of an interface as it will be, and whether there is one already. */
export interface RuleChange {
  readonly family: (typeof TABLE_FAMILIES)[TableMethod];
  readonly interface: string;
  /** Undefined: none is needed any more. */
  readonly rules: TableSpec | undefined;
  readonly isLoaded: boolean;
}

export interface HostChange {
  /** What they shall be. */
  readonly settings: readonly Setting[];
  readonly rules: readonly RuleChange[];
  readonly arptables: ArpChange | undefined;
  readonly tunnels: readonly TunnelChange[];
  /** Addresses that come, or go. */
  readonly places: readonly Place[];
}

/** @param all that is to be hidden on this host. @param asked those of it that are hidden, or made whole, now. */
export function changeToHide(
  bench: Workbench,
  name: string,
  all: readonly Hiding[],
  asked: readonly Hiding[],
): HostChange {
  const methods = new Set<Method>(asked.map(({ method }) => method));
  return {
    settings: settingsOf(name, asked),
    rules: TABLE_METHODS.filter((method) => methods.has(method)).flatMap((method) =>
      ruleChange(bench, name, method, all),
    ),
    arptables: methods.has("arptables") ? arpChange(bench, name, all) : undefined,
    tunnels: neededTunnels(bench, asked),
    places: missingOf(bench, asked),
  };
}

/** @param left what stays hidden on this host. @param gone what is hidden no more. */
export function changeToShow(
  bench: Workbench,
  name: string,
  left: readonly Hiding[],
  gone: readonly Hiding[],
): HostChange {
  const nowNamed = nameNow(name, gone, bench.route.links());
  return {
    settings:
      settingsOf(name, left).length > 0 ? [] : settingsBefore(bench.runs, name, SETTINGS_HOLDER, nowNamed),
    rules: TABLE_METHODS.flatMap((method) => {
      const isMeant = gone.some((one) => one.method === method);
      return ruleChange(bench, name, method, left).filter(({ rules }) => isMeant || rules === undefined);
    }),
    arptables: arpChange(bench, name, left),
    tunnels: leftTunnels(bench, left, gone),
    places: leavingPlaces(bench, left, gone),
  };
}

/** What an interface has to be set to, so that these are hidden. */
export function settingsOf(name: string, hidden: readonly Hiding[]): Setting[] {
  return neededSettings(hidden, name, Number(readSysctl(`net/ipv4/conf/${name}/arp_ignore`) ?? 0));
}

/** Addresses that are not there yet. */
export function missingOf(bench: Workbench, asked: readonly Hiding[]): Place[] {
  const here = bench.addresses();
  return placesOf(asked).filter(
    ({ vip, holder }) => !here.some((one) => one.address === vip && one.interface === holder),
  );
}

/** What is there with our mark, and hidden on no other interface too. */
function leavingPlaces(bench: Workbench, left: readonly Hiding[], gone: readonly Hiding[]): Place[] {
  const here = bench.addresses().filter(isMarked);
  return placesOf(gone).filter(
    ({ vip, holder }) =>
      !left.some((one) => one.vip === vip && holderOf(one) === holder) &&
      here.some((one) => one.address === vip && one.interface === holder),
  );
}

/** @returns none where there is no table and none is needed. */
function ruleChange(
  bench: Workbench,
  name: string,
  method: TableMethod,
  all: readonly Hiding[],
): RuleChange[] {
  const family = TABLE_FAMILIES[method];
  const hidden = all.filter((one) => one.interface === name && one.method === method);
  const isLoaded = bench.tables(family).includes(tableOf(name));
  if (hidden.length === 0) return isLoaded ? [{ family, interface: name, rules: undefined, isLoaded }] : [];
  return [{ family, interface: name, rules: tableFor(bench, name, method, hidden), isLoaded }];
}

function tableFor(bench: Workbench, name: string, method: TableMethod, hidden: readonly Hiding[]): TableSpec {
  if (method === "redirect") return redirectRules(name, hidden);
  const ownAddress = bench.ownAddress(name) ?? ANY_IPV4;
  return hidingRules({ interface: name, vips: hidden.map(({ vip }) => vip), ownAddress });
}
