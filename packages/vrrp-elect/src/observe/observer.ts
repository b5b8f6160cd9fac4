/**
 * All virtual routers that are heard of. Pure: sightings and the time come in, records go out. What it holds is bounded,
 * whatever a forger invents: those known stay, and who does not fit is counted.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import type { IpFamily } from "@viptools/wire";
import type { Cause } from "./differences.ts";
import { BAD_CAUSES, type BadCause } from "./message.ts";
import type { Advert, BadAdvert, Sighting } from "./sighting.ts";
import { Strangers } from "./strangers.ts";
import { type Place, VirtualRouter } from "./virtual-router.ts";

export interface ObserverOptions {
  /** Only this one; undefined for all. */
  readonly vrid?: number | undefined;
  readonly family?: IpFamily | undefined;
  readonly limits?: Limits;
}

export interface Limits {
  /** Routers in all. */
  readonly routers: number;
  readonly routersOfOne: number;
  /** Virtual routers that are known from bad adverts alone. */
  readonly strangers: number;
}

/** A record and when its fact was so. */
export interface Told {
  readonly atUs: number;
  readonly body: RecordBody;
}

const LIMITS: Limits = { routers: 4096, routersOfOne: 16, strangers: 32 };
const SWEEP_US = 1_000_000;
const SAY_FULL_EVERY_US = 60_000_000;

export class Observer {
  readonly #options: ObserverOptions;
  readonly #limits: Limits;
  readonly #table = new Map<string, VirtualRouter>();
  readonly #strangers: Strangers;
  readonly #rejected = Object.fromEntries(BAD_CAUSES.map((cause) => [cause, 0])) as Record<BadCause, number>;
  readonly #counts = { adverts: 0, other_vrid: 0, cut: 0, untracked: 0, conflicts: 0 };
  #routers = 0;
  /** No virtual router is due before. */
  #nextUs = Number.POSITIVE_INFINITY;
  #sweptUs = 0;
  #saidFullUs = Number.NEGATIVE_INFINITY;

  constructor(options: ObserverOptions = {}) {
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
    this.#strangers = new Strangers(this.#limits.strangers);
  }

