/**
 * Troubles of an address: who answers for it, and who believes what: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac, virtualMacOf } from "@viptools/wire";
import type { Answer, Facts } from "./facts.ts";
import {
  activePeers,
  announcementsOf,
  atActive,
  isActiveHere,
  meantAnswers,
  optionsFor,
  rightMacs,
  routerFor,
  speaksFor,
  virtualMacFor,
} from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

/** States of an entry that sends frames to its MAC. */
const BELIEVING: readonly string[] = ["REACHABLE", "STALE", "DELAY", "PROBE", "PERMANENT", "NOARP"];

/** @returns who shares an address, each a MAC or an interface of this host. */
function owners(facts: Facts, { ip, ownInterface, macs }: Answer): string[] {
  const isOurs = ownInterface !== undefined && (speaksFor(facts, ip) || routerFor(facts, ip) === undefined);
  const isShared = macs.every((mac) => mac === virtualMacFor(facts, ip));
  return isOurs && !isShared ? [`this host (on ${ownInterface})`, ...macs] : [...macs];
}

/**
 * MACs that answer for an address of an Active's own: where several of them answer for the VIP too, they are NICs of one
 * host.
 */
function nicsOfActive(
  facts: Facts,
  ip: IpAddress,
): { readonly address: IpAddress; readonly macs: readonly Mac[] } | undefined {
  const router = routerFor(facts, ip);
  const [active] = router === undefined ? [] : activePeers(router);
  const answer = active === undefined ? undefined : facts.answers.get(active.address);
  return answer === undefined ? undefined : { address: active!.address, macs: answer.macs };
}

export const FLUX_ROW: Row = {
  code: "arp_flux",
  explains: ["duplicate_address", "neighbour_stale"],
  find: (facts) =>
    meantAnswers(facts).flatMap((answer): Found[] => {
      const { ip, ownMacs, macs } = answer;
      if (ownMacs.length > 0)
        return [flux(ip, `another NIC of this host (${ownMacs.join(" ")}) answers for ${ip} too`, "")];
      const nics = nicsOfActive(facts, ip);
      const shared = macs.filter((mac) => nics?.macs.includes(mac) || mac === virtualMacFor(facts, ip));
      if (nics === undefined || macs.length < 2 || shared.length < macs.length) return [];
      return [
        flux(
          ip,
          `${macs.join(" and ")} answer for ${ip}, all of them NICs of ${nics.address}`,
          `on ${nics.address}: `,
        ),
      ];
    }),
};

function flux(ip: IpAddress, found: string, where: string): Found {
  return {
    severity: "error",
    ip,
    found,
    consequence:
      "ARP flux: clients learn whichever answer comes last, and lose the address with that NIC or at a take-over",
    command: `${where}sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2; with a virtual MAC on the NIC alone`,
  };
}

export const DUPLICATE_ROW: Row = {
  code: "duplicate_address",
  explains: ["neighbour_stale", "announcement_ignored"],
  find: (facts) =>
    meantAnswers(facts).flatMap((answer): Found[] => {
      const found = owners(facts, answer);
      const { doubledMac } = answer;
      if (found.length < 2 && doubledMac !== undefined) return [doubled(answer.ip, doubledMac)];
      if (found.length < 2) return [];
      const right = virtualMacFor(facts, answer.ip);
      const stranger = answer.macs.find((mac) => mac !== right) ?? answer.macs[0];
      return [
        {
          severity: "error",
          ip: answer.ip,
          found: `${answer.ip} is answered by ${found.join(" and by ")}`,
          consequence:
            "two hosts have one address: one was given it by hand, or is a second Active that refuses the adverts of the first (keepalived is then silent itself)",
          command: `find ${stranger} at the switch (Linux: bridge fdb show | grep ${stranger}), and take ${answer.ip} off that host`,
        },
      ];
    }),
};

function doubled(ip: IpAddress, mac: Mac): Found {
  return {
    severity: "error",
    ip,
    found: `each question for ${ip} is answered more than once from ${mac}: two hosts have it`,
    consequence:
      "both are Active: one refuses the adverts of the other (keepalived is then silent itself), or does not get them",
    command: "on each of the routers: vip-doctor, as here",
  };
}

/** A question in a frame to the virtual MAC is lost, one to everybody is answered from it. */
export const PORT_ROW: Row = {
  code: "switch_port_wrong",
  explains: [],
  find: (facts) =>
    facts.directAnswers.flatMap(({ ip, to, isAnswered }): Found[] => {
      const answer = facts.answers.get(ip);
      if (isAnswered || !answer?.macs.includes(to) || speaksFor(facts, ip)) return [];
      return [
        {
          severity: "error",
          ip,
          found: `${to} answers for ${ip} when everybody is asked, and gets no frame that is sent to it`,
          consequence:
            "a switch has that MAC at another port (an old or a fixed entry): ARP looks well, and all data is lost",
          command: `${atActive(facts, ip)}garp-send -I ${facts.interface} --mac ${to} -c 3 ${ip}; if that does not help, at the switch: look for ${to} in its table (bridge fdb show)`,
        },
      ];
    }),
};

