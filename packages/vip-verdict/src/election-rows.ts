/**
 * Troubles of the election, as the observer hears them: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { familyOf, virtualMacOf } from "@viptools/wire";
import type { Facts, Peer, VirtualRouter } from "./facts.ts";
import { OF_DEAFNESS } from "./host-rows.ts";
import {
  activePeers,
  announcementsOf,
  at,
  conflictsOf,
  hearsOthers,
  isActiveHere,
  meantAnswers,
  optionsFor,
  routerFor,
  routerOf,
} from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

type Conflict = RecordOf<"vrrp.conflict">;
/** Two that refuse each other. */
const OF_REFUSAL: readonly string[] = [...OF_DEAFNESS, "nobody_active", "neighbour_stale"];

interface Quarrel {
  readonly cause: Conflict["cause"];
  readonly explains?: readonly string[];
  readonly consequence: string;
  /** What to change, and where to look at it. */
  readonly command: (facts: Facts, conflict: Conflict) => string;
}

const watch = (facts: Facts, { instance }: Conflict): string =>
  `vrrp-elect --observe ${optionsFor(facts, routerOf(facts, instance))}`;
const differ = (option: string, keyword: string) => (facts: Facts, conflict: Conflict) =>
  `${at(routerOf(facts, conflict.instance), conflict.peers[0] ?? "one")}${option} (keepalived: ${keyword}); watch: ${watch(facts, conflict)}`;

const QUARRELS: readonly Quarrel[] = [
  {
    cause: "version_mismatch",
    explains: ["interval_mismatch", "checksum_form"],
    consequence: "each refuses the other's adverts, so both are Active: give both the same version",
    command: differ("vrrp-elect --vrrp-version", "version"),
  },
  {
    cause: "auth_mismatch",
    consequence: "each refuses the other's adverts, so both are Active: give both the same password",
    command: differ("vrrp-elect --auth-file FILE", "auth_pass"),
  },
  {
    cause: "checksum_form",
    consequence: "a router that knows one form only refuses the other's adverts: choose one on all",
    command: (facts, conflict) =>
      `on the viptools one: vrrp-elect --checksum pseudo-header; watch: ${watch(facts, conflict)}`,
  },
  {
    cause: "vrid_clash",
    explains: ["vip_mismatch", "wrong_mac", "vrid_used_by_stranger"],
    consequence: "two pairs share one number and one virtual MAC, and take each other's frames away",
    command: (facts, conflict) => {
      const used = routerOf(facts, conflict.instance)?.vrid ?? 0;
      return `on one pair: vrrp-elect --vrid ${freeVrid(facts, used)} (free here); look: vrrp-elect --observe -I ${facts.interface} --list-vrids`;
    },
  },
  {
    cause: "vip_mismatch",
    consequence:
      "keepalived refuses adverts with another list (version 2), and a take-over moves some addresses only",
    command: differ("vrrp-elect … the same VIPs", "virtual_ipaddress"),
  },
  {
    cause: "interval_mismatch",
    consequence:
      "in version 2 each refuses the other; in version 3 the Backup waits for as long as the Active says",
    command: differ("vrrp-elect --advert-int", "advert_int"),
  },
  {
    cause: "wrong_mac",
    explains: ["wrong_vmac"],
    consequence: "neighbours learn another MAC at each take-over, or that of a foreign virtual router",
    command: (facts, conflict) =>
      `${at(routerOf(facts, conflict.instance), conflict.peers[0] ?? "it")}ip -d link show type macvlan`,
  },
];

/** @returns the first number after one that nobody uses. */
function freeVrid({ usedVrids }: Facts, after: number): number {
  const numbers = Array.from({ length: 255 }, (_, n) => ((after + n) % 255) + 1);
  return numbers.find((vrid) => !usedVrids.has(vrid)) ?? 255;
}

