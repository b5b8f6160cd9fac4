/**
 * What hiding does, step by step, in the words of `ip`, `sysctl`, `nft` and `arptables`. Pure.
 *
 * @module
 */
import { type Setting, tableLine } from "@viptools/kernel";
import { familyOf, type IpAddress } from "@viptools/wire";
import type { ArpChange } from "./arp-rules.ts";
import type { HostChange, RuleChange } from "./host-change.ts";
import { hostVip } from "./plan.ts";
import { tableOf } from "./rules.ts";
import { kindOf, type TunnelChange } from "./tunnel-plan.ts";

export interface Step {
  readonly what: string;
  readonly command: string;
}

/** First what keeps the host quiet, then the addresses. */
export function stepsToHide({ settings, rules, arptables, tunnels, places }: HostChange): Step[] {
  return [
    ...settingSteps(settings, "does not answer for addresses of other interfaces, nor asks in their name"),
    ...rules.flatMap(ruleSteps),
    ...arpSteps(arptables),
    ...tunnels.flatMap(tunnelSteps),
    ...places.map(({ vip, holder }) => ({
      what: "VIP",
      command: `ip address add ${addressWords(vip)} dev ${holder}`,
    })),
  ];
}

/** First the addresses go, then what kept the host quiet. */
export function stepsToRemove({ settings, rules, arptables, tunnels, places }: HostChange): Step[] {
  return [
    ...places.map(({ vip, holder }) => ({
      what: "VIP",
      command: `ip address del ${hostVip(vip)} dev ${holder}`,
    })),
    ...tunnels.flatMap(tunnelStepsBack),
    ...rules.flatMap(ruleSteps),
    ...arpSteps(arptables),
    ...settingSteps(settings, AS_BEFORE),
  ];
}

const AS_BEFORE = "as it was before";

function ruleSteps({ family, interface: name, rules, isLoaded }: RuleChange): Step[] {
  const gone = isLoaded ? [`delete table ${family} ${tableOf(name)}`] : [];
  const lines = [...gone, ...(rules === undefined ? [] : [tableLine(rules)])];
  return lines.length === 0 ? [] : [{ what: "rules", command: `nft ${quoted(lines.join("; "))}` }];
}

function arpSteps(change: ArpChange | undefined): Step[] {
  if (change === undefined) return [];
  const { used, commands, dropsTable } = change;
  return [
    ...commands.map((words) => ({ what: "rules", command: [used.program, ...words].join(" ") })),
    ...(dropsTable
      ? [{ what: "the table that came with the rules", command: "nft delete table arp filter" }]
      : []),
  ];
}

function tunnelSteps({ name, isMade, isRaised, settings }: TunnelChange): Step[] {
  return [
    ...(isMade ? [{ what: "tunnel", command: `ip link add ${name} type ${kindOf(name)}` }] : []),
    ...settingSteps(settings, "does not drop what comes out of the tunnel"),
    ...(isRaised ? [{ what: "tunnel", command: `ip link set ${name} up` }] : []),
  ];
}

function tunnelStepsBack({ name, isMade, isRaised, settings }: TunnelChange): Step[] {
  return [
    ...settingSteps(settings, AS_BEFORE),
    ...(isRaised ? [{ what: AS_BEFORE, command: `ip link set ${name} down` }] : []),
    ...(isMade ? [{ what: AS_BEFORE, command: `ip link del ${name}` }] : []),
  ];
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
