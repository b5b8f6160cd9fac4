/**
 * Whether memory has grown: pure. Garbage and room that is kept for later only add to what is needed, and what has leaked is
 * there each time: the least of many looks decides.
 *
 * @module
 */

/** What a process had when so much of the work was done. */
export interface Measured {
  /** 0 to 1. */
  readonly share: number;
  readonly kib: number;
}

export interface Growth {
  /** Soon after the first tenth of the work. */
  readonly earlyKib: number;
  /** At its end. */
  readonly lateKib: number;
  /** The one as a share of the other, less 1. */
  readonly growth: number;
  readonly verdict: "flat" | "grows" | "too few samples";
}

const EARLY: readonly [number, number] = [0.1, 0.3];
const LATE: readonly [number, number] = [0.8, 1];
/** Of either time. */
const SAMPLES_MIN = 5;
/** More than that is growth. */
export const GROWTH_MAX = 0.05;

/** @param slackKib what may come in any case. */
export function growthOf(series: readonly Measured[], slackKib: number): Growth {
  const [early, late] = [EARLY, LATE].map(([from, to]) =>
    series.filter(({ share }) => share >= from! && share <= to!).map(({ kib }) => kib),
  ) as [number[], number[]];
  if (Math.min(early.length, late.length) < SAMPLES_MIN)
    return { earlyKib: 0, lateKib: 0, growth: 0, verdict: "too few samples" };
  const [earlyKib, lateKib] = [Math.min(...early), Math.min(...late)];
  const growth = lateKib / earlyKib - 1;
  const hasGrown = growth > GROWTH_MAX && lateKib - earlyKib > slackKib;
  return { earlyKib, lateKib, growth, verdict: hasGrown ? "grows" : "flat" };
}
