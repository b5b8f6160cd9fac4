/**
 * What the records of a host say of its clocks. Pure.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";

const US_PER_MS = 1000;

/** Microseconds since 1970. */
export function wallUsOf(ts: string): number {
  const wholeMs = Date.parse(`${ts.slice(0, 23)}Z`);
  return wholeMs * US_PER_MS + Number(ts.slice(23, -1)) / 1000;
}

/** CLOCK_MONOTONIC of a record in microseconds; undefined for a packet from a capture file. */
export function monotonicUsOf(record: KnownRecord): number | undefined {
  return record.mono_ns === undefined ? undefined : Number(record.mono_ns) / 1000;
}

/** The clocks of one boot of one host, as one log tells of them. */
export class HostClock {
  readonly host: string;
  #bootId: string | undefined;
  /** What has to be added to the monotonic clock to get the wall clock, by the newest record. */
  #wallAheadUs = 0;
  #wallAheadMinUs = Number.POSITIVE_INFINITY;
  #wallAheadMaxUs = Number.NEGATIVE_INFINITY;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(host: string) {
    this.host = host;
  }

  get bootId(): string | undefined {
    return this.#bootId;
  }

  get wallAheadUs(): number {
    return this.#wallAheadUs;
  }

  /** By how much the wall clock was moved, or has drifted, between the records. */
  get wallMovedUs(): number {
    return Math.max(0, this.#wallAheadMaxUs - this.#wallAheadMinUs);
  }

  get firstUs(): number {
    return this.#firstUs;
  }

  get lastUs(): number {
    return this.#lastUs;
  }

  /** @returns false if the record is of another boot, and so of another clock. */
  hear(record: KnownRecord, us: number): boolean {
    const bootId = "boot_id" in record ? record.boot_id : undefined;
    if (bootId !== undefined && this.#bootId !== undefined && bootId !== this.#bootId) return false;
    this.#bootId ??= bootId;
    this.#wallAheadUs = wallUsOf(record.ts) - us;
    this.#wallAheadMinUs = Math.min(this.#wallAheadMinUs, this.#wallAheadUs);
    this.#wallAheadMaxUs = Math.max(this.#wallAheadMaxUs, this.#wallAheadUs);
    this.#firstUs = Math.min(this.#firstUs, us);
    this.#lastUs = Math.max(this.#lastUs, us);
    return true;
  }
}
