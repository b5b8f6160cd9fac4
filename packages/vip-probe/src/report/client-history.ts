/**
 * What a client felt of one target by one kind, by its own clock. Pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { HostClock } from "./host-clock.ts";
import { TimeBins } from "./time-bins.ts";

const OUTAGES_MAX = 2000;
const BARS_MAX = 6000;

export interface OutageHistory {
  readonly fromUs: number;
  /** Undefined while it lasts. */
  readonly toUs: number | undefined;
  readonly back: RecordOf<"probe.back"> | undefined;
  readonly macBefore: string | undefined;
}

export class ClientHistory {
  readonly clock: HostClock;
  readonly target: string;
  /** "icmp", "tcp 443" … */
  readonly how: string;
  readonly outages: OutageHistory[] = [];
  readonly asks: TimeBins = new TimeBins(BARS_MAX);
  summary: RecordOf<"probe.summary"> | undefined;
  leftOut = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(
    clock: HostClock,
    { target, kind, port }: Pick<RecordOf<"probe.lost">, "target" | "kind" | "port">,
  ) {
    this.clock = clock;
    this.target = target;
    this.how = `${kind ?? "icmp"}${port === undefined ? "" : ` ${port}`}`;
  }

  /** From its first record on. */
  get firstUs(): number {
    return this.#firstUs;
  }

  get lastUs(): number {
    return this.#lastUs;
  }

  hearAsked({ rtt_us }: RecordOf<"probe.asked">, us: number): void {
    this.#note(us);
    this.asks.add(us, rtt_us ?? undefined);
  }

  hearLost({ mac_before }: RecordOf<"probe.lost">, us: number): void {
    this.#note(us);
    this.outages.push({ fromUs: us, toUs: undefined, back: undefined, macBefore: mac_before });
    if (this.outages.length <= OUTAGES_MAX) return;
    this.outages.shift();
    this.leftOut += 1;
  }

  hearBack(back: RecordOf<"probe.back">, us: number): void {
    this.#note(us);
    const last = this.outages.at(-1);
    if (last !== undefined && last.toUs === undefined) this.outages.pop();
    const fromUs = us - back.outage_ms * 1000;
    this.outages.push({ fromUs, toUs: us, back, macBefore: back.mac_before });
  }

  /** Written when the last answers have been waited for: nothing was asked any more. */
  hearSummary(record: RecordOf<"probe.summary">, us: number): void {
    if (this.asks.bins.length === 0) this.#note(us);
    this.summary = record;
  }

  #note(us: number): void {
    this.#firstUs = Math.min(this.#firstUs, us);
    this.#lastUs = Math.max(this.#lastUs, us);
  }
}
