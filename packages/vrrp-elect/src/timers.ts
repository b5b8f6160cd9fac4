/**
 * The intervals of the election, in microseconds: whole centiseconds would make the skew 0 for all priorities at 10 ms
 * adverts.
 *
 * @module
 */

/** Adverts that may be missed before a Backup takes over (RFC 9568 §6.1). */
export const DOWN_COUNT = 3;
const US_PER_SECOND = 1_000_000;

/**
 * Skew_Time: lower priorities wait longer. Version 3 scales it with the Active's interval (RFC 9568 §6.1), version 2
 * takes a second (RFC 3768 §6.1).
 *
 * @param priority 1 to 255.
 * @param activeAdvertUs interval that the Active advertises.
 */
export function skewUs(version: 2 | 3, priority: number, activeAdvertUs: number): number {
  return ((256 - priority) * (version === 2 ? US_PER_SECOND : activeAdvertUs)) / 256;
}

/** Active_Down_Interval: how long a Backup waits for an advert. */
export function activeDownUs(version: 2 | 3, priority: number, activeAdvertUs: number): number {
  return DOWN_COUNT * activeAdvertUs + skewUs(version, priority, activeAdvertUs);
}

/**
 * How long an advert that was sent entitles its sender to act, in adverts: shorter than any Active_Down_Interval, so
 * that a host which can advertise no more is mute before another one speaks.
 */
export const LEASE_ADVERTS = 2.5;
