/**
 * Troubles of this host, as `vmac-ctl doctor` and `vmac-ctl status` tell them: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { Facts } from "./facts.ts";
import { conflictsOf, isActiveHere, routerFor } from "./knowledge.ts";
import type { Found, Row, Severity } from "./row.ts";

/** What follows where two routers do not hear each other. */
export const OF_DEAFNESS: readonly string[] = [
  "not_delivered",
  "two_active",
  "vmac_used_twice",
  "vmac_used_by_stranger",
  "duplicate_address",
  "flapping",
  "active_changed",
  "late_adverts",
];
/** Nothing else can be judged. */
export const OF_EVERYTHING: readonly string[] = ["*"];

interface HostRule {
  readonly explains?: readonly string[];
  /** How bad it is by what else was seen; undefined as vmac-ctl says. */
  readonly severity?: (facts: Facts, said: RecordOf<"vmac.finding">) => Severity | undefined;
  /** False where something that was seen makes it harmless. */
  readonly counts?: (facts: Facts, said: RecordOf<"vmac.finding">) => boolean;
}

/** @returns the row of a finding of `vmac-ctl doctor`, which has words and command already. */
function hostRow(code: string, { explains = [], severity, counts }: HostRule = {}): Row {
  return {
    code,
    explains,
    find: (facts) =>
      facts.findings
        .filter((said) => said.code === code && (counts?.(facts, said) ?? isRouter(facts)))
        .map((said): Found => {
          const { found, consequence, command } = said;
          return { severity: severity?.(facts, said) ?? said.severity, found, consequence, command };
        }),
  };
}

const isRouter = ({ role }: Facts): boolean => role === "router";
const always = (): boolean => true;
/** What the election suffers from it is heard already. */
const isDeaf = (facts: Facts): Severity | undefined =>
  facts.conflicts.some(({ cause }) => cause === "not_delivered" || cause === "two_active")
    ? "error"
    : undefined;

/** A client needs no adverts; neighbours of every host have to be heard. */
function hindersHere(facts: Facts, { found }: RecordOf<"vmac.finding">): boolean {
  return isRouter(facts) || /ARP|neighbour/.test(found);
}

/** Another VRRP program of this host has VIPs on the NIC while it is Active. */
function isMisplaced(facts: Facts, { found }: RecordOf<"vmac.finding">): boolean {
  const ip = found.split("/")[0]!;
  const router = routerFor(facts, ip);
  return router === undefined || !isActiveHere(router);
}

/** The link of keepalived or FRR, where vmac-ctl owns nothing. */
function isSecondLink({ owned }: Facts, { found }: RecordOf<"vmac.finding">): boolean {
  return owned.some(({ owner, mac }) => owner !== "dead" && found.includes(mac));
}

/** Adverts were heard by the observer, which listens for longer. */
function isUnheard(facts: Facts): boolean {
  return isRouter(facts) && facts.routers.length === 0;
}

export const LINK_ROWS: readonly Row[] = ["link_down", "no_carrier"].map((code) =>
  hostRow(code, { explains: OF_EVERYTHING, counts: always }),
);

export const FIREWALL_ROWS: readonly Row[] = ["firewall_nft", "firewall_iptables"].map((code) =>
  hostRow(code, {
    explains: [...OF_DEAFNESS, "nobody_answers", "active_mute"],
    severity: isDeaf,
    counts: hindersHere,
  }),
);

/** vmac-ctl's own macvlan has its own value, 2, which wins over a strict `all`: only what is lost counts there. */
function isFiltered(facts: Facts): boolean {
  const hasOwn = facts.owned.some(({ mode, owner }) => mode === "macvlan" && owner !== "dead");
  return isRouter(facts) && (!hasOwn || isDeaf(facts) !== undefined);
}

export const FILTER_ROW: Row = hostRow("rp_filter_strict", {
  explains: OF_DEAFNESS,
  severity: isDeaf,
  counts: isFiltered,
});

/** The stack of this host drops adverts, and no rule or setting that was looked at says why. */
export const DELIVERY_ROW: Row = {
  code: "not_delivered",
  explains: OF_DEAFNESS.filter((code) => code !== "not_delivered"),
  find: (facts) =>
    conflictsOf(facts, "not_delivered").map(({ instance, peers, detail = "" }) => ({
      severity: "error",
      instance,
      found: `adverts of ${peers.join(" ")} come in here and are dropped before any program gets them: ${detail}`,
      consequence: "a VRRP program of this host hears no Active, and takes over beside it",
      command: "nft list ruleset",
    })),
};

const GIVEN_BY_STRANGER: HostRule = { explains: ["two_active", "duplicate_address"] };

export const SETTING_ROWS: readonly Row[] = [
  hostRow("arp_ignore_all", { explains: ["not_answering"] }),
  hostRow("arp_filter_all", { explains: ["not_answering"] }),
  hostRow("vip_on_parent", { explains: ["duplicate_address"], counts: isMisplaced }),
  hostRow("prefix_on_loopback", { counts: always }),
  hostRow("second_vmac_link", { counts: isSecondLink }),
  hostRow("own_adverts_come_back", { explains: ["two_active"] }),
  hostRow("vrid_used_by_stranger", GIVEN_BY_STRANGER),
  hostRow("vmac_used_twice"),
  hostRow("vmac_used_by_stranger", { counts: isUnheard }),
  hostRow("ipv6_disabled"),
  hostRow("address_duplicated", { counts: always }),
  hostRow("bridge_port", { counts: always }),
  hostRow("snooping_without_querier"),
  hostRow("promiscuous_parent"),
  hostRow("managed_interface"),
];
