/**
 * What each record means for the figures: pure.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";
import { Ledger } from "./ledger.ts";

const STATES: readonly RecordOf<"vrrp.state">["state"][] = ["initialize", "backup", "active"];
const NS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1000;
const US_PER_SECOND = 1e6;

export interface Now {
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly monotonicNs: bigint;
  /** CLOCK_REALTIME, nanoseconds since 1970. */
  readonly realtimeNs: bigint;
}

export class Bookkeeper {
  readonly ledger: Ledger = new Ledger();
  readonly #bootId: string;
  /** CLOCK_MONOTONIC in nanoseconds, of each virtual router that has had a lease. */
  readonly #leaseEnds = new Map<string, bigint>();

  /** @param bootId of this boot: leases of another one mean nothing. */
  constructor(bootId: string) {
    this.#bootId = bootId;
    this.ledger.set("viptools_up", {}, 1);
  }

  /** @returns whether it is worth telling at once. */
  note(record: KnownRecord): boolean {
    const { tool } = record;
    this.ledger.add("viptools_records_total", { tool });
    this.ledger.set("viptools_last_record_timestamp_seconds", { tool }, secondsOf(record));
    const [noun] = record.type.split(".");
    if (record.type === "vrrp.state") this.#noteState(record);
    else if (record.type === "vrrp.lease") this.#noteLease(record);
    else if (noun === "vrrp") this.#noteTrouble(record);
    else if (noun === "vmac") return this.#noteOwnership(record);
    else if (record.type === "track.state") return this.#noteCheck(record);
    else this.#noteOthers(record);
    return record.type === "vrrp.state";
  }

  /** Figures that change by themselves. */
  tick({ monotonicNs, realtimeNs }: Now): void {
    for (const [instance, endNs] of this.#leaseEnds) {
      const leftS = Number(endNs - monotonicNs) / NS_PER_SECOND;
      this.ledger.set("viptools_lease_remaining_seconds", { instance }, Math.max(0, leftS));
    }
    this.ledger.set("viptools_values_refused_total", {}, this.ledger.refused);
    this.ledger.set("viptools_written_timestamp_seconds", {}, Number(realtimeNs) / NS_PER_SECOND);
  }

  /** The pipe has ended: nobody here is Active or owns anything any more, whatever was said last. */
  end(): void {
    this.#leaseEnds.clear();
    const over = [
      "viptools_up",
      "viptools_state",
      "viptools_owned",
      "viptools_lease_remaining_seconds",
    ] as const;
    for (const family of over) for (const series of this.ledger.seriesOf(family)) series.value = 0;
  }

  #noteState(record: RecordOf<"vrrp.state">): void {
    const { instance, state, previous, priority } = record;
    for (const one of STATES)
      this.ledger.set("viptools_state", { instance, state: one }, one === state ? 1 : 0);
    this.ledger.add("viptools_state_changes_total", { instance }, state === previous ? 0 : 1);
    this.ledger.set("viptools_last_change_timestamp_seconds", { instance }, secondsOf(record));
    this.ledger.set("viptools_priority", { instance }, priority);
    if (state !== "active") this.#endLease(instance);
  }

  #noteLease({ instances, valid_ms, mono_ns, boot_id, leaving, settling }: RecordOf<"vrrp.lease">): void {
    const isOurs = boot_id === this.#bootId && mono_ns !== undefined;
    for (const instance of instances) {
      // The first lease comes before the first advert, the last one after the last.
      if (leaving !== true && settling !== true) this.ledger.add("viptools_adverts_total", { instance });
      if (!isOurs) continue;
      this.ledger.set("viptools_lease_remaining_seconds", { instance }, valid_ms / MS_PER_SECOND);
      if (this.ledger.get("viptools_lease_remaining_seconds", { instance }) === undefined) continue;
      this.#leaseEnds.set(instance, BigInt(mono_ns) + BigInt(Math.round(valid_ms * 1e6)));
    }
  }

  #endLease(instance: string): void {
    if (!this.#leaseEnds.delete(instance)) return;
    this.ledger.set("viptools_lease_remaining_seconds", { instance }, 0);
  }

  #noteTrouble(record: KnownRecord): void {
    if (record.type === "vrrp.rejected") {
      const { instance, cause, count } = record;
      this.ledger.add("viptools_adverts_rejected_total", { instance, cause }, count);
    } else if (record.type === "vrrp.conflict") {
      const { instance, cause, count } = record;
      this.ledger.add("viptools_conflicts_total", { instance, cause }, count);
    } else if (record.type === "vrrp.stalled") {
      this.ledger.add("viptools_stalls_total", { instance: record.instance });
    }
  }

  #noteOwnership(record: KnownRecord): boolean {
    switch (record.type) {
      case "vmac.up":
        this.#own(record.instance, "up", 1);
        this.ledger.set(
          "viptools_take_over_seconds",
          { instance: record.instance },
          record.took_us / US_PER_SECOND,
        );
        return true;
      case "vmac.down":
        this.#own(record.instance, "down", 0);
        return true;
      case "vmac.fenced":
        this.#own(record.instance, "fenced", 0);
        return true;
      case "vmac.repaired":
        this.#tell(record.instance, "repaired");
        return true;
      case "vmac.error":
        this.#tell(record.instance, "error");
        return true;
      default:
        return false;
    }
  }

  #own(instance: string, event: string, value: number): void {
    this.ledger.set("viptools_owned", { instance }, value);
    this.#tell(instance, event);
  }

  #tell(instance: string, event: string): void {
    this.ledger.add("viptools_ownership_events_total", { instance, event });
  }

  #noteCheck({ name: check, ok }: RecordOf<"track.state">): boolean {
    const before = this.ledger.get("viptools_check_ok", { check });
    this.ledger.set("viptools_check_ok", { check }, ok ? 1 : 0);
    const hasChanged = before !== undefined && before !== (ok ? 1 : 0);
    this.ledger.add("viptools_check_changes_total", { check }, hasChanged ? 1 : 0);
    return hasChanged;
  }

  #noteOthers(record: KnownRecord): void {
    if (record.type === "garp.round") {
      const { interface: where, sent, fenced, failed } = record;
      for (const [result, count] of Object.entries({ sent, fenced, failed }))
        this.ledger.add("viptools_announcements_total", { interface: where, result }, count);
    } else if (
      record.type === "arp.changed" ||
      record.type === "arp.conflict" ||
      record.type === "arp.flip_flop"
    ) {
      this.ledger.add("viptools_address_events_total", { event: record.type.slice("arp.".length) });
    } else if (record.type === "tool.error") {
      this.ledger.add("viptools_tool_errors_total", { tool: record.tool });
    } else if (record.type === "tool.stats") {
      for (const [counter, count] of Object.entries(record.counters))
        this.ledger.set("viptools_tool_counter", { tool: record.tool, counter }, count);
    }
  }
}

function secondsOf({ ts }: KnownRecord): number {
  return Date.parse(ts) / MS_PER_SECOND;
}
