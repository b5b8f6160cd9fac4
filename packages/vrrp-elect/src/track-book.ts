/**
 * What health checks have said, and what it means for the priority: pure, time comes in.
 *
 * A check without a weight decides whether this host may take part at all. A positive weight is added while the check
 * passes, a negative one while it fails. A check that is not heard any more has failed.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { VrrpPriority } from "@viptools/wire";

/** What the checks mean for one virtual router. */
export interface TrackEffect {
  /** To be added to the configured priority. */
  readonly weight: number;
  /** Checks without a weight that fail: with any, the virtual router takes no part. */
  readonly failed: readonly string[];
}

interface Entry {
  ok: boolean;
  weight: number;
  heardAtUs: number;
  /** Told by the record, or the distance of the last two; undefined while unknown. */
  intervalUs: number | undefined;
  /** Whether it was ever heard, or is only expected. */
  isHeard: boolean;
}

/** Silence of so many intervals is a failure. */
const SILENT_INTERVALS = 3;
/** A check that says no interval has as long as this for its second word. */
const UNKNOWN_TIMEOUT_US = 10_000_000;
/** A check that said the same twice at once has no shorter interval. */
const SHORTEST_INTERVAL_US = 100_000;
/** Whoever writes to our input can invent names. */
const CHECKS_MAX = 1024;
const PRIORITY_MAX = 254;

export class TrackBook {
  readonly #timeoutUs: number | undefined;
  readonly #entries = new Map<string, Entry>();
  /** Those that must be heard. */
  #expected: ReadonlySet<string> = new Set();

  /** @param timeoutUs after which silence is failure; undefined for three intervals of the check. */
  constructor(timeoutUs: number | undefined) {
    this.#timeoutUs = timeoutUs;
  }

  /** @param names of checks that must be heard: those that were not yet count as failed. */
  expect(names: readonly string[], nowUs: number): void {
    this.#expected = new Set(names);
    for (const name of names) if (!this.#entries.has(name)) this.#await(name, nowUs);
  }

  /** @returns false if there are too many checks to remember another one. */
  note(record: RecordOf<"track.state">, nowUs: number): boolean {
    const known = this.#entries.get(record.name);
    if (record.is_last) {
      this.#entries.delete(record.name);
      if (this.#expected.has(record.name)) this.#await(record.name, nowUs);
      return true;
    }
    if (known === undefined && this.#entries.size >= CHECKS_MAX) return false;
    const told = record.interval_ms === undefined ? undefined : record.interval_ms * 1000;
    const learned = known?.isHeard ? Math.max(nowUs - known.heardAtUs, SHORTEST_INTERVAL_US) : undefined;
    this.#entries.set(record.name, {
      ok: record.ok,
      weight: record.weight ?? 0,
      heardAtUs: nowUs,
      intervalUs: told ?? learned,
      isHeard: true,
    });
    return true;
  }

  /** Checks that must be heard, and were not yet. */
  missing(): string[] {
    return [...this.#entries].filter(([, { isHeard }]) => !isHeard).map(([name]) => name);
  }

  /** Checks that have fallen silent count as failed from now on. @returns their names. */
  tick(nowUs: number): string[] {
    const silent = [...this.#entries].filter(([, entry]) => entry.ok && this.#silentAtUs(entry) <= nowUs);
    for (const [, entry] of silent) entry.ok = false;
    return silent.map(([name]) => name);
  }

  /** @param names those that concern the virtual router; undefined for all. */
  effectOn(names: readonly string[] | undefined): TrackEffect {
    const concerned = [...this.#entries].filter(([name]) => names === undefined || names.includes(name));
    const weight = concerned.reduce((sum, [, { ok, weight: w }]) => sum + (ok === w > 0 ? w : 0), 0);
    return { weight, failed: concerned.filter(([, e]) => !e.ok && e.weight === 0).map(([name]) => name) };
  }

  #await(name: string, nowUs: number): void {
    const entry = { ok: false, weight: 0, heardAtUs: nowUs, intervalUs: undefined, isHeard: false };
    this.#entries.set(name, entry);
  }

  #silentAtUs({ heardAtUs, intervalUs }: Entry): number {
    const learned = intervalUs === undefined ? UNKNOWN_TIMEOUT_US : SILENT_INTERVALS * intervalUs;
    return heardAtUs + (this.#timeoutUs ?? learned);
  }
}

/** The owner's priority never changes; others stay between 1 and 254. */
export function effectivePriority(configured: number, weight: number): number {
  if (configured === VrrpPriority.owner) return configured;
  return Math.min(PRIORITY_MAX, Math.max(1, configured + weight));
}
