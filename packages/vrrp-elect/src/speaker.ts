/**
 * One virtual router on the wire: carries out what the election decides, and tells the pipe.
 *
 * Order matters twice. The advert leaves before anything is written about it, and a lease is written only for an advert
 * that really left. When a timer rings, frames that already wait are read before the timer is believed (S6).
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import {
  Alarm,
  type CapturedFrame,
  KernelError,
  monotonicNs,
  monotonicUs,
  PacketSocket,
  realtimeNs,
  VRRP_IPV4_FILTER,
} from "@viptools/kernel";
import { type ChecksumForm, type Ipv4, virtualMac } from "@viptools/wire";
import { encodeAdvertFrame } from "./advert-frame.ts";
import { type Action, deadlineUs, INITIAL, type Input, type State, step } from "./election.ts";
import { type AcceptedAdvert, checkFrame } from "./receive.ts";
import { aliveRecord, instanceOf, leaseRecord, type Reporter, stateRecord } from "./self-report.ts";
import { LEASE_ADVERTS } from "./timers.ts";
import { WireReports } from "./wire-reports.ts";

export interface SpeakerOptions extends Reporter {
  readonly ifindex: number;
  readonly context: Context;
}

/** Addresses that fit one advert (RFC 9568 §5.2.5); more are owned but not advertised. */
export const ADVERTISED_MAX = 255;
/** keepalived and FRR refuse anything else by default (V3-5.2.8-d). */
const CHECKSUM_FORM: ChecksumForm = "pseudo-header";

