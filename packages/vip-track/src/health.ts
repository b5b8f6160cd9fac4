/**
 * Rise and fall: from the results of a check to what is believed of it. Pure.
 *
 * @module
 */

/** What is believed, with the results in a row that speak against it. */
export type Health =
  /** Nothing is known yet: the first result decides. */
  | { readonly state: "unknown" }
  | { readonly state: "ok"; readonly failures: number }
  | { readonly state: "failed"; readonly successes: number };

export interface Thresholds {
  /** How many successes in a row end a failure, from 1. */
  readonly rise: number;
  /** How many failures in a row are a failure, from 1. */
  readonly fall: number;
}

/** @param startsFailed whether even the first success has to be repeated, as after a failure. */
export function initialHealth(startsFailed: boolean): Health {
  return startsFailed ? { state: "failed", successes: 0 } : { state: "unknown" };
}

/** @returns what is believed after one more result. */
export function judge(health: Health, hasPassed: boolean, { rise, fall }: Thresholds): Health {
  switch (health.state) {
    case "unknown":
      return hasPassed ? { state: "ok", failures: 0 } : { state: "failed", successes: 0 };
    case "ok": {
      const failures = hasPassed ? 0 : health.failures + 1;
      return failures >= fall ? { state: "failed", successes: 0 } : { state: "ok", failures };
    }
    case "failed": {
      const successes = hasPassed ? health.successes + 1 : 0;
      return successes >= rise ? { state: "ok", failures: 0 } : { state: "failed", successes };
    }
  }
}
