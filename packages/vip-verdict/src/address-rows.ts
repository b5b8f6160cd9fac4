/**
 * Troubles of an address: who answers for it, and with which MAC: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac, virtualMacOf } from "@viptools/wire";
import type { Facts } from "./facts.ts";
import {
  activePeers,
  atActive,
  isActiveHere,
  meantAnswers,
  optionsFor,
  routerFor,
  speaksFor,
  virtualMacFor,
} from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

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
  const family = familyOf(facts.addresses[0] ?? "0.0.0.0");
  return [
    ...fallen,
    { instance: `${nic}/${family}/${vrid}`, vrid, since: `: none came in ${lookedMs / 1000} s` },
  ];
}

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
