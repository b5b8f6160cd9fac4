/**
 * One virtual router on one segment: the routers that were heard for it, who of them is Active, and what is wrong. Pure:
 * time comes in, records go out.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import type { IpAddress, IpFamily } from "@viptools/wire";
import { type Trouble, TroubleLog } from "../trouble-log.ts";
import { Contest, type Turn } from "./contest.ts";
import { type Cause, differences, foreignMac, separating } from "./differences.ts";
import { HeardRouter } from "./heard-router.ts";
import { downUs, heldUpUs } from "./patience.ts";
import type { Advert, BadAdvert } from "./sighting.ts";

export interface Place {
  /** Interface or file, with its VLANs. */
  readonly segment: string;
  readonly family: IpFamily;
  readonly vrid: number;
  readonly protocol: Advert["protocol"];
}

/** So many adverts of a loser in a row, and nothing that explains it: it cannot have heard the winner's. */
const ONE_WAY_ROUNDS = 4;
/** Who has been silent for so long may be forgotten when room is needed. */
const FORGET_US = 60_000_000;
/** A daemon that is late again and again is told of once in so long. */
const LATE_EVERY_US = 10_000_000;

export class VirtualRouter {
  readonly place: Place;
  readonly instance: string;
  readonly #routers = new Map<IpAddress, HeardRouter>();
  readonly #contest = new Contest();
  readonly #conflicts = new TroubleLog<Cause>();
  readonly #rejections = new TroubleLog<Cause>();
  /** Of several Actives: it begins anew when they are one again. */
  #fights = new TroubleLog<Cause>();
  /** Both sides of what was noted since it was told last: the log knows only who sent what was counted. */
  readonly #concerned = new Map<Cause, Set<string>>();
  #lastUs = 0;
  #saidLateUs = Number.NEGATIVE_INFINITY;

  constructor(place: Place) {
    this.place = place;
    this.instance = `${place.segment}/${place.family}/${place.vrid}`;
  }

  get active(): HeardRouter | undefined {
    return this.#known(this.#contest.active?.address);
  }

  /** All who are Active. */
  get speakers(): HeardRouter[] {
    return this.#contest.speakers.flatMap(({ address }) => this.#known(address) ?? []);
  }

