/**
 * The intervals of the election, in microseconds: whole centiseconds would make the skew 0 for all priorities at 10 ms
 * adverts (V3-SM-i).
 *
 * @module
 */

/** Adverts that may be missed before a Backup takes over (RFC 9568 §6.1), unless told otherwise. */
export const DOWN_COUNT = 3;
const US_PER_SECOND = 1_000_000;
const LOWEST_PRIORITY = 1;

export interface TimerConfig {
  readonly version: 2 | 3;
  /** 1 to 255. */
  readonly priority: number;
  /** Adverts that may be missed, 2 to 100. */
  readonly downCount: number;
}

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

/** Active_Down_Interval: how long a Backup waits for an advert (V3-6.1-c, V2-6.1-a). */
export function activeDownUs(config: TimerConfig, activeAdvertUs: number): number {
  return config.downCount * activeAdvertUs + skewUs(config.version, config.priority, activeAdvertUs);
}

/**
 * How long an advert that was sent entitles its sender to act: half an interval less than anybody waits before taking
 * over, so that a host which can advertise no more is mute before another one speaks.
 */
export function leaseUs(downCount: number, advertUs: number): number {
  return (downCount - 0.5) * advertUs;
}

/** How long a leaver serves on at most: until the Backup of the lowest priority must have taken over, and settled. */
export function handoverUs(version: 2 | 3, advertUs: number): number {
  return advertUs + skewUs(version, LOWEST_PRIORITY, advertUs);
}
