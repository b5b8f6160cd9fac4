/**
 * One virtual router on the wire: carries out what the election decides, and tells the pipe.
 *
 * Order matters twice. The advert leaves before anything is written about it, and a lease is written only for an advert
 * that really left.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { monotonicNs, monotonicUs } from "@viptools/kernel";
import { formatVip } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import { AdvertSender } from "./advert-sender.ts";
import { ChecksumChoice } from "./checksum-choice.ts";
import {
  type Action,
  deadlineUs,
  type ElectionConfig,
  INITIAL,
  type Input,
  OWNER_PRIORITY,
  roleOf,
  type State,
  step,
} from "./election.ts";
import type { LeaseDesk } from "./lease-desk.ts";
import type { Port } from "./port.ts";
import { type AcceptedAdvert, checkFrame, type ReceiveConfig } from "./receive.ts";
import { Rivalry } from "./rivalry.ts";
import type { RouterOptions } from "./router-options.ts";
import { type Member, prepareRecord, type Reporter, stateRecord } from "./self-report.ts";
import { leaseUs } from "./timers.ts";
import { effectivePriority, type TrackEffect } from "./track-book.ts";
import { WireReports } from "./wire-reports.ts";

export interface SpeakerSurroundings {
  readonly context: Context;
  readonly bootId: string;
  readonly port: Port;
  readonly desk: LeaseDesk;
  /** Whether anybody has read a record of ours: before, nobody can act on one. */
  readonly isHeard: () => boolean;
  /** Called after everything that may have moved its deadline; `hasChanged` if its state is another one. */
  readonly onMoved: (speaker: Speaker, hasChanged: boolean) => void;
  /** Called when an advert of its virtual router comes from another interface of this host. */
  readonly onLooped: (speaker: Speaker, source: IpAddress) => boolean;
}

/** What keeps a virtual router from taking part, and whether it can still say goodbye. */
export type Blocker = "link_down" | "address_gone" | "interface_gone" | "track" | "vrid_clash";
const CAN_TELL: ReadonlySet<Blocker> = new Set(["track"]);
const NO_EFFECT: TrackEffect = { weight: 0, failed: [] };

export class Speaker {
  readonly #around: SpeakerSurroundings;
  readonly #reports: WireReports;
  readonly #rivalry = new Rivalry();
  readonly #blockers = new Set<Blocker>(["link_down", "address_gone"]);
  readonly #counts = { adverts_received: 0, changes: 0, stalls: 0, reasserted: 0 };
  #late = 0;
  #options: RouterOptions;
  #config: ElectionConfig;
  #password: Uint8Array | undefined;
  #checksum: ChecksumChoice;
  #sender: AdvertSender;
  #receiving: ReceiveConfig;
  #basePriority: number;
  #effect = NO_EFFECT;
  #state: State = INITIAL;
  #active: AcceptedAdvert | undefined;
  #leaseEndUs = 0;
  #maySpeak = true;
  #hasStarted = false;
  #linkTimer: NodeJS.Timeout | undefined;

  constructor(options: RouterOptions, password: Uint8Array | undefined, around: SpeakerSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#password = password;
    this.#basePriority = options.priority;
    this.#config = options;
    this.#checksum = new ChecksumChoice(options.checksum);
    this.#reports = new WireReports(options.instance);
    this.#sender = new AdvertSender(options, password, around.port);
    this.#receiving = this.#receiveConfig();
  }

  get options(): RouterOptions {
    return this.#options;
  }

  get state(): State {
    return this.#state;
  }

  /** When {@link ring} must be called; undefined for never. */
  get deadlineUs(): number | undefined {
    return this.#maySpeak ? deadlineUs(this.#config, this.#state) : undefined;
  }

  get isSpeaking(): boolean {
    return this.#state.name === "active";
  }

  /** Active, and no stall has to be thought about before the next advert. */
  isOnTime(nowUs: number): boolean {
    return this.#state.name === "active" && nowUs - this.#state.advertAtUs < this.#config.advertUs;
  }

