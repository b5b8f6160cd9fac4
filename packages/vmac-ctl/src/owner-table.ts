/**
 * What each virtual router's records ask of this host: pure, time comes in with each record.
 *
 * Nothing is taken on the word of a state alone. A state says who should own; only a lease that still runs says that it
 * is so now. Late, queued, replayed and foreign-boot records therefore change nothing.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";

type StateRecord = RecordOf<"vrrp.state">;
type PrepareRecord = RecordOf<"vrrp.prepare">;
type LeaseRecord = RecordOf<"vrrp.lease">;

/** A virtual router as its last state record described it. */
export interface Claim {
  readonly instance: string;
  readonly parent: string;
  readonly vrid: number;
  readonly vmac: string | null;
  readonly vips: readonly string[];
  readonly epoch: number;
  /** False: nobody says how long it is true, so nothing mutes this host by itself. */
  readonly isLeased: boolean;
}

export type OwnerAction =
  /** First word of this virtual router: get ready to be muted. */
  | { readonly type: "prepare"; readonly claim: Claim }
  /** It may be owned soon: build everything, muted. */
  | { readonly type: "build"; readonly claim: Claim }
  /** Own it until then. Said again with each lease. */
  | { readonly type: "own"; readonly claim: Claim; readonly untilUs: number }
  /** Serve until then, but do not speak as the virtual router: no more, or not yet. */
  | { readonly type: "serve"; readonly claim: Claim; readonly untilUs: number }
  /** The lease has run out: the kernel has muted this host. */
  | { readonly type: "lapse"; readonly claim: Claim }
  /** Give it back. */
  | { readonly type: "release"; readonly claim: Claim };

/** Why a record changed nothing; each has a counter. */
export type Ignored =
  | "foreign_boot"
  | "older_epoch"
  | "stale_lease"
  | "future_lease"
  | "unknown_instance"
  | "other_interface";

export interface OwnerTableOptions {
  /** Of this machine: records of another boot count another clock. */
  readonly bootId: string;
  /** Only records about these interfaces are obeyed; undefined for all. */
  readonly interfaces?: readonly string[];
}

interface Entry {
  claim: Claim;
  isActive: boolean;
  leaseEndUs: number;
  /** When the last lease was given, in nanoseconds of this boot. */
  leasedAtNs: bigint;
  writerPid: number;
  /** Built ahead of a take-over that must come by then; 0 if not. */
  builtUntilUs: number;
  /** When the last state was written, in nanoseconds of this boot. */
  statedAtNs: bigint;
}

/** A take-over that was announced and is so late will not come. */
const PREPARED_FOR_US = 1_000_000;

