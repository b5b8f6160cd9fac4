/**
 * Until when each virtual router may be spoken of: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";

/** Kept or sent by other hosts, records name any number of virtual routers. */
const STRANGERS_MAX = 4096;

export class LeaseBook {
  readonly #bootId: string;
  readonly #endsUs = new Map<string, number>();
  /** Of which only others have spoken: nobody announces those by such a lease, nor without one. */
  readonly #strangers = new Set<string>();

  constructor(bootId: string) {
    this.#bootId = bootId;
  }

  /** Notes a lease; one of who leaves or only settles allows nothing, and one of another boot changes nothing. */
  note(lease: RecordOf<"vrrp.lease">): void {
    if (lease.boot_id !== this.#bootId || lease.mono_ns === undefined) {
      for (const instance of lease.instances) this.#noteStranger(instance);
      return;
    }
    const isMuted = lease.leaving === true || lease.settling === true;
    const endUs = isMuted ? 0 : Number(BigInt(lease.mono_ns) / 1000n) + lease.valid_ms * 1000;
    for (const instance of lease.instances) {
      this.#endsUs.set(instance, endUs);
      this.#strangers.delete(instance);
    }
  }

  #noteStranger(instance: string): void {
    if (!this.#endsUs.has(instance) && this.#strangers.size < STRANGERS_MAX) this.#strangers.add(instance);
  }

  /** True while a lease runs. */
  runs(instance: string, nowUs: number): boolean {
    return nowUs < (this.#endsUs.get(instance) ?? Number.NEGATIVE_INFINITY);
  }

  /** True where a lease was ever spoken of. */
  knows(instance: string): boolean {
    // Who has heard of so many that some were not kept takes any name for one of them.
    return (
      this.#endsUs.has(instance) || this.#strangers.size >= STRANGERS_MAX || this.#strangers.has(instance)
    );
  }

  /** True while the last lease runs, and where leases are not spoken of at all. */
  allows(instance: string, nowUs: number): boolean {
    return !this.knows(instance) || this.runs(instance, nowUs);
  }
}