  get member(): Member {
    return { instance: this.#options.instance, epoch: this.#counts.changes };
  }

  /** Begins to take part as soon as nothing keeps it from it. */
  begin(): void {
    this.#hasStarted = true;
    this.#startUnless("startup");
  }

  linkChanged(isRunning: boolean): void {
    clearTimeout(this.#linkTimer);
    if (isRunning !== this.#blockers.has("link_down")) return;
    const delayUs = isRunning ? this.#options.linkUpDelayUs : this.#options.linkDownDelayUs;
    const settle = (): void => (isRunning ? this.unblock("link_down", "link_up") : this.block("link_down"));
    if (delayUs === 0 || !this.#hasStarted) settle();
    else this.#linkTimer = setTimeout(settle, delayUs / 1000);
  }

  /** The link may have carried its first frame, or our records have found their reader. */
  holdChanged(): void {
    if (!this.#isHeld()) this.#take({ type: "carried", nowUs: monotonicUs() });
  }

  addressesChanged(): void {
    this.#sender.forget();
    this.#receiving = this.#receiveConfig();
    if (this.#source() === undefined) this.block("address_gone");
    else this.unblock("address_gone", "address_back");
  }

  block(why: Blocker): void {
    if (this.#blockers.has(why)) return;
    this.#blockers.add(why);
    const type = CAN_TELL.has(why) ? "shutdown" : "disable";
    this.#take({ type, nowUs: monotonicUs(), reason: why });
  }

  unblock(why: Blocker, reason: string): void {
    if (this.#blockers.delete(why)) this.#startUnless(reason);
  }

  /** The time that {@link deadlineUs} named has come, and the socket was drained. */
  ring(nowUs: number): void {
    if (this.#state.name === "active") this.#late = Math.max(this.#late, nowUs - this.#state.advertAtUs);
    this.#take({ type: "tick", nowUs });
  }

  /** For orders of a group, of people, and of whoever owns the addresses. */
  order(type: "take" | "yield" | "resign" | "settled", reason: string): void {
    this.#take({ type, nowUs: monotonicUs(), reason } as Input);
  }

  /** Leaves; serves on until somebody else has taken over, unless that is of no use. */
  shutdown(reason: string, isAbrupt: boolean): void {
    this.#hasStarted = false;
    this.#take({ type: "shutdown", nowUs: monotonicUs(), reason, isAbrupt });
  }

  /** Another priority, until the next one or until settings are read again. */
  setPriority(priority: number): void {
    this.#basePriority = priority;
    this.#applyPriority();
  }

  /** What health checks mean for it now. */
  track(effect: TrackEffect): void {
    this.#effect = effect;
    this.#applyPriority();
    if (effect.failed.length > 0) this.block("track");
    else this.unblock("track", "track");
  }

  /** New settings of the same virtual router: adverts keep their cadence. */
  reconfigure(options: RouterOptions, password: Uint8Array | undefined): void {
    const previous = this.#options;
    this.#options = options;
    this.#password = password;
    this.#basePriority = options.priority;
    if (options.checksum !== previous.checksum) this.#checksum = new ChecksumChoice(options.checksum);
    this.#sender = new AdvertSender(options, password, this.#around.port, this.#sender);
    this.#receiving = this.#receiveConfig();
    this.#applyPriority();
    if (options.vips.map(formatVip).join() !== previous.vips.map(formatVip).join()) this.#retell();
  }

  /** A frame of protocol 112 that came in. */
  hear(frame: Uint8Array): void {
    const nowUs = monotonicUs();
    const verdict = checkFrame(this.#receiving, frame);
    if (verdict.kind === "rejected") {
      this.#write(this.#reports.reject(verdict, nowUs));
      return;
    }
    if (!this.#around.onLooped(this, verdict.advert.address)) this.#accept(verdict.advert, nowUs);
  }

  /** A frame came in from our own virtual MAC: the switch has just learned it elsewhere (S7). */
  hearOwnMac(): void {
    if (this.#state.name !== "active") return;
    this.#counts.reasserted += 1;
    this.#take({ type: "own_mac", nowUs: monotonicUs() });
  }

  /** Says what was counted and not said yet. */
  report(): void {
    this.#write(this.#reports.due(monotonicUs()));
  }

  /** Says that another interface of this host speaks for the same virtual router. */
  reportClash(source: IpAddress): void {
    const detail = `${source} is an address of this host: the same VRID on two interfaces of one network`;
    this.#write(this.#reports.conflict("vrid_clash", source, detail, monotonicUs()));
  }

  /**
   * Stops advertising and refreshing, without a word to the others: whoever follows our records may not have let go yet.
   *
   * @returns when the last lease ends, microseconds of CLOCK_MONOTONIC; a time in the past if there is none.
   */
  fallSilent(): number {
    this.#maySpeak = false;
    this.#around.onMoved(this, false);
    return roleOf(this.#state) === "active" ? this.#leaseEndUs : 0;
  }

  /** After {@link fallSilent}, and when the last lease has run out: leaves, saying so. */
  leave(reason: string): void {
    this.#maySpeak = true;
    this.shutdown(reason, true);
  }

  counters(): Record<string, number> {
    return { ...this.#counts, ...this.#sender.counters(), ...this.#reports.counters() };
  }

  /** Longest lateness of an advert, microseconds. */
  get lateUs(): number {
    return this.#late;
  }

  #startUnless(reason: string): void {
    if (!this.#hasStarted || this.#blockers.size > 0) return;
    this.#take({ type: "startup", nowUs: monotonicUs(), reason, isDeaf: this.#isHeld() });
  }

  #isHeld(): boolean {
    return this.#around.port.isDeaf || !this.#around.isHeard();
  }

  #accept(advert: AcceptedAdvert, nowUs: number): void {
    const { address, checksumForm, priority } = advert;
    this.#counts.adverts_received += 1;
    if (priority > 0) this.#active = advert;
    this.#take({ type: "advert", nowUs, advert });
    const isBackup = this.#state.name === "backup";
    const { advertUs, vmac } = this.#options;
    const own = { advertUs, vips: this.#receiving.vips, vmac: this.#sender.usesVmac ? vmac : null };
    this.#write(this.#reports.compare(advert, own, nowUs));
    if (checksumForm !== undefined && this.#checksum.hear(checksumForm, isBackup)) {
      const detail = `it sends the ${checksumForm} form, we send ${this.#checksum.form}`;
      this.#write(this.#reports.conflict("checksum_form", address, detail, nowUs));
    }
    if (this.#state.name === "active" && priority > 0) this.#reportRival(advert, nowUs);
  }

  #reportRival({ address, priority }: AcceptedAdvert, nowUs: number): void {
    const cause = this.#rivalry.note(address);
    if (cause === undefined) return;
    const detail = `it advertises priority ${priority} while we are Active with ${this.#config.priority}`;
    this.#write(this.#reports.conflict(cause, address, detail, nowUs));
  }

  #take(input: Input): void {
    if (!this.#maySpeak) return;
    const before = this.#state;
    const [state, ...actions] = step(this.#config, before, input);
    this.#state = state;
    let leftAtNs: bigint | undefined;
    for (const action of actions) leftAtNs = this.#perform(action) ?? leftAtNs;
    if (leftAtNs !== undefined && state.name === "active")
      this.#grant("speaking", leaseUs(this.#config.downCount, this.#config.advertUs), leftAtNs);
    const hasChanged = state.name !== before.name;
    if (hasChanged) this.#rivalry.forget();
    this.#around.onMoved(this, hasChanged);
  }

  /** @returns when the advert left, if the action was to send one and it did. */
  #perform(action: Action): bigint | undefined {
    switch (action.type) {
      case "send":
        return this.#sender.send(action.priority, this.#source(), this.#checksum.form);
      case "become":
        this.#tell(action);
        return undefined;
      case "prepare":
        this.#write([prepareRecord(this.#reporter(), action.withinUs)]);
        return undefined;
      case "lease":
        this.#grant(action.kind, action.validUs, monotonicNs());
        return undefined;
      case "stalled":
        this.#counts.stalls += 1;
        this.#write([
          { type: "vrrp.stalled", instance: this.#options.instance, late_us: Math.round(action.lateUs) },
        ]);
        return undefined;
    }
  }

  #grant(kind: "speaking" | "leaving" | "settling", validUs: number, sinceNs: bigint): void {
    this.#leaseEndUs = Number(sinceNs / 1000n) + validUs;
    this.#around.desk.grant(this.member, kind, validUs, sinceNs);
  }

  #tell({ from, to, reason }: Extract<Action, { type: "become" }>): void {
    this.#counts.changes += 1;
    const active = to === "backup" ? this.#active : undefined;
    this.#write([stateRecord(this.#reporter(), { from, to, reason, active })]);
  }

  /** The same state with other addresses, and an advert at once that lists them. */
  #retell(): void {
    const role = roleOf(this.#state);
    if (role === "initialize") return;
    this.#tell({ type: "become", from: role, to: role, reason: "reload" });
    if (this.#state.name === "active") this.#take({ type: "own_mac", nowUs: monotonicUs() });
  }

  #applyPriority(): void {
    const previous = this.#config;
    const priority = effectivePriority(this.#basePriority, this.#effect.weight);
    this.#config = { ...this.#options, priority };
    this.#take({ type: "reconfigured", nowUs: monotonicUs(), previous });
  }

  #reporter(): Reporter {
    const { bootId } = this.#around;
    return { options: this.#options, priority: this.#config.priority, epoch: this.#counts.changes, bootId };
  }

  /** A virtual address is a source for its owner only (V3-1.7-b). */
  #ownAddresses(): IpAddress[] {
    const { family, vips, source } = this.#options;
    const isOwner = this.#basePriority === OWNER_PRIORITY;
    const own = this.#around.port
      .addresses(family)
      .filter((address) => isOwner || !vips.some((vip) => vip.address === address));
    return source === undefined ? own : own.sort((a, b) => Number(b === source) - Number(a === source));
  }

  /** What adverts are sent from; undefined if the interface has no such address now. */
  #source(): IpAddress | undefined {
    const { family, source, peers } = this.#options;
    const first = this.#ownAddresses()[0];
    if (source !== undefined) return first === source ? first : undefined;
    return family === 6 && peers.length === 0 && first?.startsWith("fe80:") !== true ? undefined : first;
  }

  #receiveConfig(): ReceiveConfig {
    return {
      ...this.#options,
      addresses: this.#ownAddresses(),
      password: this.#password,
      vips: this.#sender.vips,
    };
  }

  #write(records: readonly Parameters<Context["write"]>[0][]): void {
    for (const record of records) this.#around.context.write(record);
  }
}
