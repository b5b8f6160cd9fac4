/**
 * How often announcements may be repeated because somebody said otherwise: pure, time comes in. Two hosts that both
 * believe themselves right would answer each other for ever, and a forger can cause any number of conflicts.
 *
 * @module
 */

/** So many at once. */
export const REPAIRS_AT_ONCE = 4;
/** And one more each time this has passed. */
export const REPAIR_EVERY_US = 2_000_000;

/** At most {@link REPAIRS_AT_ONCE} + T / {@link REPAIR_EVERY_US} repairs in any time T. */
export class RepairBudget {
  /** When the budget will be whole again. */
  #wholeAtUs = 0;

  /** @returns when the next repair may begin: now or later. */
  earliestUs(nowUs: number): number {
    return Math.max(nowUs, this.#wholeAtUs - (REPAIRS_AT_ONCE - 1) * REPAIR_EVERY_US);
  }

  /** A repair begins. */
  spend(nowUs: number): void {
    this.#wholeAtUs = Math.max(nowUs, this.#wholeAtUs) + REPAIR_EVERY_US;
  }
}
