/**
 * One address, and several hosts that have it: pure.
 *
 * @module
 */
import { type IpAddress, type Mac, virtualMacOf } from "@viptools/wire";
import type { Answer, Facts } from "./facts.ts";
import { meantAnswers, optionsFor, routerFor, speaksFor, virtualMacFor } from "./knowledge.ts";
import type { Found, Row } from "./row.ts";

/** @returns who shares an address, each a MAC or an interface of this host. */
function owners(facts: Facts, { ip, ownInterface, macs }: Answer): string[] {
  const isOurs = ownInterface !== undefined && (speaksFor(facts, ip) || routerFor(facts, ip) === undefined);
  const isShared = macs.every((mac) => mac === virtualMacFor(facts, ip));
  return isOurs && !isShared ? [`this host (on ${ownInterface})`, ...macs] : [...macs];
}

export const DUPLICATE_ROW: Row = {
  code: "duplicate_address",
  explains: ["neighbour_stale", "announcement_ignored"],
  find: (facts) =>
    meantAnswers(facts).flatMap((answer): Found[] => {
      if (areTakingTurns(facts, answer)) return [];
      const found = owners(facts, answer);
      const { doubledMac } = answer;
      if (found.length < 2 && doubledMac !== undefined) return [doubled(answer.ip, doubledMac)];
      if (found.length < 2) return [];
      return [
        {
          severity: "error",
          ip: answer.ip,
          found: `${answer.ip} is answered by ${found.join(" and by ")}`,
          ...advice(facts, answer),
        },
      ];
    }),
};

/** Routers whose role went to and fro while they were asked: that is told, and that each has answered comes of it. */
function areTakingTurns(facts: Facts, { ip, macs }: Answer): boolean {
  const instance = routerFor(facts, ip)?.instance;
  const hasChanged = facts.changes.some((change) => change.instance === instance);
  const right = virtualMacFor(facts, ip);
  return hasChanged && macs.every((mac) => mac === right || speakerAt(facts, mac) !== undefined);
}

/** Who has the address by right is not looked for at the switch: a router is asked for what it refuses. */
function advice(facts: Facts, { ip, macs }: Answer): Pick<Found, "consequence" | "command"> {
  const right = virtualMacFor(facts, ip);
  const routers = macs.flatMap((mac) => speakerAt(facts, mac) ?? []);
  const stranger = macs.find((mac) => mac !== right && speakerAt(facts, mac) === undefined);
  const doctor = `vip-doctor ${optionsFor(facts, routerFor(facts, ip))} ${ip}`;
  if (stranger === undefined && routers.length > 0)
    return {
      consequence: `${routers.length > 1 ? `both are routers (${routers.join(", ")})` : `${routers[0]} is a router`}: one refuses the adverts of the other (password, version, interval), or does not get them`,
      command: `on ${routers.join(" and on ")}: ${doctor}`,
    };
  const suspect = stranger ?? macs[0];
  const known = routers.length === 0 ? "" : `${routers.join(" and ")} is a router; the other host `;
  return {
    consequence: `${known || "two hosts have one address: one "}was given it by hand, or is a second Active that refuses the adverts of the first (keepalived is then silent itself)`,
    command: `find ${suspect} at the switch (Linux: bridge fdb show | grep ${suspect}); there, if it is a router: ${doctor}; if not, take ${ip} off that host`,
  };
}

/** The router that advertises from this NIC, or whose own address is there. */
function speakerAt(facts: Facts, mac: Mac): IpAddress | undefined {
  if (virtualMacOf(mac) !== undefined) return undefined;
  const isAt = (address: IpAddress): boolean =>
    facts.answers.get(address)?.macs.includes(mac) === true ||
    facts.neighbours.some((entry) => entry.ip === address && entry.mac === mac) ||
    facts.arp.some(({ spa, sha }) => spa === address && sha === mac);
  const peers = facts.routers.flatMap((router) => [...router.peers.values()]);
  return peers.find((peer) => !peer.isOwn && (peer.mac === mac || isAt(peer.address)))?.address;
}

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
