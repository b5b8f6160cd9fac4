/**
 * How long a router may be silent before something is concluded from it: pure. Nobody tells an observer the priority
 * of the Backups, so the longest skew there is counts: a take-over that is in time is never called silence.
 *
 * @module
 */
import type { Advert } from "./sighting.ts";

/** Senders are late and time stamps are not exact: this much of an interval, and this much in any case. */
const SLACK_SHARE = 0.25;
const SLACK_LEAST_US = 10_000;
/** RFC 3768 §6.1: up to a second, whatever the interval. CARP adds up to as much. */
const FIXED_SKEW_US = 1_000_000;

/** From a router's last advert until every Backup must have missed it. */
export function downUs({ version, intervalUs, carp }: Advert): number {
  // Each member of CARP waits three of its own intervals, whose fraction is its own (at most 255/256 s).
  if (carp !== undefined) return 3 * (carp.advbaseS * 1_000_000 + FIXED_SKEW_US) + slackUs(intervalUs);
  // RFC 9568 §6.1: up to one interval of the Active.
  return 3 * intervalUs + (version === 3 ? intervalUs : FIXED_SKEW_US) + slackUs(intervalUs);
}

/** Whether who said this last still speaks, as far as anybody can know. */
export function isAlive(advert: Advert, lastUs: number, nowUs: number): boolean {
  return !advert.isLeaving && nowUs < lastUs + downUs(advert);
}

/** Until a Backup may have missed the Active at all: two adverts at the least (`--down-count 2`). */
export function earlyUs({ intervalUs }: Advert): number {
  return 2 * intervalUs;
}

/** Until a usual Backup may take over: three adverts, and a skew that is next to nothing for the highest priorities. */
export function lateUs({ intervalUs }: Advert): number {
  return 2.9 * intervalUs;
}

/** Two intervals without an advert are worth telling, however steady the rest is. */
export function heldUpUs({ intervalUs }: Advert): number {
  return 2 * intervalUs - slackUs(intervalUs);
}

/** How long an advert of a loser may have been on its way when it was overtaken. */
export function crossingUs({ intervalUs }: Advert): number {
  return slackUs(intervalUs);
}

/** How long one who spoke out of turn is remembered for it. */
export function memoryUs(advert: Advert): number {
  return 3 * downUs(advert);
}

function slackUs(intervalUs: number): number {
  return Math.round(intervalUs * SLACK_SHARE) + SLACK_LEAST_US;
}