  /** Whoever was heard last. */
  get latest(): HeardRouter | undefined {
    return [...this.#routers.values()].sort((a, b) => b.lastUs - a.lastUs)[0];
  }

  get size(): number {
    return this.#routers.size;
  }

  get dueUs(): number {
    return this.#contest.dueUs;
  }

  has(address: IpAddress): boolean {
    return this.#routers.has(address);
  }

  hear(advert: Advert, nowUs: number): RecordBody[] {
    this.#lastUs = nowUs;
    const known = this.#routers.get(advert.address);
    const router = known ?? new HeardRouter(this.instance, advert, nowUs);
    this.#routers.set(advert.address, router);
    const previousMac = router.advert.mac;
    const late = known === this.active && known !== undefined ? this.#tellLate(known, advert, nowUs) : [];
    const hasTwoMacs = known?.update(advert, nowUs) === true;
    const others = [...this.#routers.values()].filter((other) => other !== router && other.isAlive(nowUs));
    const macTrouble = hasTwoMacs ? `from ${previousMac} and ${advert.mac} in turn` : foreignMac(advert);
    return [
      ...router.tell(nowUs),
      ...late,
      ...this.#contest.hear(router, nowUs).flatMap((turn) => this.#tell(turn, nowUs)),
      ...(advert.isLeaving ? [] : this.#compare(router, others, nowUs)),
      ...(macTrouble === undefined
        ? []
        : this.conflict("wrong_mac", [advert.address], `${advert.address}: ${macTrouble}`, nowUs)),
    ];
  }

  /** Of the Active alone, and before it counts as silent. @param known as it was heard before. */
  #tellLate(known: HeardRouter, advert: Advert, nowUs: number): RecordBody[] {
    const gapUs = nowUs - known.lastUs;
    const isSteady =
      !known.advert.isLeaving && !advert.isLeaving && known.advert.intervalUs === advert.intervalUs;
    // A rival that is refused puts off the next advert of keepalived: that is told as a conflict.
    const isAlone = [...this.#routers.values()].every(
      (other) => other === known || other.lastUs < known.lastUs,
    );
    if (!isSteady || !isAlone || gapUs < heldUpUs(advert) || gapUs >= downUs(advert)) return [];
    if (nowUs - this.#saidLateUs < LATE_EVERY_US) return [];
    this.#saidLateUs = nowUs;
    return [
      {
        type: "vrrp.late",
        instance: this.instance,
        address: known.address,
        gap_ms: gapUs / 1000,
        interval_ms: advert.intervalUs / 1000,
      },
    ];
  }

  /** @param nowUs {@link dueUs}, so that what is told is told for the moment at which it was so. */
  expire(nowUs: number): RecordBody[] {
    return this.#contest.expire(nowUs).flatMap((turn) => this.#tell(turn, nowUs));
  }

  /** @param peers who sent the advert that shows it, then those whom it disagrees with. */
  conflict(cause: Cause, peers: readonly string[], detail: string, nowUs: number): RecordBody[] {
    const concerned = this.#concerned.get(cause) ?? new Set();
    this.#concerned.set(cause, concerned);
    for (const peer of peers) concerned.add(peer);
    const log = cause === "two_active" || cause === "one_way" ? this.#fights : this.#conflicts;
    const trouble = log.note(cause, peers[0], detail, nowUs);
    return trouble === undefined ? [] : [this.#tellConflict(trouble)];
  }

  reject({ cause, source, detail }: BadAdvert, nowUs: number): RecordBody[] {
    const trouble = this.#rejections.note(cause, source, detail, nowUs);
    return trouble === undefined ? [] : [troubleRecord("vrrp.rejected", this.instance, trouble)];
  }

  /** What was held back, and is old enough by now. */
  due(nowUs: number): RecordBody[] {
    return [
      ...[...this.#routers.values()].flatMap((router) => router.tell(nowUs)),
      ...this.#conflicts.due(nowUs).map((trouble) => this.#tellConflict(trouble)),
      ...this.#fights.due(nowUs).map((trouble) => this.#tellConflict(trouble)),
      ...this.#rejections.due(nowUs).map((trouble) => troubleRecord("vrrp.rejected", this.instance, trouble)),
    ];
  }

  /** Makes room. @returns true if nothing worth keeping is left. */
  forget(nowUs: number): boolean {
    for (const [address, router] of this.#routers) {
      const isOld = nowUs - router.lastUs > FORGET_US;
      if (isOld && this.#contest.forget(router)) this.#routers.delete(address);
    }
    return this.active === undefined && nowUs - this.#lastUs > FORGET_US;
  }

  #tellConflict(trouble: Trouble<Cause>): RecordBody {
    const peers = [...(this.#concerned.get(trouble.cause) ?? trouble.peers)];
    this.#concerned.delete(trouble.cause);
    return troubleRecord("vrrp.conflict", this.instance, { ...trouble, peers });
  }

  /** What is still unsaid of it is said before its end. */
  #endFight(): RecordBody[] {
    const rest = this.#fights.due(Number.POSITIVE_INFINITY).map((trouble) => this.#tellConflict(trouble));
    this.#fights = new TroubleLog();
    return rest;
  }

  #known(address: IpAddress | undefined): HeardRouter | undefined {
    return address === undefined ? undefined : this.#routers.get(address);
  }

  /** One advert counts once for each cause, with all who disagree with it. */
  #compare(router: HeardRouter, others: readonly HeardRouter[], nowUs: number): RecordBody[] {
    const found = new Map<Cause, { detail: string; peers: string[] }>();
    for (const other of others) {
      for (const [cause, detail] of differences(router.advert, other.advert)) {
        const entry = found.get(cause) ?? { detail, peers: [router.address] };
        entry.peers.push(other.address);
        found.set(cause, entry);
      }
    }
    return [...found].flatMap(([cause, { detail, peers }]) => this.conflict(cause, peers, detail, nowUs));
  }

  #tell(turn: Turn, nowUs: number): RecordBody[] {
    const { instance } = this;
    switch (turn.type) {
      case "changed":
        return this.#tellChange(turn, nowUs);
      case "healed":
        return [...this.#endFight(), { type: "vrrp.healed", instance, to: turn.to.address }];
      case "silent":
        return [...this.#endFight(), { type: "vrrp.silent", instance, gap_ms: turn.gapUs / 1000 }];
      case "rival":
        return this.#tellRival(turn, nowUs);
    }
  }

  /** Old and new one are compared here too: they may never speak side by side. */
  #tellChange({ from, to, reason, gapUs }: Extract<Turn, { type: "changed" }>, nowUs: number): RecordBody[] {
    const old = this.#known(from.address);
    const next = this.#known(to.address);
    const mustCompare = old !== undefined && next !== undefined && old !== next && !old.isAlive(nowUs);
    return [
      {
        type: "vrrp.changed",
        instance: this.instance,
        gap_ms: gapUs / 1000,
        from: from.address,
        to: to.address,
        reason,
      },
      ...(mustCompare ? this.#compare(next, [old], nowUs) : []),
    ];
  }

  #tellRival({ loser, winner, rounds }: Extract<Turn, { type: "rival" }>, nowUs: number): RecordBody[] {
    const causes = separating(loser.advert, winner.advert);
    const why = causes.length === 0 ? "" : `: they differ, ${causes.join(", ")}`;
    const [weak, strong] = [rankOf(loser.advert), rankOf(winner.advert)];
    const peers = [loser.address, winner.address];
    const found = this.conflict("two_active", peers, `${strong} and ${weak} both advertise${why}`, nowUs);
    if (rounds < ONE_WAY_ROUNDS || causes.length > 0) return found;
    const detail = `${weak} goes on beside ${strong}: it does not hear it`;
    return [...found, ...this.conflict("one_way", peers, detail, nowUs)];
  }
}

function rankOf({ address, priority, intervalUs }: Advert): string {
  return `${address} (${priority === undefined ? `every ${intervalUs / 1000} ms` : `priority ${priority}`})`;
}

export function troubleRecord(
  type: "vrrp.conflict" | "vrrp.rejected",
  instance: string,
  trouble: Trouble<Cause>,
): RecordBody {
  return { type, instance, ...trouble, peers: [...trouble.peers] };
}
