/**
 * What to ask the network after it was listened to: pure. One line for each command, so that a script can read it.
 *
 * @module
 */
import { familyOf, type IpAddress, type IpFamily, virtualMacOf } from "@viptools/wire";
import type { Facts, VirtualRouter } from "./facts.ts";
import { activePeers, isActiveHere, speaksFor, virtualMacFor } from "./knowledge.ts";

/** More questions would be a burst. */
const ADDRESSES_MAX = 32;

/**
 * @returns `all SOURCE ADDRESS…`: who has them? `direct SOURCE MAC ADDRESS…`: the same in frames to this MAC alone. `probe
 *   VRID TARGET [--force]`: does the virtual MAC pass? SOURCE is `-` where there is none.
 */
export function planQuestions(facts: Facts): string[] {
  const vips = facts.addresses.slice(0, ADDRESSES_MAX);
  const routers = facts.routers.filter(({ segment }) => segment === facts.interface);
  // Their own addresses tell which NICs are of one host.
  const own = routers
    .flatMap(activePeers)
    .filter(({ isOwn }) => !isOwn)
    .map(({ address }) => address);
  const all = [...new Set([...vips, ...own.slice(0, ADDRESSES_MAX)])];
  const direct = new Map<string, IpAddress[]>();
  for (const ip of vips) {
    const mac = virtualMacFor(facts, ip);
    if (mac !== undefined && !speaksFor(facts, ip)) direct.set(mac, [...(direct.get(mac) ?? []), ip]);
  }
  return [
    ...([4, 6] as const).flatMap((family) => {
      const ofFamily = all.filter((ip) => familyOf(ip) === family);
      return ofFamily.length === 0 ? [] : [`all ${sourceOf(facts, family)} ${ofFamily.join(" ")}`];
    }),
    ...[...direct].map(
      ([mac, ips]) => `direct ${sourceOf(facts, familyOf(ips[0]!))} ${mac} ${ips.join(" ")}`,
    ),
    ...planProbe(facts, routers),
  ];
}

/**
 * A question without a source is a claim to who asks for the same address just then (RFC 5227 §2.1.1), and some hosts do
 * not answer it.
 *
 * @returns an address of this host that is no VIP.
 */
function sourceOf({ own, addresses, routers }: Facts, family: IpFamily): string {
  const moving = new Set([...addresses, ...routers.flatMap(({ vips }) => vips)]);
  return own.find((ip) => familyOf(ip) === family && !moving.has(ip)) ?? "-";
}

/**
 * Only from a router, or where a target was typed: the switch learns the virtual MAC at this port. Its own Active may ask
 * while it is in use: its adverts do the same each interval.
 */
function planProbe(facts: Facts, routers: readonly VirtualRouter[]): string[] {
  const here = routers.find((router) => isActiveHere(router)) ?? routers[0];
  const vrid = facts.vrid ?? here?.vrid;
  if (vrid === undefined || (facts.role === "client" && facts.targets.length === 0)) return [];
  const speakers = here === undefined ? [] : activePeers(here);
  const isPlain = speakers.length > 0 && speakers.every((peer) => peer.isPlain);
  if (isPlain) return [];
  const isSpeaking = speakers.some((peer) => peer.isOwn && !peer.isPlain);
  // From its place the Active is heard already: to ask would only take its frames away.
  if (speakers.length > 0 && !isSpeaking) return [];
  const family = here?.family ?? 4;
  const target = listTargets(facts).find((ip) => familyOf(ip) === family);
  return target === undefined ? [] : [`probe ${vrid} ${target}${isSpeaking ? " --force" : ""}`];
}

/**
 * Never another router: a macvlan there with the same MAC takes what seems to come from itself, and nobody answers.
 * Without a gateway any neighbour will do.
 */
function listTargets({ targets, neighbours, routers, addresses, own }: Facts): IpAddress[] {
  const unfit = new Set([
    ...addresses,
    ...own,
    ...routers.flatMap(({ peers, vips }) => [...peers.keys(), ...vips]),
  ]);
  const known = neighbours.filter(({ mac }) => mac !== undefined && virtualMacOf(mac) === undefined);
  return [...targets, ...known.map(({ ip }) => ip)].filter((ip) => !unfit.has(ip));
}
