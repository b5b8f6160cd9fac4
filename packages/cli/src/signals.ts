/**
 * Requests to stop: SIGTERM, SIGINT, and SIGHUP of a terminal that is gone.
 *
 * @module
 */

/** @param stop called at each of these signals, with how many there have been. */
export function onStopSignals(stop: (times: number) => void): void {
  let times = 0;
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(name, () => {
      times += 1;
      stop(times);
    });
  }
}
