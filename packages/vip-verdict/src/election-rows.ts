import { familyOf, virtualMacOf } from "@viptools/wire";
import type { Facts, VirtualRouter } from "./facts.ts";
import {
  announcementsOf,
  at,
  conflictsOf,
  hearsOthers,
  isActiveHere,
  latest,
  meantAnswers,
  optionsFor,
  routerFor,
  routerOf,
} from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

/** Long enough for an advert of the usual interval, whoever sends it. */
const HEARS_MS = 3500;

/** The virtual MAC answers, and its adverts do not come: a switch that snoops, or a filter on the way. */
export const MISSING_ROW: Row = {
  code: "adverts_missing",
  explains: ["two_active", "vmac_used_twice", "vmac_used_by_stranger", "duplicate_address", "nobody_active"],
  find: (facts) =>
    meantAnswers(facts).flatMap(({ ip, macs }): Found[] => {
      const vmac = macs.map((mac) => virtualMacOf(mac)).find((owner) => owner !== undefined);
      const vrid = facts.vrid ?? routerFor(facts, ip)?.vrid ?? vmac?.vrid;
      if (facts.lookedMs < HEARS_MS || vrid === undefined || macs.length === 0) return [];
      const instance = `${facts.interface}/${familyOf(ip)}/${vrid}`;
      const router = routerOf(facts, instance);
      if (router !== undefined && hearsOthers(router)) return [];
      if (vmac === undefined && router !== undefined) return [];
      return missing(facts, { ip, instance, mac: macs[0]!, router });
    }),
};

/** A client may hear none for good reason: unicast between the routers, or for IPv6 a group that it has not joined. */
function missing(
  facts: Facts,
  {
    ip,
    instance,
    mac,
    router,
  }: { ip: string; instance: string; mac: string; router: VirtualRouter | undefined },
): Found[] {
  const found = `${mac} answers for ${ip}, and no advert of another router came in ${facts.lookedMs / 1000} s, though ARP does`;
  if (facts.role === "client")
    return familyOf(ip) === 6
      ? []
      : [
          {
            severity: "note",
            instance,
            ip,
            found,
            consequence:
              "nothing is wrong where its routers speak by unicast; else a switch keeps adverts away from here",
            command: `vrrp-elect --observe -I ${facts.interface} --check-delivery --for 10s`,
          },
        ];
  const both =
    router !== undefined && isActiveHere(router)
      ? "so this host is Active too"
      : "so this host will take over too";
  return [
    {
      severity: "error",
      instance,
      ip,
      found,
      consequence: `adverts are lost on the way, ${both}: a switch that snoops IGMP or MLD has to flood 224.0.0.18 and let ff02::12 through; a filter may drop protocol 112`,
      command: `on the switch: look at snooping for ${familyOf(ip) === 4 ? "224.0.0.18" : "ff02::12"} (Linux: bridge mdb show); here: ip maddr show dev ${facts.interface}`,
    },
  ];
}

export const TWO_ACTIVE_ROW: Row = {
  code: "two_active",
  explains: [
    "vmac_used_twice",
    "vmac_used_by_stranger",
    "duplicate_address",
    "flapping",
    "active_changed",
    "neighbour_stale",
  ],
  find: (facts) =>
    latest(conflictsOf(facts, "two_active")).flatMap((conflict): Found[] => {
      const { instance, peers, detail = "" } = conflict;
      const router = routerOf(facts, instance);
      if (facts.healings.some((healed) => healed.instance === instance)) return [];
      const loser = peers[0] ?? "";
      const isHere = router?.peers.get(loser)?.isOwn === true;
      return [
        {
          severity: "error",
          instance,
          found: detail,
          consequence: `${loser} should yield and does not hear the other: a filter, a dead direction or its program; switches send each frame to the one that spoke last`,
          command: isHere
            ? `vmac-ctl doctor ${optionsFor(facts, router)}`
            : `on ${loser}: vip-doctor ${optionsFor(facts, router)}`,
        },
      ];
    }),
};

