/**
 * Hypervisors, clouds and switches that let only the NIC's MAC through: pure.
 *
 * @module
 */
import { virtualMac, virtualMacOf } from "@viptools/wire";
import type { Facts } from "./facts.ts";
import { OF_DEAFNESS } from "./host-rows.ts";
import { hearsOthers, meantAnswers, optionsFor } from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

export const PASSAGE_ROWS: readonly Row[] = [
  {
    code: "no_multicast_no_foreign_mac",
    explains: [...OF_DEAFNESS, "foreign_mac_blocked", "adverts_missing", "active_mute"],
    find: (facts) => (lacksMulticast(facts) ? blocked(facts, CLOUD) : []),
  },
  {
    code: "foreign_mac_blocked",
    explains: [...OF_DEAFNESS, "adverts_missing", "active_mute"],
    find: (facts) => blocked(facts, hearsNobody(facts) ? EITHER : HYPERVISOR),
  },
];

interface Advice {
  readonly consequence: string;
  readonly command: (options: string) => string;
}

const CLOUD: Advice = {
  consequence:
    "as in a cloud: anti-spoofing and no multicast. Each router is Active alone: go without a virtual MAC, with unicast adverts, and move the address by the cloud's API when vrrp.state says active",
  command: (options) => `vrrp-elect ${options} --no-vmac --peer OTHER-ROUTER VIP`,
};
const ALLOW =
  "allow forged transmits, MAC changes, promiscuous mode or a second MAC at the ports, or go without a virtual MAC";
const HYPERVISOR: Advice = {
  consequence: `its adverts and answers are lost, so another router is Active too: ${ALLOW}`,
  command: (options) => `vrrp-elect ${options} --no-vmac VIP`,
};
/** Where the other port filters too, its adverts cannot arrive, whether or not multicast does. */
const EITHER: Advice = {
  consequence: `adverts and answers from it are lost, and the other router's where its port does the same, so each is Active alone: ${ALLOW}`,
  command: (options) =>
    `vrrp-elect ${options} --no-vmac VIP; if both are Active even so, there is no multicast, as in a cloud: with --peer OTHER-ROUTER, and move the address by the cloud's API`,
};

function blocked(facts: Facts, { consequence, command }: Advice): Found[] {
  const { passage } = facts;
  if (passage?.verdict !== "foreign_source_blocked") return [];
  const others = hearsNobody(facts) ? ", and no advert of another router comes in" : "";
  const family = passage.target.includes(":") ? 6 : 4;
  return [
    {
      severity: "error",
      instance: `${facts.interface}/${family}/${passage.vrid}`,
      found: `${passage.target} answers the NIC's MAC, and not ${virtualMac(family, passage.vrid)}${others}`,
      consequence,
      command: command(optionsFor(facts, passage)),
    },
  ];
}

function hearsNobody({ routers }: Facts): boolean {
  return !routers.some(hearsOthers);
}

/** Answers from another router's virtual MAC come in: its port lets that pass, and still its adverts do not. */
function lacksMulticast(facts: Facts): boolean {
  const isHeard = meantAnswers(facts).some(({ macs }) => macs.some((mac) => virtualMacOf(mac) !== undefined));
  return isHeard && hearsNobody(facts);
}
