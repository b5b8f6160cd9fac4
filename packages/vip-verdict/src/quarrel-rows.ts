/**
 * In what routers differ that has to be alike, and adverts that are refused: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { Facts, Peer, VirtualRouter } from "./facts.ts";
import { OF_DEAFNESS } from "./host-rows.ts";
import { activePeers, at, conflictsOf, latest, meantAnswers, optionsFor, routerOf } from "./knowledge.ts";
import type { Row } from "./row.ts";

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