  get virtualRouters(): readonly VirtualRouter[] {
    return [...this.#table.values()];
  }

  /** Conflicts that were told. */
  get conflicts(): number {
    return this.#counts.conflicts;
  }

  /** Packets that their capture has not whole. */
  get cut(): number {
    return this.#counts.cut;
  }

  /** When {@link advance} has to be called at the latest. */
  get dueUs(): number {
    return Math.min(this.#nextUs, this.#sweptUs + SWEEP_US);
  }

  counters(): Record<string, number> {
    const rejected = Object.entries(this.#rejected).map(([cause, count]) => [`rejected_${cause}`, count]);
    const now = { virtual_routers: this.#table.size, routers: this.#routers };
    return { ...this.#counts, ...now, ...Object.fromEntries(rejected) };
  }

  /** @param base interface or file that the frame is from; its frames come in the order of their times. */
  hear(base: string, sighting: Sighting, nowUs: number): Told[] {
    if (sighting.kind === "cut") {
      this.#counts.cut += 1;
      return [];
    }
    const said = sighting.kind === "advert" ? sighting.advert : sighting.bad;
    const { vrid = said.vrid, family = said.family } = this.#options;
    if (vrid !== said.vrid || family !== said.family) {
      this.#counts.other_vrid += 1;
      return [];
    }
    const segment = [base, ...said.vlans].join(".");
    if (sighting.kind === "bad") return at(nowUs, this.#reject(base, segment, sighting.bad, nowUs));
    return this.#take(segment, sighting.advert, nowUs);
  }

  /** A conflict that is seen by other means than adverts. */
  conflict(place: Place, cause: Cause, peer: string, detail: string, nowUs: number): RecordBody[] {
    return this.#counted(this.#table.get(keyOf(place))?.conflict(cause, [peer], detail, nowUs) ?? []);
  }

  /** Draws the conclusions from what was not heard until now, in the order of their moments. */
  advance(nowUs: number): Told[] {
    const told: Told[] = [];
    if (this.#nextUs <= nowUs) {
      for (const found of this.#table.values()) told.push(...this.#expire(found, nowUs));
      this.#nextUs = Math.min(Number.POSITIVE_INFINITY, ...this.virtualRouters.map(({ dueUs }) => dueUs));
      told.sort((a, b) => a.atUs - b.atUs);
    }
    if (nowUs - this.#sweptUs >= SWEEP_US) told.push(...at(nowUs, this.#sweep(nowUs)));
    return told;
  }

  /** What is still held back, at the end. */
  finish(): RecordBody[] {
    return this.#due(Number.POSITIVE_INFINITY);
  }

  /** What was due before an advert came is so, whoever else may still have to be read. */
  #take(segment: string, advert: Advert, nowUs: number): Told[] {
    const { family, vrid, protocol } = advert;
    this.#counts.adverts += 1;
    const place: Place = { segment, family, vrid, protocol };
    const found = this.#table.get(keyOf(place)) ?? new VirtualRouter(place);
    const isKnown = found.has(advert.address);
    if (!isKnown && (this.#routers >= this.#limits.routers || found.size >= this.#limits.routersOfOne))
      return at(nowUs, this.#turnAway(found.instance, nowUs));
    this.#table.set(keyOf(place), found);
    if (!isKnown) this.#routers += 1;
    const before = this.#expire(found, nowUs);
    const bodies = [...found.hear(advert, nowUs), ...this.#compareProtocols(found, advert, nowUs)];
    this.#nextUs = Math.min(this.#nextUs, found.dueUs);
    return [...before, ...at(nowUs, this.#counted(bodies))];
  }

  #expire(found: VirtualRouter, nowUs: number): Told[] {
    const told: Told[] = [];
    for (let dueUs = found.dueUs; dueUs <= nowUs; dueUs = found.dueUs)
      told.push(...at(dueUs, this.#counted(found.expire(dueUs))));
    return told;
  }

  #turnAway(instance: string, nowUs: number): RecordBody[] {
    this.#counts.untracked += 1;
    if (nowUs - this.#saidFullUs < SAY_FULL_EVERY_US) return [];
    this.#saidFullUs = nowUs;
    const message = `more routers than can be kept track of, now for ${instance}: new ones are only counted`;
    return [{ type: "tool.error", code: "table_full", message }];
  }

  /** CARP uses the virtual MACs of VRRP over IPv4, over both families. */
  #compareProtocols(found: VirtualRouter, advert: Advert, nowUs: number): RecordBody[] {
    const { protocol, family, vrid, address } = advert;
    if (protocol === "vrrp" && family === 6) return [];
    const others = protocol === "carp" ? [{ family: 4, protocol: "vrrp" } as const] : CARP_PLACES;
    for (const other of others) {
      const rival = this.#table.get(keyOf({ ...found.place, ...other }))?.active;
      if (rival === undefined) continue;
      const detail = `${address} speaks ${name(protocol)}, ${rival.address} ${name(other.protocol)}: number ${vrid} is one virtual MAC`;
      return found.conflict("vrid_clash", [address, rival.address], detail, nowUs);
    }
    return [];
  }

  #reject(base: string, segment: string, bad: BadAdvert, nowUs: number): RecordBody[] {
    this.#rejected[bad.cause] += 1;
    const place = { segment, family: bad.family, vrid: bad.vrid };
    for (const protocol of ["vrrp", "carp"] as const) {
      const found = this.#table.get(keyOf({ ...place, protocol }));
      if (found !== undefined) return found.reject(bad, nowUs);
    }
    return this.#strangers.reject(base, segment, bad, nowUs);
  }

  #sweep(nowUs: number): RecordBody[] {
    this.#sweptUs = nowUs;
    const isCrowded = this.#routers > this.#limits.routers / 2;
    for (const [key, found] of this.#table) {
      if (!isCrowded && found.size < this.#limits.routersOfOne) continue;
      if (found.forget(nowUs)) this.#table.delete(key);
    }
    this.#routers = this.virtualRouters.reduce((sum, { size }) => sum + size, 0);
    return this.#due(nowUs);
  }

  #due(nowUs: number): RecordBody[] {
    return this.#counted([
      ...this.virtualRouters.flatMap((found) => found.due(nowUs)),
      ...this.#strangers.due(nowUs),
    ]);
  }

  #counted(bodies: RecordBody[]): RecordBody[] {
    this.#counts.conflicts += bodies.filter(({ type }) => type === "vrrp.conflict").length;
    return bodies;
  }
}

const CARP_PLACES = [
  { family: 4, protocol: "carp" },
  { family: 6, protocol: "carp" },
] as const;

function at(atUs: number, bodies: readonly RecordBody[]): Told[] {
  return bodies.map((body) => ({ atUs, body }));
}

function keyOf({ segment, family, vrid, protocol }: Place): string {
  return `${segment}/${family}/${vrid} ${protocol}`;
}

function name(protocol: Advert["protocol"]): string {
  return protocol.toUpperCase();
}
