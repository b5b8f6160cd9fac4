/**
 * When questions are asked, and until when answers are waited for: pure.
 *
 * @module
 */

export interface AskingTimes {
  /** From the start, in order. */
  readonly asksUs: readonly number[];
  readonly endUs: number;
}

export interface AskingOptions {
  /** Undefined where nobody said. */
  readonly count: number | undefined;
  readonly intervalUs: number | undefined;
  /** Infinity for none. */
  readonly deadlineUs: number;
}

const QUESTIONS = 3;
/** A host on the same link answers many times over in these. */
const BETWEEN_US = 60_000;
const LISTEN_US = 200_000;
/** What every arping does with a deadline. */
const BETWEEN_TO_DEADLINE_US = 1_000_000;
/** RFC 5227 §1.1: PROBE_WAIT, PROBE_MIN, PROBE_MAX, ANNOUNCE_WAIT. */
const PROBE_WAIT_US = 1_000_000;
const PROBE_MIN_US = 1_000_000;
const PROBE_MAX_US = 2_000_000;
const ANNOUNCE_WAIT_US = 2_000_000;

/** Three questions and a moment to answer; with a deadline, questions up to it. */
export function quickTimes({ count, intervalUs, deadlineUs }: AskingOptions): AskingTimes {
  const hasDeadline = Number.isFinite(deadlineUs);
  const betweenUs = intervalUs ?? (hasDeadline ? BETWEEN_TO_DEADLINE_US : BETWEEN_US);
  const fitting = hasDeadline ? Math.ceil(deadlineUs / betweenUs) : QUESTIONS;
  const asksUs = Array.from({ length: count ?? fitting }, (_, n) => n * betweenUs);
  return endAt(asksUs, hasDeadline ? deadlineUs : asksUs.at(-1)! + LISTEN_US);
}

/**
 * Spread as RFC 5227 §2.1.1 wants it, for IPv6 too.
 *
 * @param random each call gives a number from 0 up to 1.
 */
export function patientTimes(
  { count = QUESTIONS, deadlineUs }: AskingOptions,
  random: () => number,
): AskingTimes {
  const asksUs: number[] = [];
  let atUs = random() * PROBE_WAIT_US;
  for (let n = 0; n < count; n++) {
    asksUs.push(atUs);
    atUs += PROBE_MIN_US + random() * (PROBE_MAX_US - PROBE_MIN_US);
  }
  return endAt(asksUs, Math.min(deadlineUs, asksUs.at(-1)! + ANNOUNCE_WAIT_US));
}

function endAt(asksUs: readonly number[], endUs: number): AskingTimes {
  return { asksUs: asksUs.filter((atUs) => atUs < endUs), endUs };
}
