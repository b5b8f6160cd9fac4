/**
 * How long two speak at once, and how much of that both of them could have ended.
 *
 * @module
 */
import type { Meeting } from "./leases.ts";
import type { Outage } from "./watch.ts";

export interface Overlap {
  readonly fromUs: number;
  readonly toUs: number;
  /** Without the times in which one of the two cannot act. */
  readonly awakeUs: number;
}

/** @param outages of all hosts. */
export function overlapOf({ older, newer }: Meeting, outages: readonly Outage[]): Overlap {
  const { fromUs } = newer;
  const toUs = Math.min(older.toUs, newer.toUs);
  const own = outages.filter(({ host }) => host === older.host || host === newer.host);
  return { fromUs, toUs, awakeUs: toUs - fromUs - coveredUs(own, fromUs, toUs) };
}

/** How much of a time outages cover, which may overlap. */
function coveredUs(outages: readonly Outage[], fromUs: number, toUs: number): number {
  let sum = 0;
  let atUs = fromUs;
  for (const one of [...outages].sort((a, b) => a.fromUs - b.fromUs)) {
    const startUs = Math.max(atUs, one.fromUs);
    const endUs = Math.min(toUs, one.toUs);
    if (endUs <= startUs) continue;
    sum += endUs - startUs;
    atUs = endUs;
  }
  return sum;
}