/** It has ended while it was listened: neighbours may still believe the loser. */
export const HEALED_ROW: Row = {
  code: "healed_unannounced",
  explains: ["active_changed", "neighbour_stale", "flapping"],
  find: (facts) =>
    latest(facts.healings).flatMap((healed): Found[] => {
      const router = routerOf(facts, healed.instance);
      const winner = router?.peers.get(healed.to);
      if (router === undefined || winner === undefined) return [];
      // A virtual MAC is the same on both: the next advert has turned the switch, and nobody has to be told.
      if (!winner.isPlain) return [];
      const untold = router.vips.filter((vip) =>
        announcementsOf(facts, vip).every((told) => told < healed.ts),
      );
      if (untold.length === 0) return [];
      return [
        {
          severity: "error",
          instance: healed.instance,
          found: `two were Active until ${healed.ts.slice(11, 19)}; ${healed.to} stayed and has announced nothing since`,
          consequence: `who believed the other still sends there, a router for hours: ${untold.join(" ")}`,
          command: `${at(router, healed.to)}garp-send -I ${facts.interface} -c 3 ${untold.join(" ")}`,
        },
      ];
    }),
};

export const CHANGE_ROWS: readonly Row[] = [
  {
    code: "flapping",
    explains: ["active_changed", "late_adverts"],
    find: (facts) =>
      byInstance(facts.changes)
        .filter(({ length }) => length > 1)
        .map((changes) => {
          const [{ instance }, last] = [changes[0]!, changes.at(-1)!];
          const reasons = changes.map(
            ({ to, reason, gap_ms }) => `${to} (${reason}, ${Math.round(gap_ms)} ms)`,
          );
          const worst =
            changes.find(({ reason }) => reason === "silent" || reason === "early")?.from ?? last.from;
          return {
            severity: "error",
            instance,
            found: `${changes.length} changes of the Active in ${facts.lookedMs / 1000} s: ${reasons.join(", ")}`,
            consequence:
              "each costs an outage: its daemon is held up (no CPU, a slow script or disk), or adverts are lost",
            command: `on ${worst ?? "it"}: journalctl -u keepalived -n 50, or vrrp-elect --realtime; then: top`,
          };
        }),
  },
  {
    code: "active_changed",
    explains: [],
    find: (facts) =>
      byInstance(facts.changes).map(([change]) => {
        const { instance, from, to, reason, gap_ms } = change!;
        const vip = routerOf(facts, instance)?.vips[0] ?? "VIP";
        return {
          severity: "warning",
          instance,
          found: `the Active has changed from ${from ?? "nobody"} to ${to} (${reason}) after ${gap_ms.toFixed(0)} ms without an advert`,
          consequence:
            reason === "resign"
              ? "a planned step, or its daemon was stopped"
              : "the outage was at least about that long",
          command: `on a client, to measure the next one: vip-probe --every 2ms --for 60s ${vip}`,
        };
      }),
  },
  {
    code: "late_adverts",
    explains: [],
    find: (facts) =>
      byInstance(facts.lateness).map((late) => {
        const { instance, address, gap_ms, interval_ms } = late.toSorted((a, b) => b.gap_ms - a.gap_ms)[0]!;
        return {
          severity: "warning",
          instance,
          found: `${address} was silent for ${Math.round(gap_ms)} ms, and advertises every ${interval_ms} ms`,
          consequence: `a little longer, and a Backup takes over: its daemon is held up, or adverts are lost on the way`,
          command: `${at(routerOf(facts, instance), address)}journalctl -u keepalived -n 50, or vrrp-elect --realtime`,
        };
      }),
  },
];

function byInstance<T extends { readonly instance: string }>(records: readonly T[]): T[][] {
  const found = new Map<string, T[]>();
  for (const record of records) found.set(record.instance, [...(found.get(record.instance) ?? []), record]);
  return [...found.values()];
}
