/**
 * The time axis of the picture: from a host's clock to milliseconds since its beginning. Pure.
 *
 * @module
 */
import type { ClockOffset } from "./clock-offset.ts";
import type { HostClock } from "./host-clock.ts";
import type { Span } from "./picture.ts";

export class TimeLine {
  /** By the reference clock. */
  readonly fromUs: number;
  readonly lengthMs: number;
  readonly #offsets: ReadonlyMap<HostClock, ClockOffset>;

  constructor(fromUs: number, toUs: number, offsets: ReadonlyMap<HostClock, ClockOffset>) {
    this.fromUs = fromUs;
    this.lengthMs = (toUs - fromUs) / 1000;
    this.#offsets = offsets;
  }

  /** @param us of that clock. */
  msOf(clock: HostClock, us: number): number {
    return (us + (this.#offsets.get(clock)?.offsetUs ?? 0) - this.fromUs) / 1000;
  }

  /** @returns what can be seen of it; undefined if nothing. One that lasts ends with the axis. */
  clip(clock: HostClock, { fromUs, toUs }: { fromUs: number; toUs: number | undefined }): Span | undefined {
    const fromMs = Math.max(0, this.msOf(clock, fromUs));
    const toMs = toUs === undefined ? this.lengthMs : Math.min(this.lengthMs, this.msOf(clock, toUs));
    return fromMs > this.lengthMs || toMs < fromMs ? undefined : { fromMs, toMs };
  }
}