export const QUARREL_ROWS: readonly Row[] = QUARRELS.map(
  ({ cause, explains = [], consequence, command }) => ({
    code: cause,
    explains: [...OF_REFUSAL, "adverts_refused", "vip_on_parent", ...explains],
    find: (facts) =>
      latest(conflictsOf(facts, cause)).map((conflict) => ({
        severity: "error" as const,
        instance: conflict.instance,
        found: conflict.detail ?? conflict.peers.join(" and "),
        consequence,
        command: command(facts, conflict),
      })),
  }),
);

/** One for each virtual router. */
function latest<T extends { readonly instance: string }>(records: readonly T[]): T[] {
  return [...new Map(records.map((record) => [record.instance, record])).values()];
}

/** @returns virtual routers of which one router alone is heard, and another host has the address too. */
function withSecondOwner(facts: Facts): { router: VirtualRouter; peer: Peer; ip: string; isHere: boolean }[] {
  return facts.routers.flatMap((router) => {
    const [peer, ...more] = activePeers(router);
    const answer = meantAnswers(facts).find(({ ip }) => peer?.vips.includes(ip));
    if (peer === undefined || more.length > 0 || answer === undefined) return [];
    const isHere = !peer.isOwn && answer.ownInterface !== undefined && !isMuted(facts, answer.ip);
    const others = new Set([...answer.macs, ...(peer.isOwn || isHere ? ["this host"] : [])]);
    const isShared = others.size > 1 || answer.doubledMac !== undefined;
    return isShared ? [{ router, peer, ip: answer.ip, isHere }] : [];
  });
}

/** Built, and kept silent by the fence. */
function isMuted({ owned }: Facts, ip: string): boolean {
  return owned.some(({ answers, vips }) => !answers && vips.some((vip) => vip.startsWith(`${ip}/`)));
}

/**
 * Each advert that keepalived refuses puts off its own next one: of two that refuse each other one may never be heard,
 * though it has the address.
 */
export const REFUSAL_ROWS: readonly Row[] = [
  {
    code: "checksum_form",
    explains: [...OF_REFUSAL, "adverts_refused"],
    find: (facts) =>
      withSecondOwner(facts)
        .filter(({ peer }) => peer.isBareSum)
        .map(({ router, peer, ip }) => ({
          severity: "error",
          instance: router.instance,
          ip,
          found: `${peer.address} sums its adverts without the pseudo-header (RFC 9568), and another host has ${ip} too`,
          consequence:
            "keepalived 2.2 and FRR refuse such adverts, so both are Active: choose the other form",
          command: `${at(router, peer.address)}vrrp-elect --checksum pseudo-header (or auto); on the other: journalctl -u keepalived -n 50`,
        })),
  },
  {
    code: "adverts_refused",
    explains: [...OF_REFUSAL.filter((code) => code !== "nobody_active"), "vip_on_parent"],
    find: (facts) =>
      withSecondOwner(facts)
        .filter(({ isHere }) => isHere && facts.role === "router")
        .map(({ router, peer, ip }) => ({
          severity: "error",
          instance: router.instance,
          ip,
          found: `this host has ${ip} and does not advertise it, while ${peer.address} does (VRRPv${peer.version} each ${peer.intervalMs ?? "?"} ms)`,
          consequence:
            "its VRRP program refuses those adverts, and each puts off its own (version, password, interval, checksum or addresses differ), or the address was put here by hand",
          command: "journalctl -u keepalived -n 50, which names what differs",
        })),
  },
];

/** Adverts that no router takes, whatever its settings. */
export const REJECTION_ROW: Row = {
  code: "adverts_invalid",
  explains: OF_DEAFNESS,
  find: (facts) =>
    latest(facts.rejections).map(({ instance, cause, peers, count, detail }) => ({
      severity: "error",
      instance,
      found: `${count} adverts of ${peers.join(" ") || "somebody"} are bad (${cause}): ${detail ?? ""}`,
      consequence: "no router takes them: whoever sends them is Active alone, or a forger",
      command: `${peers[0] === undefined ? "" : at(routerOf(facts, instance), peers[0])}tcpdump -nvvei ${facts.interface} proto 112`,
    })),
};

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
