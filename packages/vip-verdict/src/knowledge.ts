/**
 * What the rows of the table ask of the facts, each question once: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { familyOf, type IpAddress, type Mac, virtualMac } from "@viptools/wire";
import type { Answer, Facts, Peer, VirtualRouter } from "./facts.ts";

/** Of one virtual router; undefined where only an address was asked about. */
export function routerFor(facts: Facts, ip: IpAddress): VirtualRouter | undefined {
  return facts.routers.find(({ segment, vips }) => segment === facts.interface && vips.includes(ip));
}

export function routerOf({ routers }: Facts, instance: string): VirtualRouter | undefined {
  return routers.find((router) => router.instance === instance);
}

export function activePeers({ active, peers }: VirtualRouter): Peer[] {
  return active.flatMap((address) => peers.get(address) ?? []);
}

/** @returns true if this host advertises for it now. */
export function isActiveHere(router: VirtualRouter): boolean {
  return activePeers(router).some(({ isOwn }) => isOwn);
}

export function hearsOthers({ peers }: VirtualRouter): boolean {
  return [...peers.values()].some(({ isOwn }) => !isOwn);
}

/** @returns true if this host answers for the address, by what it says of itself. */
export function speaksFor(facts: Facts, ip: IpAddress): boolean {
  const owned = facts.owned.some(
    ({ answers, vips }) => answers && vips.some((vip) => vip.startsWith(`${ip}/`)),
  );
  const router = routerFor(facts, ip);
  return owned || (router !== undefined && isActiveHere(router));
}

/** The virtual MAC that may answer for the address; undefined where no VRID is known. */
export function virtualMacFor(facts: Facts, ip: IpAddress): Mac | undefined {
  const vrid = routerFor(facts, ip)?.vrid ?? facts.vrid;
  return vrid === undefined ? undefined : virtualMac(familyOf(ip), vrid);
}

/**
 * MACs that are right for an address: who answered; where nobody was asked, what the Active speaks from. An Active that
 * advertises from its NIC's MAC may have the address on a virtual one (keepalived's vmac_xmit_base).
 */
export function rightMacs(facts: Facts, ip: IpAddress): ReadonlySet<Mac> {
  const answer = facts.answers.get(ip);
  if (answer !== undefined && answer.macs.length > 0) return new Set(answer.macs);
  const router = routerFor(facts, ip);
  const speakers = router === undefined ? [] : activePeers(router).map(({ mac }) => mac);
  const vmac = virtualMacFor(facts, ip);
  return new Set(speakers.length === 0 || vmac === undefined ? speakers : [...speakers, vmac]);
}

/** Answers for the addresses that the question is about. */
export function meantAnswers(facts: Facts): Answer[] {
  return facts.addresses.flatMap((ip) => facts.answers.get(ip) ?? []);
}

/** Where to type what an Active has to do. */
export function atActive(facts: Facts, ip: IpAddress): string {
  const router = routerFor(facts, ip);
  if (router === undefined) return "on the host that has it: ";
  if (isActiveHere(router)) return "";
  const [active] = activePeers(router);
  return active === undefined ? "on the Active: " : `on ${active.address}: `;
}

/** Where to type what a router with this address has to do. */
export function at(router: VirtualRouter | undefined, address: string): string {
  return router?.peers.get(address)?.isOwn ? "" : `on ${address}: `;
}

export function conflictsOf(
  { conflicts }: Facts,
  cause: RecordOf<"vrrp.conflict">["cause"],
  instance?: string,
): RecordOf<"vrrp.conflict">[] {
  return conflicts.filter(
    (one) => one.cause === cause && (instance === undefined || one.instance === instance),
  );
}

/** What says this interface and VRID to a tool. */
export function optionsFor(facts: Facts, router: Pick<VirtualRouter, "vrid"> | undefined): string {
  const vrid = router?.vrid ?? facts.vrid;
  return `-I ${facts.interface}${vrid === undefined ? "" : ` --vrid ${vrid}`}`;
}

/** Announcements of an address: a claim that nobody asked for. */
export function announcementsOf(facts: Facts, ip: IpAddress): string[] {
  const arp = facts.arp.filter(
    ({ kind, spa }) => spa === ip && (kind === "announcement" || kind.startsWith("gratuitous")),
  );
  const ndp = facts.ndp.filter(
    ({ kind, target, is_solicited }) => kind === "advertisement" && target === ip && !is_solicited,
  );
  return [...arp, ...ndp].map(({ kind, ts }) => `${ts} ${kind}`);
}

/** One for each virtual router. */
export function latest<T extends { readonly instance: string }>(records: readonly T[]): T[] {
  return [...new Map(records.map((record) => [record.instance, record])).values()];
}
