/**
 * Links that have the virtual MAC and should not: pure.
 *
 * @module
 */
import type { Link } from "@viptools/kernel";
import { type Mac, virtualMac } from "@viptools/wire";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { parentOf } from "./link-checks.ts";

/** Kinds that are made on a NIC, and that it does without. */
const MADE_ON_A_NIC: readonly (string | undefined)[] = ["macvlan", "macvtap", "ipvlan", "ipvtap"];

export function checkSecondVmac(facts: Facts): Finding[] {
  const { links, routers, owned, interface: nic } = facts;
  return routers.flatMap((router) => {
    const mac = virtualMac(router.family, router.vrid);
    return links
      .filter(
        (link) => link.mac === mac && !owned.some((own) => own.interface === link.name && link.name !== nic),
      )
      .map((link) =>
        link.name === nic ? nicFinding(link, mac) : linkFinding(facts, link, mac, router.vrid),
      );
  });
}

/** Deleting it would take the host off its network. */
function nicFinding({ name, permanentMac }: Link, mac: Mac): Finding {
  const own = permanentMac === mac ? undefined : permanentMac;
  return {
    code: "nic_has_vmac",
    severity: "error",
    found: `${name} itself has the virtual MAC ${mac}`,
    consequence: `this host speaks from it whoever is Active, so switches send the router's frames here; give ${name} a MAC of its own${own === undefined ? " (which one it had is not known here)" : ""}`,
    command:
      own === undefined ? `ip -details link show dev ${name}` : `ip link set dev ${name} address ${own}`,
  };
}

function linkFinding(facts: Facts, link: Link, mac: Mac, vrid: number): Finding {
  return {
    code: "second_vmac_link",
    severity: "error",
    found: `${link.name} (${link.kind ?? "no virtual link"}) has the virtual MAC ${mac} of VRID ${vrid}, and vmac-ctl does not own it`,
    consequence:
      "it speaks from the virtual MAC whoever is Active, so switches send the router's frames to this host; and the kernel refuses a second macvlan with that MAC beside it",
    command: removal(facts, link),
  };
}

/** Only what is made on this NIC may go: anything else may be what the host stands on. */
function removal(facts: Facts, { name, kind, alias, parentIndex }: Link): string {
  if (alias?.startsWith("viptools:")) return "vmac-ctl cleanup";
  const isOnNic = MADE_ON_A_NIC.includes(kind) && parentIndex === parentOf(facts)?.index;
  return isOnNic ? `ip link delete dev ${name}` : `ip -details link show dev ${name}`;
}
