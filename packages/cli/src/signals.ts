/**
 * Requests to stop: SIGTERM, SIGINT, and SIGHUP of a terminal that is gone, unless SIGHUP means to read settings again.
 *
 * @module
 */
import { ExitCode, ExitError } from "./exit.ts";

let isAsked = false;
const sleepers = new Set<() => void>();
let endsPauses = false;

/** Who was asked to stop has not failed, even if those who read from it stopped sooner. */
export function wasAskedToStop(): boolean {
  return isAsked;
}

/**
 * @param stop called at each of these signals, with how many there have been.
 * @param reload called at SIGHUP, which stops the command where this is left out.
 */
export function onStopSignals(stop: (times: number) => void, reload?: () => void): void {
  let times = 0;
  const count = (): void => {
    times += 1;
    isAsked = true;
    stop(times);
  };
  process.on("SIGTERM", count);
  process.on("SIGINT", count);
  process.on("SIGHUP", reload ?? count);
}

/** Waits so long, or until the command is asked to stop: for who calls {@link demandWholeTime} then. */
export async function pauseUnlessStopped(ms: number): Promise<void> {
  if (!endsPauses) {
    endsPauses = true;
    onStopSignals(() => {
      for (const wake of sleepers) wake();
    });
  }
  if (isAsked) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      sleepers.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    sleepers.add(wake);
  });
}

/**
 * For who has asked or listened for a while and found nothing: that is a finding only if it took its time.
 *
 * @param what ought to have happened before. @throws {ExitError} kernel, if the command was asked to stop.
 */
export function demandWholeTime(what: string): void {
  if (isAsked) throw new ExitError(ExitCode.kernel, `it was asked to stop before ${what}`);
}
