/**
 * Times for people.
 *
 * @module
 */

/** @param ms milliseconds. */
export function length(ms: number): string {
  return ms < 10 ? `${ms.toFixed(3)} ms` : `${ms.toFixed(1)} ms`;
}

/** When, since the picture's beginning, and how long. */
export function period(fromMs: number, toMs: number): string {
  const from = `at ${(fromMs / 1000).toFixed(4)} s`;
  return toMs - fromMs < 0.001 ? from : `${from}, for ${length(toMs - fromMs)}`;
}
