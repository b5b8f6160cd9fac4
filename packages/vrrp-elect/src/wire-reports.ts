/**
 * What is wrong with the adverts that come in: counted exactly, said seldom.
 *
 * @module
 */
import type { RecordBody, RecordOf } from "@viptools/records";
import { VrrpPriority } from "@viptools/wire";
import type { AcceptedAdvert, Rejection, Verdict } from "./receive.ts";
import { REJECTIONS } from "./receive.ts";
import { type Trouble, TroubleLog } from "./trouble-log.ts";

type Cause = RecordOf<"vrrp.rejected">["cause"];

/** What a rejection is called in records; those left out concern others and are only counted. */
const CAUSES: { readonly [R in Rejection]?: Cause } = {
  ip_header: "value",
  ttl: "ttl",
  version: "version_mismatch",
  type: "type",
  length: "length",
  checksum: "checksum",
  address_count: "value",
  interval_zero: "value",
  first_address: "value",
  auth: "auth_mismatch",
  interval_mismatch: "interval_mismatch",
  vip_mismatch: "vip_mismatch",
  carp: "vrid_clash",
};

/** What an advert is compared with. */
export interface OwnSettings {
  /** As our own adverts say it. */
  readonly priority: number;
  readonly advertUs: number;
  /** As our own adverts list them. */
  readonly vips: readonly string[];
  /** Null where adverts come from the NIC's own MAC. */
  readonly vmac: string | null;
}

export class WireReports {
  readonly #instance: string;
  readonly #rejected: Record<Rejection, number>;
  readonly #rejections = new TroubleLog<Cause>();
  readonly #conflicts = new TroubleLog<Cause>();

  constructor(instance: string) {
    this.#instance = instance;
    this.#rejected = Object.fromEntries(REJECTIONS.map((why) => [why, 0])) as Record<Rejection, number>;
  }

  /** Counts a refused packet. @returns a record, if it is time for one. */
  reject(verdict: Extract<Verdict, { kind: "rejected" }>, nowUs: number): RecordBody[] {
    this.#rejected[verdict.why] += 1;
    const cause = CAUSES[verdict.why];
    if (cause === undefined) return [];
    return this.#records(
      "vrrp.rejected",
      this.#rejections.note(cause, verdict.source, verdict.detail, nowUs),
    );
  }

  /** Compares an accepted advert with our own settings (V3-7.1-k to -m, V3-8.3.2-b): told, and it still counts. */
  compare(advert: AcceptedAdvert, own: OwnSettings, nowUs: number): RecordBody[] {
    return differences(advert, own).flatMap(([cause, detail]) =>
      this.conflict(cause, advert.address, detail, nowUs),
    );
  }

  /** Routers disagree. @returns a record, if it is time for one. */
  conflict(cause: Cause, peer: string, detail: string, nowUs: number): RecordBody[] {
    return this.#records("vrrp.conflict", this.#conflicts.note(cause, peer, detail, nowUs));
  }

  /** What was counted since the last word on it, when that word is old enough. */
  due(nowUs: number): RecordBody[] {
    return [
      ...this.#rejections.due(nowUs).flatMap((trouble) => this.#records("vrrp.rejected", trouble)),
      ...this.#conflicts.due(nowUs).flatMap((trouble) => this.#records("vrrp.conflict", trouble)),
    ];
  }

  counters(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#rejected).map(([why, n]) => [`rejected_${why}`, n]));
  }

  #records(type: "vrrp.rejected" | "vrrp.conflict", trouble: Trouble<Cause> | undefined): RecordBody[] {
    return trouble === undefined
      ? []
      : [{ type, instance: this.#instance, ...trouble, peers: [...trouble.peers] }];
  }
}

function differences(advert: AcceptedAdvert, own: OwnSettings): [Cause, string][] {
  const found: [Cause, string][] = [];
  if (advert.advertUs !== own.advertUs) {
    found.push([
      "interval_mismatch",
      `interval is ${advert.advertUs / 1000} ms, ours is ${own.advertUs / 1000} ms`,
    ]);
  }
  if (advert.vips.join(" ") !== own.vips.join(" "))
    found.push(["vip_mismatch", `addresses are ${advert.vips.join(" ")}, ours are ${own.vips.join(" ")}`]);
  if (own.vmac !== null && advert.mac !== own.vmac)
    found.push(["wrong_mac", `adverts come from ${advert.mac}, ours from ${own.vmac}`]);
  if (advert.priority === VrrpPriority.owner && own.priority === VrrpPriority.owner)
    found.push(["two_active", "it advertises priority 255, which only the owner of the addresses has: we"]);
  return found;
}
