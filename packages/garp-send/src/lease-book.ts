/**
 * Until when each virtual router may be spoken of: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";

export class LeaseBook {
  readonly #bootId: string;
  readonly #endsUs = new Map<string, number>();

  constructor(bootId: string) {
    this.#bootId = bootId;
  }

  /** Notes a lease; one of another boot, or of one who leaves or only settles, allows nothing. */
  note(lease: RecordOf<"vrrp.lease">): void {
    const isMuted = lease.leaving === true || lease.settling === true;
    const counts = lease.boot_id === this.#bootId && lease.mono_ns !== undefined && !isMuted;
    const endUs = counts ? Number(BigInt(lease.mono_ns!) / 1000n) + lease.valid_ms * 1000 : 0;
    for (const instance of lease.instances) this.#endsUs.set(instance, endUs);
  }

  /** True while a lease runs. */
  runs(instance: string, nowUs: number): boolean {
    return nowUs < (this.#endsUs.get(instance) ?? Number.NEGATIVE_INFINITY);
  }

  /** True where a lease was ever spoken of. */
  knows(instance: string): boolean {
    return this.#endsUs.has(instance);
  }

  /** True while the last lease runs, and where leases are not spoken of at all. */
  allows(instance: string, nowUs: number): boolean {
    const endUs = this.#endsUs.get(instance);
    return endUs === undefined || nowUs < endUs;
  }
}
