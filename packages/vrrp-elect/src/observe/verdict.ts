/**
 * What `--once` and `--list-vrids` answer when they have looked: pure.
 *
 * @module
 */
import { formatVip, type RecordBody } from "@viptools/records";
import { addressLength } from "@viptools/wire";
import type { HeardRouter } from "./heard-router.ts";
import type { VirtualRouter } from "./virtual-router.ts";

export interface Verdict {
  readonly isGood: boolean;
  /** Why not, for people. */
  readonly reasons: readonly string[];
}

const VRIDS = 255;

/** @param asked what `--vrid` and `--family` named, for people; undefined for whatever there is. */
export function judge(
  found: readonly VirtualRouter[],
  conflicts: number,
  asked: string | undefined,
): Verdict {
  const reasons = found.flatMap(({ instance, speakers }) => {
    if (speakers.length === 1) return [];
    if (speakers.length === 0) return [`${instance}: nobody is Active any more`];
    return [
      `${instance}: ${speakers.length} are Active: ${speakers.map(({ address }) => address).join(" ")}`,
    ];
  });
  if (found.length === 0) reasons.push(`${asked ?? "no virtual router"}: nobody advertises`);
  if (conflicts > 0 && reasons.length === 0) reasons.push("one is Active, but there are conflicts");
  return { isGood: reasons.length === 0, reasons };
}

/** @returns a record for each, in the order of the segments and numbers. */
export function listVrids(found: readonly VirtualRouter[]): RecordBody[] {
  const free = countFree(found);
  return [...found]
    .sort(
      (a, b) =>
        compareText(a.place.segment, b.place.segment) ||
        a.place.vrid - b.place.vrid ||
        a.place.family - b.place.family,
    )
    .flatMap((one) => {
      const router = one.active ?? one.latest;
      return router === undefined ? [] : [describe(one, router, free.get(one.place.segment)!)];
    });
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** By segment; a number counts as used whichever family or protocol uses it. */
function countFree(found: readonly VirtualRouter[]): ReadonlyMap<string, number> {
  const used = new Map<string, Set<number>>();
  for (const { place } of found)
    used.set(place.segment, (used.get(place.segment) ?? new Set<number>()).add(place.vrid));
  return new Map([...used].map(([segment, vrids]) => [segment, VRIDS - vrids.size]));
}

function describe(one: VirtualRouter, router: HeardRouter, freeVrids: number): RecordBody {
  const { mac, version, vips, protocol, family, priority } = router.advert;
  return {
    type: "vrrp.vrid",
    instance: one.instance,
    active: one.active?.address ?? null,
    routers: one.speakers.map(({ address }) => address),
    mac,
    ...(priority === undefined ? {} : { priority }),
    version,
    ...(protocol === "carp" ? { protocol } : {}),
    vips: vips.map((vip) => formatVip({ address: vip, length: 8 * addressLength(family) })),
    free_vrids: freeVrids,
  };
}
