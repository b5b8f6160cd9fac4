/**
 * When a check is due: around its interval, never in step with others. Pure: time and random numbers come in.
 *
 * @module
 */

/** Checks that start together have their first run within this, or within their interval if that is shorter. */
const FIRST_SPREAD_US = 1_000_000;
/** Each interval is up to this part shorter or longer. */
const JITTER = 0.1;

/** @param random from 0 to 1. @returns when the first run is due, microseconds. */
export function firstDueUs(nowUs: number, everyUs: number, random: number): number {
  return nowUs + random * Math.min(everyUs, FIRST_SPREAD_US);
}

export interface Due {
  readonly dueUs: number;
  /** Times that have passed without a run: this process stood still. */
  readonly skipped: number;
}

/**
 * The next time is reckoned from the last one that was due, not from now: lateness does not add up.
 *
 * @param lastDueUs of the run that begins now.
 * @param random from 0 to 1.
 */
export function nextDue(lastDueUs: number, nowUs: number, everyUs: number, random: number): Due {
  const dueUs = lastDueUs + everyUs * (1 - JITTER + 2 * JITTER * random);
  const skipped = dueUs > nowUs ? 0 : Math.floor((nowUs - dueUs) / everyUs) + 1;
  return { dueUs: dueUs + skipped * everyUs, skipped };
}
