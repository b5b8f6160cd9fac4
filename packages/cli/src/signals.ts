/**
 * Requests to stop: SIGTERM, SIGINT, and SIGHUP of a terminal that is gone, unless SIGHUP means to read settings again.
 *
 * @module
 */

let isAsked = false;

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
