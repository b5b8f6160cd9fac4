/**
 * What hiding does, step by step, in the words of `ip`, `sysctl` and `nft`. Pure.
 *
 * @module
 */
import { type Setting, type TableSpec, tableLine } from "@viptools/kernel";
import { familyOf, type IpAddress } from "@viptools/wire";
import { HOLDER, hostVip } from "./plan.ts";
import { tableOf } from "./rules.ts";

export interface Step {
  readonly what: string;
  readonly command: string;
}

/** Rules of an interface as they will be, and whether there are some already. */
export interface RuleChange {
  readonly interface: string;
  /** Undefined: none are needed any more. */
  readonly rules: TableSpec | undefined;
  readonly isLoaded: boolean;
}

/** First what keeps the host quiet, then the addresses. */
export function stepsToHide(
  settings: readonly Setting[],
  rules: RuleChange | undefined,
  vips: readonly IpAddress[],
): Step[] {
  return [
    ...settingSteps(settings, "does not answer for addresses of other interfaces, nor asks in their name"),
    ...(rules === undefined ? [] : ruleSteps(rules)),
    ...vips.map((vip) => ({ what: "VIP", command: `ip address add ${addressWords(vip)} dev ${HOLDER}` })),
  ];
}

/** First the addresses go, then what kept the host quiet. */
export function stepsToRemove(
  settings: readonly Setting[],
  rules: RuleChange | undefined,
  vips: readonly IpAddress[],
): Step[] {
  return [
    ...vips.map((vip) => ({ what: "VIP", command: `ip address del ${hostVip(vip)} dev ${HOLDER}` })),
    ...(rules === undefined ? [] : ruleSteps(rules)),
    ...settingSteps(settings, "as it was before"),
  ];
}

function ruleSteps({ interface: name, rules, isLoaded }: RuleChange): Step[] {
  const gone = isLoaded ? [`delete table netdev ${tableOf(name)}`] : [];
  const lines = [...gone, ...(rules === undefined ? [] : [tableLine(rules)])];
  return lines.length === 0 ? [] : [{ what: "rules", command: `nft ${quoted(lines.join("; "))}` }];
}

function settingSteps(settings: readonly Setting[], what: string): Step[] {
  return settings.map(({ path, value }) => ({ what, command: `sysctl -w ${quoted(`${path}=${value}`)}` }));
}

function addressWords(vip: IpAddress): string {
  const how = familyOf(vip) === 4 ? "scope host" : "preferred_lft 0 valid_lft forever nodad";
  return `${hostVip(vip)} ${how} noprefixroute`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
