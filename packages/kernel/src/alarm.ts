/**
 * A timer for absolute times of CLOCK_MONOTONIC (timerfd): a chain of relative timers drifts, and libuv's own count
 * whole milliseconds from a clock that it reads once a turn.
 *
 * @module
 */
import { must, native, unwatchAndClose, type Watch, WatchEvent, watch } from "./native.ts";

export class Alarm {
  readonly #fd: number;
  readonly #watch: Watch;
  #closed = false;

  /** @param ring called in the poll phase, at or after the time set, once for each setting. */
  constructor(ring: () => void) {
    this.#fd = must(native.timerCreate(), "Cannot create a timer");
    this.#watch = watch(this.#fd, WatchEvent.readable, () => {
      if (native.timerRead(this.#fd) > 0) ring();
    });
  }

  /** @param atUs microseconds of CLOCK_MONOTONIC; a time that has passed rings at once; undefined never. */
  set(atUs: number | undefined): void {
    if (this.#closed) return;
    const at = atUs === undefined ? 0 : Math.max(1, Math.ceil(atUs));
    must(native.timerSet(this.#fd, Math.floor(at / 1e6), (at % 1e6) * 1000), "Cannot set a timer");
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    unwatchAndClose(this.#watch, this.#fd);
  }
}