export const SILENCE_ROWS: readonly Row[] = [
  {
    code: "active_mute",
    explains: ["neighbour_stale"],
    find: (facts) =>
      unanswered(facts).flatMap((ip): Found[] => {
        const router = routerFor(facts, ip);
        if (router === undefined || router.active.length === 0 || isActiveHere(router)) return [];
        return [
          {
            severity: "error",
            instance: router.instance,
            ip,
            found: `${router.active.join(" and ")} advertises ${ip}, and nobody answers for it`,
            consequence:
              "no Backup takes over, and nobody is served: the Active has not got the address, or may not answer",
            command: `on ${router.active[0]}: vmac-ctl doctor ${optionsFor(facts, router)} ${ip}`,
          },
        ];
      }),
  },
  {
    code: "nobody_active",
    explains: ["active_mute", "nobody_answers"],
    find: (facts) =>
      silentRouters(facts).map(({ instance, vrid, since }) => ({
        severity: "error",
        instance,
        found: `nobody advertises VRID ${vrid}${since}`,
        consequence: "no router is Active: its addresses are served by nobody, or by whom nobody replaces",
        command: `on its routers: vmac-ctl status; systemctl status keepalived; then: vmac-ctl doctor -I ${facts.interface} --vrid ${vrid}`,
      })),
  },
  {
    code: "nobody_answers",
    explains: [],
    find: (facts) =>
      unanswered(facts)
        .filter((ip) => (routerFor(facts, ip)?.active.length ?? 0) === 0)
        .map((ip) => ({
          severity: "error",
          ip,
          found: `nobody answers for ${ip}, and nobody advertises it`,
          consequence: "no host on this network has it, or it is behind a router",
          command: `vrrp-elect --observe -I ${facts.interface} --list-vrids`,
        })),
  },
];

/** Addresses that were asked for in vain, of which this host has none. */
function unanswered(facts: Facts): IpAddress[] {
  return meantAnswers(facts)
    .filter(
      ({ macs, ownMacs, ownInterface }) => macs.length + ownMacs.length === 0 && ownInterface === undefined,
    )
    .map(({ ip }) => ip);
}

/** Of those that fell silent while it was listened, and of the one that was asked about. */
function silentRouters(facts: Facts): { instance: string; vrid: number; since: string }[] {
  const fallen = facts.routers
    .filter(({ active }) => active.length === 0)
    .map(({ instance, vrid }) => {
      const gapMs = facts.silences.find((silence) => silence.instance === instance)?.gap_ms;
      return { instance, vrid, since: gapMs === undefined ? "" : `, for ${Math.round(gapMs)} ms at the end` };
    });
  const { vrid, routers, interface: nic, lookedMs } = facts;
  const isAnswered = meantAnswers(facts).some(({ macs }) => macs.length > 0);
  if (vrid === undefined || routers.length > 0 || isAnswered || lookedMs === 0) return fallen;
  return [...fallen, { instance: `${nic}/4/${vrid}`, vrid, since: `: none came in ${lookedMs / 1000} s` }];
}

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
        .filter(({ kernel_mac, ip, ts }) => kernel_mac === null && wasAnnounced(facts, ip, ts))
        .map(({ ip, wire_mac, because }) => ({
          severity: "note",
          ip,
          found: `the kernel ignored the announcement of ${ip} by ${wire_mac}: ${because}`,
          consequence:
            "nothing is wrong: this host has no entry to correct, and asks when it needs the address",
          command: `sysctl net.ipv4.conf.${facts.interface}.arp_accept (1 has entries made beforehand)`,
        })),
  },
];

/** An answer to a question of ours is none. */
function wasAnnounced(facts: Facts, ip: IpAddress, ts: string): boolean {
  return facts.role === "client" && announcementsOf(facts, ip).some((told) => told.startsWith(ts));
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

/** The virtual MAC of another number answers. */
export const FOREIGN_VMAC_ROW: Row = {
  code: "wrong_vmac",
  explains: ["neighbour_stale"],
  find: (facts) =>
    meantAnswers(facts).flatMap(({ ip, macs }): Found[] => {
      const router = routerFor(facts, ip);
      const wanted = virtualMacFor(facts, ip);
      const wrong = macs.find((mac) => virtualMacOf(mac) !== undefined && mac !== wanted);
      if (router === undefined || wrong === undefined) return [];
      return [
        {
          severity: "error",
          instance: router.instance,
          ip,
          found: `${ip} is answered from ${wrong}, and VRID ${router.vrid} has ${wanted}`,
          consequence:
            "at a take-over clients lose the address, and the virtual router whose MAC it is loses its frames",
          command: `${atActive(facts, ip)}ip -d link show type macvlan`,
        },
      ];
    }),
};