export class OwnerTable {
  readonly #options: OwnerTableOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #ignored: Record<Ignored, number> = {
    foreign_boot: 0,
    older_epoch: 0,
    stale_lease: 0,
    future_lease: 0,
    unknown_instance: 0,
    other_interface: 0,
  };

  constructor(options: OwnerTableOptions) {
    this.#options = options;
  }

  /** @returns what the record asks for, in order. */
  obey(record: KnownRecord, nowUs: number): OwnerAction[] {
    if (record.type !== "vrrp.state" && record.type !== "vrrp.lease" && record.type !== "vrrp.prepare")
      return [];
    if (this.isForeign(record)) return this.#ignore("foreign_boot");
    if (record.type === "vrrp.state") return this.#obeyState(record);
    return record.type === "vrrp.lease" ? this.#obeyLease(record, nowUs) : this.#obeyPrepare(record, nowUs);
  }

  /** True of another boot's or another host's words, which mean nothing here. */
  isForeign({ boot_id, mono_ns }: Pick<StateRecord | PrepareRecord, "boot_id" | "mono_ns">): boolean {
    return boot_id !== this.#options.bootId || mono_ns === undefined;
  }

  /** When {@link tick} must be called next; undefined if nothing runs out. */
  deadlineUs(): number | undefined {
    let next = Infinity;
    for (const { leaseEndUs, builtUntilUs } of this.#entries.values()) {
      if (leaseEndUs > 0) next = Math.min(next, leaseEndUs);
      if (builtUntilUs > 0) next = Math.min(next, builtUntilUs);
    }
    return next === Infinity ? undefined : next;
  }

  /** @returns what to do about leases that have run out, and about take-overs that did not come. */
  tick(nowUs: number): OwnerAction[] {
    const actions: OwnerAction[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.leaseEndUs > 0 && entry.leaseEndUs <= nowUs) {
        entry.leaseEndUs = 0;
        actions.push({ type: "lapse", claim: entry.claim });
      }
      if (entry.builtUntilUs > 0 && entry.builtUntilUs <= nowUs) {
        entry.builtUntilUs = 0;
        actions.push({ type: "release", claim: entry.claim });
      }
    }
    return actions;
  }

  ignored(): Readonly<Record<Ignored, number>> {
    return this.#ignored;
  }

  #obeyState(record: StateRecord): OwnerAction[] {
    const { interfaces } = this.#options;
    if (interfaces !== undefined && !interfaces.includes(record.interface))
      return this.#ignore("other_interface");
    const known = this.#entries.get(record.instance);
    const statedAtNs = BigInt(record.mono_ns!);
    if (known !== undefined && isOlder(record, statedAtNs, known)) return this.#ignore("older_epoch");
    const entry = known ?? newEntry(claimOf(record));
    Object.assign(entry, { claim: claimOf(record), writerPid: record.pid, statedAtNs, builtUntilUs: 0 });
    entry.isActive = record.state === "active";
    this.#entries.set(record.instance, entry);
    const { claim } = entry;
    if (known === undefined) return [{ type: "prepare", claim }];
    if (entry.isActive) return [];
    entry.leaseEndUs = 0;
    return [{ type: "release", claim }];
  }

  /** Only ahead of the next change of a virtual router that is known, and that is not owned already. */
  #obeyPrepare(record: PrepareRecord, nowUs: number): OwnerAction[] {
    const entry = this.#entries.get(record.instance);
    if (entry === undefined) return this.#ignore("unknown_instance");
    if (entry.isActive || record.epoch !== entry.claim.epoch || record.pid !== entry.writerPid)
      return this.#ignore("older_epoch");
    const saidAtUs = Number(BigInt(record.mono_ns!) / 1000n);
    const untilUs = saidAtUs + record.within_ms * 1000 + PREPARED_FOR_US;
    if (saidAtUs > nowUs) return this.#ignore("future_lease");
    if (untilUs <= nowUs) return this.#ignore("stale_lease");
    entry.builtUntilUs = untilUs;
    return [{ type: "build", claim: entry.claim }];
  }

  #obeyLease(record: LeaseRecord, nowUs: number): OwnerAction[] {
    const leasedAtNs = BigInt(record.mono_ns!);
    const leasedAtUs = Number(leasedAtNs / 1000n);
    const untilUs = leasedAtUs + record.valid_ms * 1000;
    // Nobody of this boot has written it yet: a lease without end would be made of it.
    if (leasedAtUs > nowUs) return this.#ignore("future_lease");
    return record.instances.flatMap((instance, n) => {
      const entry = this.#entries.get(instance);
      if (entry === undefined) return this.#ignore("unknown_instance");
      if (!entry.isActive || record.epoch[n] !== entry.claim.epoch || record.pid !== entry.writerPid) {
        return this.#ignore("older_epoch");
      }
      if (untilUs <= nowUs || leasedAtNs < entry.leasedAtNs) return this.#ignore("stale_lease");
      Object.assign(entry, { leaseEndUs: untilUs, leasedAtNs });
      const isMuted = record.leaving === true || record.settling === true;
      return [{ type: isMuted ? "serve" : "own", claim: entry.claim, untilUs } as const];
    });
  }

  #ignore(why: Ignored): [] {
    this.#ignored[why] += 1;
    return [];
  }
}

function newEntry(claim: Claim): Entry {
  return {
    claim,
    isActive: false,
    leaseEndUs: 0,
    leasedAtNs: 0n,
    builtUntilUs: 0,
    writerPid: 0,
    statedAtNs: 0n,
  };
}

/** One writer counts its epochs; of two writers the one that spoke last is believed. */
function isOlder(record: StateRecord, statedAtNs: bigint, known: Entry): boolean {
  return record.pid === known.writerPid ? record.epoch < known.claim.epoch : statedAtNs <= known.statedAtNs;
}

function claimOf(record: StateRecord): Claim {
  const { instance, vrid, vmac, vips, epoch } = record;
  return { instance, parent: record.interface, vrid, vmac, vips, epoch, isLeased: true };
}
