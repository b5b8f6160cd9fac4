/** Adverts by hand, and what the observer tells of them as one short line each: for tests. */
import type { RecordBody } from "@viptools/records";
import { virtualMac } from "@viptools/wire";
import { Observer, type Told } from "./observer.ts";
import type { Advert, Sighting } from "./sighting.ts";

export const MS = 1000;
export const SECOND = 1_000_000;

/** VRRPv3 of 192.0.2.1, each second, as keepalived with `use_vmac` sends it. */
export function advertOf(more: Partial<Advert> = {}): Advert {
  const { family = 4, vrid = 51 } = more;
  return {
    vlans: [],
    family,
    protocol: "vrrp",
    vrid,
    version: 3,
    address: "192.0.2.1",
    mac: virtualMac(family, vrid),
    destinationMac: family === 4 ? "01:00:5e:00:00:12" : "33:33:00:00:00:12",
    isUnicast: false,
    ttl: 255,
    isOwn: false,
    priority: 150,
    isLeaving: more.priority === 0,
    intervalUs: SECOND,
    vips: ["192.0.2.100"],
    checksumForm: "pseudo-header",
    authType: 0,
    secret: undefined,
    trailer: undefined,
    carp: undefined,
    ...more,
  };
}

export function carpOf(more: Partial<Advert> = {}, advbaseS = 1, advskew = 0): Advert {
  return advertOf({
    protocol: "carp",
    version: 2,
    priority: undefined,
    intervalUs: Math.round((advbaseS + advskew / 256) * SECOND),
    vips: [],
    checksumForm: undefined,
    carp: { advbaseS, advskew, demotion: 0 },
    ...more,
  });
}

export function sightingOf(advert: Advert): Sighting {
  return { kind: "advert", advert };
}

/** An advert and when it comes, milliseconds. */
export type Heard = readonly [atMs: number, advert: Advert];

/** Plays adverts in the order of their times, and lets the clock run on to `untilMs`. */
export function play(heard: readonly Heard[], untilMs?: number, observer: Observer = new Observer()): Told[] {
  const told: Told[] = [];
  for (const [atMs, advert] of [...heard].sort(([a], [b]) => a - b)) {
    told.push(...observer.advance(atMs * MS));
    told.push(...observer.hear("eth0", sightingOf(advert), atMs * MS));
  }
  if (untilMs !== undefined) told.push(...observer.advance(untilMs * MS));
  return told;
}

/** The same advert each interval, from the first moment up to but without the last. */
export function steady(advert: Advert, fromMs: number, beforeMs: number): Heard[] {
  const times: Heard[] = [];
  for (let atMs = fromMs; atMs < beforeMs; atMs += advert.intervalUs / MS) times.push([atMs, advert]);
  return times;
}

/** @returns `1000 changed 192.0.2.1 -> 192.0.2.2 resign 610`, without what is told of routers unless wanted. */
export function lines(told: readonly Told[], withPeers = false): string[] {
  return told
    .filter(({ body }) => withPeers || body.type !== "vrrp.peer")
    .map(({ atUs, body }) => `${Math.round(atUs / MS)} ${lineOf(body)}`);
}

export function lineOf(body: RecordBody): string {
  switch (body.type) {
    case "vrrp.peer":
      return `peer ${body.address} ${body.priority ?? "-"}`;
    case "vrrp.changed":
      return `changed ${body.from} -> ${body.to} ${body.reason} ${body.gap_ms}`;
    case "vrrp.healed":
      return `healed ${body.to}`;
    case "vrrp.late":
      return `late ${body.gap_ms}`;
    case "vrrp.silent":
      return `silent ${body.gap_ms}`;
    case "vrrp.conflict":
    case "vrrp.rejected":
      return `${body.type.slice(5)} ${body.cause} ${body.peers.join("+")} x${body.count}`;
    default:
      return body.type;
  }
}
