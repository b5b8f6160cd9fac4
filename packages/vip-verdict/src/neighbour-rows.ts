/**
 * Troubles of neighbour tables, here and elsewhere: who believes what of an address: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import type { Facts } from "./facts.ts";
import { announcementsOf, atActive, rightMacs, speaksFor } from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

/** States of an entry that sends frames to its MAC. */
const BELIEVING: readonly string[] = ["REACHABLE", "STALE", "DELAY", "PROBE", "PERMANENT", "NOARP"];

/** An address-mode Backup, or a host that was Active: who sends it questions for the VIP alone still believes it. */
export const ASKER_ROW: Row = {
  code: "neighbour_elsewhere_stale",
  explains: [],
  find: (facts) => {
    const [nic] = facts.macs;
    const asked = new Map<string, { ip: IpAddress; mac: Mac; asker: IpAddress }>();
    for (const { direction, kind, eth_dst, tpa, spa, sha } of facts.arp) {
      const isToUs = direction === "in" && kind === "request" && eth_dst === nic;
      if (
        isToUs &&
        facts.addresses.includes(tpa) &&
        !speaksFor(facts, tpa) &&
        facts.answers.get(tpa)?.ownInterface === undefined
      )
        asked.set(`${sha} ${tpa}`, { ip: tpa, mac: sha, asker: spa });
    }
    return [...asked.values()].map(({ ip, mac, asker }) => staleElsewhere(facts, ip, mac, asker));
  },
};

function staleElsewhere(facts: Facts, ip: IpAddress, mac: Mac, asker: IpAddress): Found {
  const kinds = announcementsOf(facts, ip).map((told) => told.split(" ")[1]!);
  const isOneForm =
    kinds.length > 0 &&
    kinds.every((kind) => (kind === "gratuitous_reply") === (kinds[0] === "gratuitous_reply"));
  const heard = isOneForm ? `, though it was announced, as ${kinds[0]!.replace("_", " ")} only` : "";
  const form = isOneForm ? (kinds[0] === "gratuitous_reply" ? "-U " : "-A ") : "";
  return {
    severity: "error",
    ip,
    found: `${asker} (${mac}) still believes that ${ip} is at this host's NIC${heard}`,
    consequence:
      "it sends here what is for the Active: it missed the announcement, or takes another form only; a router keeps such an entry for hours",
    command: `${atActive(facts, ip)}garp-send -I ${facts.interface} ${form}--to ${mac} -c 3 ${ip}`,
  };
}

/** Announcements that this host's kernel did not take, though its entry is wrong. */
export const IGNORED_ROWS: readonly Row[] = [
  {
    code: "announcement_ignored",
    explains: ["neighbour_stale"],
    find: (facts) =>
      refusals(facts)
        .filter(({ kernel_mac, wire_mac }) => kernel_mac !== null && kernel_mac !== wire_mac)
        .map(({ ip, kernel_mac, wire_mac, because, state }) => ({
          severity: "error",
          ip,
          found: `the kernel keeps ${kernel_mac} (${state}) for ${ip}, and ignored ${wire_mac}: ${because}`,
          consequence:
            "this host sends to a MAC that has not got the address any more, whatever is announced",
          command: remedyFor(facts, ip, because),
        })),
  },
  {
    code: "announcement_not_needed",
    explains: [],
    find: (facts) =>
      refusals(facts)
        .filter(({ kernel_mac, ip, ts }) => kernel_mac === null && isAnnouncedInVain(facts, ip, ts))
        .map(({ ip, wire_mac, because }) => ({
          severity: "note",
          ip,
          found: `${ip} is announced again and again by ${wire_mac}, and the kernel ignores it: ${because}`,
          consequence:
            "nothing is wrong: this host has no entry to correct, and asks when it needs the address",
          command: `sysctl net.ipv4.conf.${facts.interface}.arp_accept (1 has entries made beforehand)`,
        })),
  },
];

/** Of a take-over come three, in three seconds: whoever says it more often waits for somebody to take it. */
const IN_VAIN_SECONDS = 4;
/** Octets of a time stamp up to its seconds. */
const TO_THE_SECOND = "2026-01-01T00:00:00".length;

/** Again and again; an answer to a question of ours is none. */
function isAnnouncedInVain(facts: Facts, ip: IpAddress, ts: string): boolean {
  const announced = announcementsOf(facts, ip);
  const seconds = new Set(announced.map((told) => told.slice(0, TO_THE_SECOND)));
  const wasRefused = announced.some((told) => told.startsWith(ts));
  return facts.role === "client" && wasRefused && seconds.size >= IN_VAIN_SECONDS;
}

/** The first one that was ignored, of each address: before anybody was asked. */
function refusals(facts: Facts): Facts["kernel"][number][] {
  const isClaim = ({ ip, wire_mac }: Facts["kernel"][number]): boolean => {
    const right = rightMacs(facts, ip);
    return facts.addresses.includes(ip) && (right.size === 0 || right.has(wire_mac));
  };
  const first = new Map(
    facts.kernel
      .filter(
        ({ verdict, because }) =>
          verdict === "ignored" || (verdict === "stale" && because.includes("firewall")),
      )
      .filter(isClaim)
      .filter(({ because }) => !because.includes("address of this host"))
      .toReversed()
      .map((refusal) => [refusal.ip, refusal]),
  );
  return [...first.values()];
}

function remedyFor({ interface: nic }: Facts, ip: IpAddress, because: string): string {
  const family = familyOf(ip) === 4 ? "ipv4" : "ipv6";
  const setting = /(drop_gratuitous_arp|drop_unsolicited_na)=1( \(all\))?/.exec(because);
  if (setting !== null)
    return `sysctl -w net.${family}.conf.${setting[2] === undefined ? nic : "all"}.${setting[1]}=0`;
  if (because.includes("locktime")) return `on the Active: garp-send -I ${nic} -U ${ip}`;
  if (because.includes("firewall")) return "nft list ruleset";
  return `ip neigh del ${ip} dev ${nic}`;
}

/** As it was before anybody was asked: an answer corrects it. */
export const STALE_ROW: Row = {
  code: "neighbour_stale",
  explains: [],
  find: (facts) =>
    facts.neighbours.flatMap(({ ip, mac, state }): Found[] => {
      const right = rightMacs(facts, ip);
      const isMeant = facts.addresses.includes(ip) && !speaksFor(facts, ip);
      if (mac === undefined || !isMeant || !BELIEVING.includes(state) || right.size === 0 || right.has(mac))
        return [];
      return [
        {
          severity: "error",
          ip,
          found: `this host sends ${ip} to ${mac} (${state}), and it is at ${[...right].join(" or ")}`,
          consequence: "its packets go to the old owner: it has missed the announcement, or there was none",
          command: `ip neigh del ${ip} dev ${facts.interface}; for the others, ${atActive(facts, ip) || "here: "}garp-send -I ${facts.interface} -c 3 ${ip}`,
        },
      ];
    }),
};
