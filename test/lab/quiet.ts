/**
 * Whether the machine had time for what was measured: bounds in milliseconds say nothing of a machine that is busy with
 * something else.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { monotonicUs } from "@viptools/kernel";

/** Time in which some process had to wait for a processor (Documentation/accounting/psi.rst). */
const PRESSURE = "/proc/pressure/cpu";
/** Of the time measured. What is measured waits for itself, too: a fifth of the time on two cores. */
const QUIET_SHARE = 0.3;

export class QuietWatch {
  readonly #startUs = monotonicUs();
  readonly #startWaitedUs = waitedUs();

  /** Since it was made, 0 to 1; 0 where the kernel does not tell. */
  waitedShare(): number {
    return (waitedUs() - this.#startWaitedUs) / (monotonicUs() - this.#startUs);
  }

  /** For people, with what follows from it. */
  toString(): string {
    const share = (this.waitedShare() * 100).toFixed(0);
    const verdict = this.wasQuiet() ? "quiet" : "busy: what takes milliseconds is shown, and not judged";
    return `some process waited for a processor ${share} % of the time: ${verdict}`;
  }

  wasQuiet(): boolean {
    return this.waitedShare() < QUIET_SHARE;
  }
}

function waitedUs(): number {
  if (!existsSync(PRESSURE)) return 0;
  return Number(/^some .*total=(\d+)/m.exec(readFileSync(PRESSURE, "utf8"))?.[1] ?? 0);
}
