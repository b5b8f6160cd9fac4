/**
 * What keeps a virtual router from working on this host, from what is known of it: pure.
 *
 * @module
 */
import { decide, EFFECTIVE_RULES } from "@viptools/kernel";
import { checkDuplicates, checkLoopback, checkVipOnParent } from "./address-checks.ts";
import { checkArpFlux, checkVipElsewhere, remarksOnHidden } from "./elsewhere-checks.ts";
import { type Facts, SETTING_NAMES } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { checkFirewall } from "./firewall-checks.ts";
import {
  checkArpOff,
  checkLinkState,
  checkManager,
  checkPort,
  checkPromiscuous,
  checkSnoopingParent,
} from "./link-checks.ts";
import { checkOwnRouters } from "./own-checks.ts";
import { checkArpFilter, checkArpIgnore, checkIpv6Off, checkRpFilter } from "./setting-checks.ts";
import { checkSecondVmac } from "./vmac-checks.ts";
import { checkOwnAdverts, checkPassage, checkStrangers, remarksOnWire } from "./wire-checks.ts";

const CHECKS: readonly ((facts: Facts) => Finding[])[] = [
  checkOwnRouters,
  checkFirewall,
  checkRpFilter,
  checkArpIgnore,
  checkArpFilter,
  checkPromiscuous,
  checkSecondVmac,
  checkVipOnParent,
  checkVipElsewhere,
  checkArpFlux,
  checkLoopback,
  checkLinkState,
  checkArpOff,
  checkStrangers,
  checkOwnAdverts,
  checkIpv6Off,
  checkDuplicates,
  checkPort,
  checkSnoopingParent,
  checkManager,
  checkPassage,
];

/** @returns the findings, those that hinder most people first. */
export function diagnose(facts: Facts): Finding[] {
  return CHECKS.flatMap((check) => check(facts));
}

/** @returns sentences about what is worth knowing and no fault. */
export function remark(facts: Facts): string[] {
  const { settings, interface: nic, manager, clockSource } = facts;
  const effective = SETTING_NAMES.map((name) => {
    const { all, own } = settings[name];
    const { value, decidedBy } = decide(EFFECTIVE_RULES[`ipv4/${name}`], all, own);
    return `${name} ${value}${decidedBy === "all" ? " (by all)" : ""}`;
  });
  return [
    `${nic}: ${effective.join(", ")}`,
    ...(clockSource === undefined ? [] : [`clock source ${clockSource}`]),
    ...(manager === undefined ? [] : [`${nic} is managed by ${manager}`]),
    ...remarksOnHidden(facts),
    ...remarksOnWire(facts),
  ];
}
