/**
 * Puts back what somebody takes away from one virtual router, at once and not for ever.
 *
 * @module
 */
import { KernelError, monotonicUs } from "@viptools/kernel";
import type { Damage } from "./inspection.ts";
import type { Done } from "./ownership.ts";
import { RepairCount } from "./repair-count.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface UpkeepOptions {
  readonly instance: string;
  readonly queue: WorkQueue;
  /** How often in a row. */
  readonly repairsMax: number;
  /** @returns nothing while it is not built. */
  readonly inspect: () => readonly Damage[];
  readonly onRepaired: (done: Done, found: readonly string[]) => void;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #repairs: RepairCount;
  #isLookingSoon = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#repairs = new RepairCount(options.repairsMax);
  }

  /** Something has happened: compares when the steps before are done, and not sooner than the pace allows. */
  lookSoon(): void {
    if (this.#isLookingSoon) return;
    this.#isLookingSoon = true;
    const look = (): void =>
      this.#options.queue.add(async () => {
        this.#isLookingSoon = false;
        await this.#repair();
      });
    const waitUs = this.#repairs.waitUs(monotonicUs());
    if (waitUs > 0) setTimeout(look, waitUs / 1000);
    else look();
  }

  /** @throws {KernelError} ERANGE, when it was put right too often: who cannot keep an address gives up its role. */
  async #repair(): Promise<void> {
    const { instance, inspect, onRepaired } = this.#options;
    const startUs = monotonicUs();
    const damage = inspect();
    if (damage.length === 0) return;
    const found = damage.map((one) => one.found);
    if (!this.#repairs.mayRepair(startUs)) {
      const message = `Cannot keep ${instance}: somebody takes it away again and again, last ${found.join(", ")}`;
      throw new KernelError("ERANGE", message);
    }
    const changes: string[] = [];
    for (const one of damage) changes.push(...(await one.mend()));
    onRepaired({ changes, tookUs: monotonicUs() - startUs }, found);
  }
}
