/**
 * Who is Active, who answers, and what this host is: sentences. Pure.
 *
 * @module
 */
import { virtualMacOf } from "@viptools/wire";
import type { Facts, Peer, VirtualRouter } from "./facts.ts";
import { activePeers, isActiveHere, meantAnswers, speaksFor } from "./knowledge.ts";

/** @returns one for each virtual router. */
export function describeActive(facts: Facts): string[] {
  const { routers, vrid, lookedMs } = facts;
  if (routers.length === 0)
    return lookedMs === 0
      ? ["it was not listened who advertises"]
      : [`nobody advertises${vrid === undefined ? "" : ` VRID ${vrid}`} (${lookedMs / 1000} s)`];
  return routers.map((router) => {
    const speakers = activePeers(router).map(describePeer);
    return `${nameOf(facts, router)}: ${speakers.join(" AND ") || "nobody any more"}; ${router.vips.join(" ") || "no address"}`;
  });
}

/** `VRID 51`, with what is not usual about it. */
function nameOf({ interface: nic }: Facts, { vrid, family, segment }: VirtualRouter): string {
  return `VRID ${vrid}${family === 6 ? " IPv6" : ""}${segment === nic ? "" : ` on ${segment}`}`;
}

function describePeer({ address, priority, version, protocol, intervalMs, mac, isOwn }: Peer): string {
  const rank = priority === undefined ? protocol : `priority ${priority}, ${protocol}v${version}`;
  return `${address}${isOwn ? " (this host)" : ""} ${rank} each ${intervalMs ?? "?"} ms from ${mac}`;
}

/** @returns one for each address that was asked for. */
export function describeAnswers(facts: Facts): string[] {
  return meantAnswers(facts).map(({ ip, macs, ownMacs, ownInterface }) => {
    const others = [...macs, ...ownMacs].map(
      (mac) => `${mac}${virtualMacOf(mac) === undefined ? "" : " (virtual)"}`,
    );
    const isOurs = ownInterface !== undefined && speaksFor(facts, ip);
    const own = isOurs ? [`this host, on ${ownInterface}`] : [];
    return `${ip}: ${[...own, ...others].join(" and ") || "nobody"}`;
  });
}

/** @returns what this host is, and would do. */
export function describeHere(facts: Facts): string[] {
  const owned = facts.owned.map(
    ({ owner, answers, vips, mac, interface: link }) =>
      `vmac-ctl (${owner}) ${answers ? "answers" : "does not answer"} for ${vips.join(" ") || mac} on ${link}`,
  );
  return [[describeRole(facts), ...owned].join("; "), ...describeEntries(facts)];
}

function describeRole(facts: Facts): string {
  if (facts.role === "client") {
    if (facts.owned.some(({ owner }) => owner === "dead")) return "was a router: its VRRP program has died";
    return facts.owned.length > 0 ? "no VRRP program runs here" : "no router: a client";
  }
  const active = facts.routers.filter(isActiveHere);
  if (active.length > 0) return `Active for VRID ${active.map(({ vrid }) => vrid).join(" ")}`;
  const [router] = facts.routers;
  const [speaker] = router === undefined ? [] : activePeers(router);
  return speaker === undefined
    ? "a router, and not Active"
    : `Backup: takes over when ${speaker.address} is silent for three adverts`;
}

function describeEntries(facts: Facts): string[] {
  const entries = facts.neighbours
    .filter(({ ip }) => facts.addresses.includes(ip))
    .map(({ ip, mac, state }) => `${ip} is at ${mac ?? "no MAC"} (${state})`);
  return entries.length === 0 ? [] : [`its neighbour table said: ${entries.join(", ")}`];
}
