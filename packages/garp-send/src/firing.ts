/**
 * Sends a volley as fast as it may go: paced, and no faster than the interface takes it.
 *
 * @module
 */
import { monotonicUs } from "@viptools/kernel";
import type { Pacing } from "./pacing.ts";
import type { Pauses } from "./pauses.ts";
import type { Volley } from "./volley.ts";

const QUEUE_WAIT_US = 1000;
/** A second in which nothing moves: the link is stuck. */
const QUEUE_TRIES = 1000;

export interface FiringOptions {
  readonly pauses: Pauses;
  /** Undefined for no limit. */
  readonly pacing: Pacing | undefined;
  /** Most frames in one go; all if left out. */
  readonly atOnce?: number;
  /** Called before each go with the place of its first frame and how many there are. */
  readonly onGo?: (first: number, count: number) => void;
}

/** Returns when all have left, or it is over. */
export async function fire(volley: Volley, options: FiringOptions): Promise<void> {
  const { pauses, pacing, atOnce = Number.POSITIVE_INFINITY, onGo } = options;
  const total = volley.left;
  pacing?.begin(monotonicUs());
  for (let tries = 0; volley.left > 0 && tries < QUEUE_TRIES && !pauses.isOver; ) {
    const nowUs = monotonicUs();
    const most = Math.min(volley.left, atOnce);
    const count = pacing === undefined ? most : pacing.take(nowUs, most);
    if (count > 0) onGo?.(total - volley.left, count);
    const hadRoom = volley.advance(count);
    tries = hadRoom ? 0 : tries + 1;
    if (!hadRoom) await pauses.until(nowUs + QUEUE_WAIT_US);
    else if (pacing !== undefined && volley.left > 0) await pauses.until(pacing.nextUs);
  }
}