export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #instance: string;
  readonly #socket: PacketSocket;
  readonly #alarm: Alarm;
  readonly #reports: WireReports;
  readonly #counts = { adverts_sent: 0, adverts_received: 0, send_failed: 0, changes: 0, stalls: 0 };
  #addresses: readonly Ipv4[];
  #state: State = INITIAL;
  #active: AcceptedAdvert | undefined;
  #leaseEndUs = 0;
  #maySpeak = true;
  #onFrozenReader: (() => void) | undefined;

  /** @param addresses of the interface, the primary one first; at least one. */
  constructor(options: SpeakerOptions, addresses: readonly Ipv4[]) {
    this.#options = options;
    this.#addresses = addresses;
    this.#instance = instanceOf(options);
    this.#reports = new WireReports(this.#instance);
    this.#socket = new PacketSocket({
      ifindex: options.ifindex,
      filter: VRRP_IPV4_FILTER,
      onFrame: (frame) => this.#hear(frame),
    });
    this.#alarm = new Alarm(() => this.#ring());
  }

  /** @param frozen called once, when the reader of our records has left a whole lease unread. */
  onFrozenReader(frozen: () => void): void {
    this.#onFrozenReader = frozen;
  }

  /** Begins to take part, as Backup (or Active, for an owner). */
  start(reason: string): void {
    this.#take({ type: "startup", nowUs: monotonicUs(), reason });
  }

  /** Leaves: says so to the others if Active. */
  shutdown(reason: string): void {
    this.#take({ type: "shutdown", nowUs: monotonicUs(), reason });
  }

  /** Can no longer speak, and so tells nobody. */
  disable(reason: string): void {
    this.#take({ type: "disable", nowUs: monotonicUs(), reason });
  }

  /** New addresses of the interface: the first one is the source of adverts from now on. */
  setAddresses(addresses: readonly Ipv4[]): void {
    this.#addresses = addresses;
  }

  /**
   * Stops advertising and refreshing, without a word to the others: whoever follows our records may not have let go yet.
   *
   * @returns when the last lease ends, microseconds of CLOCK_MONOTONIC; a time in the past if there is none.
   */
  fallSilent(): number {
    this.#maySpeak = false;
    this.#alarm.set(undefined);
    return this.#state.name === "active" ? this.#leaseEndUs : 0;
  }

  /** After {@link fallSilent}, and when the last lease has run out: leaves, saying so. */
  leave(reason: string): void {
    this.#maySpeak = true;
    this.shutdown(reason);
  }

  /** Tells those downstream that we are here although there is nothing to refresh. */
  beat(): void {
    const { context } = this.#options;
    for (const report of this.#reports.due(monotonicUs())) context.write(report);
    if (this.#state.name !== "active") context.write(aliveRecord(this.#options, this.#counts.changes));
  }

  counters(): Record<string, number> {
    return { ...this.#counts, ...this.#reports.counters(), capture_dropped: this.#socket.dropped() };
  }

  close(): void {
    this.#alarm.close();
    this.#socket.close();
  }

  #ring(): void {
    this.#socket.drain();
    this.#take({ type: "tick", nowUs: monotonicUs() });
  }

  /** Tagged frames belong to other interfaces; our own show only that the tap works. */
  #hear(frame: CapturedFrame): void {
    if (frame.direction === "out" || frame.vlan !== undefined) return;
    const { context, version, vrid, advertUs, vips } = this.#options;
    const nowUs = monotonicUs();
    const verdict = checkFrame({ version, vrid, advertUs, addresses: this.#addresses }, frame.bytes);
    if (verdict.kind === "rejected") {
      for (const report of this.#reports.reject(verdict, nowUs)) context.write(report);
      return;
    }
    const { advert } = verdict;
    this.#counts.adverts_received += 1;
    if (advert.priority > 0) this.#active = advert;
    this.#take({ type: "advert", nowUs, advert });
    const own = vips.slice(0, ADVERTISED_MAX).map((vip) => vip.address);
    for (const report of this.#reports.compare(advert, advertUs, own, nowUs)) context.write(report);
  }

  #take(input: Input): void {
    if (!this.#maySpeak) return;
    const [state, ...actions] = step(this.#options, this.#state, input);
    this.#state = state;
    let leftAtNs: bigint | undefined;
    for (const action of actions) leftAtNs = this.#perform(action) ?? leftAtNs;
    if (leftAtNs !== undefined && state.name === "active") this.#grantLease(leftAtNs);
    this.#alarm.set(deadlineUs(state));
  }

  /** @returns when the advert left, if the action was to send one and it did. */
  #perform(action: Action): bigint | undefined {
    switch (action.type) {
      case "send":
        return this.#send(action.priority);
      case "become":
        this.#tell(action);
        return undefined;
      case "stalled":
        this.#counts.stalls += 1;
        this.#options.context.write({
          type: "vrrp.stalled",
          instance: this.#instance,
          late_us: Math.round(action.lateUs),
        });
        return undefined;
    }
  }

  #send(priority: number): bigint | undefined {
    const { version, vrid, advertUs, vips } = this.#options;
    const frame = encodeAdvertFrame({
      version,
      vrid,
      priority,
      advertUs,
      vips: vips.slice(0, ADVERTISED_MAX).map((vip) => vip.address),
      mac: virtualMac(4, vrid),
      source: this.#addresses[0]!,
      checksumForm: CHECKSUM_FORM,
    });
    const nowNs = monotonicNs();
    try {
      this.#socket.send(frame);
      this.#counts.adverts_sent += 1;
      return nowNs;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#counts.send_failed += 1;
      return undefined;
    }
  }

  #grantLease(monotonicNs: bigint): void {
    const { context, advertUs } = this.#options;
    const validUs = LEASE_ADVERTS * advertUs;
    this.#leaseEndUs = Number(monotonicNs / 1000n) + validUs;
    const lease = leaseRecord(this.#options, this.#counts.changes, validUs);
    context.write(lease, { realtimeNs: realtimeNs(), monotonicNs });
    if (context.output.oldestUnreadLeaseUs() < validUs) return;
    this.#onFrozenReader?.();
    this.#onFrozenReader = undefined;
  }

  #tell({ from, to, reason }: Extract<Action, { type: "become" }>): void {
    this.#counts.changes += 1;
    const active = to === "backup" ? this.#active : undefined;
    this.#options.context.write(
      stateRecord(this.#options, { from, to, reason, epoch: this.#counts.changes, active }),
    );
  }
}
