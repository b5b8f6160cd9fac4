/**
 * One virtual router on the wire: carries out what the election decides, and tells the pipe.
 *
 * Order matters twice. The advert of a take-over leaves before anything is written about it, and a lease is written only
 * for an advert that really left.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { monotonicNs, monotonicUs } from "@viptools/kernel";
import { formatVip } from "@viptools/records";
import { type IpAddress, VrrpPriority } from "@viptools/wire";
import { AdvertSender } from "./advert-sender.ts";
import {
  type Action,
  deadlineUs,
  type ElectionConfig,
  INITIAL,
  type Input,
  roleOf,
  type State,
  step,
} from "./election.ts";
import { Hearing } from "./hearing.ts";
import type { LeaseDesk } from "./lease-desk.ts";
import type { Port } from "./port.ts";
import { type Blocker, Presence } from "./presence.ts";
import type { AcceptedAdvert } from "./receive.ts";
import type { RouterOptions } from "./router-options.ts";
import { type Member, prepareRecord, type Reporter, stateRecord } from "./self-report.ts";
import { StallLog } from "./stall-log.ts";
import { isReady } from "./sync-group.ts";
import { leaseUs } from "./timers.ts";
import { effectivePriority, type TrackEffect } from "./track-book.ts";

export interface SpeakerSurroundings {
  readonly context: Context;
  readonly bootId: string;
  /** Where an earlier virtual router of the same name ended: whoever follows it obeys only what is newer. */
  readonly epochBefore: number;
  readonly port: Port;
  readonly desk: LeaseDesk;
  /** Whether anybody has read a record of ours: before, nobody can act on one. */
  readonly isHeard: () => boolean;
  /** Whether the reader of our records is late: nobody acts on one now. */
  readonly isReaderLate: () => boolean;
  /** Called after everything that may have moved its deadline; `hasChanged` if its state, or its readiness, is another one. */
  readonly onMoved: (speaker: Speaker, hasChanged: boolean) => void;
  /** Called when an advert of its virtual router comes from another interface of this host. */
  readonly onLooped: (speaker: Speaker, source: IpAddress) => boolean;
}

/** What leaves the voice to say goodbye with. */
const CAN_TELL: ReadonlySet<Blocker> = new Set(["track"]);
const NO_EFFECT: TrackEffect = { weight: 0, failed: [] };

export class Speaker {
  readonly #around: SpeakerSurroundings;
  readonly #presence = new Presence({
    onBlocked: (why) => this.#leaveFor(why),
    onFree: (reason) => this.#start(reason),
  });
  readonly #stalls = new StallLog();
  readonly #counts = { adverts_received: 0, changes: 0, stalls: 0, reasserted: 0 };
  #late = 0;
  #options: RouterOptions;
  #config: ElectionConfig;
  #hearing: Hearing;
  #sender: AdvertSender;
  #basePriority: number;
  #effect = NO_EFFECT;
  #state: State = INITIAL;
  #active: AcceptedAdvert | undefined;
  #leaseEndUs = 0;

  constructor(options: RouterOptions, password: Uint8Array | undefined, around: SpeakerSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#basePriority = options.priority;
    this.#config = options;
    this.#sender = new AdvertSender(options, password, around.port);
    this.#hearing = this.#openHearing(password);
  }

  get options(): RouterOptions {
    return this.#options;
  }

  get state(): State {
    return this.#state;
  }

  /** When {@link ring} must be called; undefined for never. */
  get deadlineUs(): number | undefined {
    return deadlineUs(this.#config, this.#state);
  }

  /** How long an advert entitles it to act. */
  get leaseUs(): number {
    return leaseUs(this.#config.downCount, this.#config.advertUs);
  }

  get isSpeaking(): boolean {
    return this.#state.name === "active";
  }

  /** Active, and no stall has to be thought about before the next advert. */
  isOnTime(nowUs: number): boolean {
    return this.#state.name === "active" && nowUs - this.#state.advertAtUs < this.#config.advertUs;
  }

  get member(): Member {
    const { instance } = this.#options;
    return { instance, epoch: this.#around.epochBefore + this.#counts.changes };
  }

  /** Begins to take part as soon as nothing keeps it from it. */
  begin(): void {
    this.#presence.begin("startup");
  }

  linkChanged(isRunning: boolean): void {
    this.#presence.linkChanged(isRunning, this.#options);
  }

  /** The link may have carried its first frame, or our records have found their reader. */
  holdChanged(): void {
    if (!this.#isHeld()) this.#take({ type: "carried", nowUs: monotonicUs() });
  }

  /** Whoever obeys our records is late: says nothing that it could not act on. */
  unheard(): void {
    const nowUs = monotonicUs();
    this.#take({ type: "unheard", nowUs, reason: "reader_late", leaseEndUs: this.#leaseEndUs });
  }

  /** It reads again. */
  heard(): void {
    this.#take({ type: "heard", nowUs: monotonicUs() });
  }

  addressesChanged(): void {
    this.#sender.forget();
    this.#hearing.addressesChanged();
    if (this.#hearing.source === undefined) this.#presence.block("address_gone");
    else this.#presence.unblock("address_gone", "address_back");
  }

  block(why: Blocker): void {
    this.#presence.block(why);
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
    this.#presence.end();
    this.#take({ type: "shutdown", nowUs: monotonicUs(), reason, isAbrupt });
  }

  /** Another priority, until the next one or until settings are read again; the owner's is nobody else's, and stays. */
  setPriority(priority: number): void {
    if (priority === VrrpPriority.owner || this.#options.priority === VrrpPriority.owner) {
      this.#around.context.report(
        "owner_priority",
        `${this.#options.instance} keeps its priority: 255 belongs to the owner of the addresses, for good`,
      );
      return;
    }
    this.#basePriority = priority;
    if (this.#applyPriority()) this.#retell("priority");
  }

  /** What health checks mean for it now. */
  track(effect: TrackEffect): void {
    this.#effect = effect;
    if (this.#applyPriority()) this.#retell("priority");
    if (effect.failed.length > 0) this.#presence.block("track");
    else this.#presence.unblock("track", "track");
  }

  /** New settings of the same virtual router: adverts keep their cadence. */
  reconfigure(options: RouterOptions, password: Uint8Array | undefined): void {
    const before = this.#options.vips.map(formatVip).join();
    this.#options = options;
    this.#basePriority = options.priority;
    this.#sender = new AdvertSender(options, password, this.#around.port, this.#sender);
    this.#hearing = this.#openHearing(password, this.#hearing);
    const hasOtherPriority = this.#applyPriority();
    if (hasOtherPriority || options.vips.map(formatVip).join() !== before) this.#retell("reload");
  }

  /** A frame of protocol 112 that came in. */
  hear(frame: Uint8Array): void {
    const nowUs = monotonicUs();
    const { advert, reports } = this.#hearing.judge(frame, nowUs);
    this.#write(reports);
    if (advert === undefined || this.#around.onLooped(this, advert.address)) return;
    this.#counts.adverts_received += 1;
    if (advert.priority > 0) this.#active = advert;
    this.#take({ type: "advert", nowUs, advert });
    this.#write(this.#hearing.compare(advert, this.#state, this.#config.priority, nowUs));
  }

  /** A frame came in from our own virtual MAC: the switch has just learned it elsewhere (S7). */
  hearOwnMac(): void {
    if (this.#state.name !== "active") return;
    this.#counts.reasserted += 1;
    this.#take({ type: "own_mac", nowUs: monotonicUs() });
  }

  /** Says what was counted and not said yet. */
  report(): void {
    const nowUs = monotonicUs();
    this.#write(this.#hearing.due(nowUs));
    this.#tellStall(this.#stalls.due(nowUs));
  }

  /** Says that another interface of this host speaks for the same virtual router. */
  reportClash(source: IpAddress): void {
    this.#write(this.#hearing.reportClash(source, monotonicUs()));
  }

  counters(): Record<string, number> {
    return { ...this.#counts, ...this.#sender.counters(), ...this.#hearing.counters() };
  }

  /** Longest lateness of an advert, microseconds. */
  get lateUs(): number {
    return this.#late;
  }

  #start(reason: string): void {
    const isDeaf = this.#isHeld();
    const isUnheard = this.#around.isReaderLate();
    this.#take({ type: "startup", nowUs: monotonicUs(), reason, isDeaf, isUnheard });
  }

  #leaveFor(why: Blocker): void {
    this.#take({ type: CAN_TELL.has(why) ? "shutdown" : "disable", nowUs: monotonicUs(), reason: why });
  }

  #isHeld(): boolean {
    return this.#around.port.isDeaf || !this.#around.isHeard();
  }

  #openHearing(password: Uint8Array | undefined, before?: Hearing): Hearing {
    const { port } = this.#around;
    return new Hearing({ options: this.#options, password, port, sender: this.#sender }, before);
  }

  #take(input: Input): void {
    const before = this.#state;
    const [state, ...actions] = step(this.#config, before, input);
    this.#state = state;
    let leftAtNs: bigint | undefined;
    for (const action of actions) leftAtNs = this.#perform(action) ?? leftAtNs;
    if (leftAtNs !== undefined && state.name === "active") this.#grant("speaking", this.leaseUs, leftAtNs);
    const isOther = state.name !== before.name;
    if (isOther) this.#hearing.forgetRivals();
    this.#around.onMoved(this, isOther || isReady(state) !== isReady(before));
  }

  /** @returns when the advert left, if the action was to send one and it did. */
  #perform(action: Action): bigint | undefined {
    switch (action.type) {
      case "send":
        return this.#sender.send(action.priority, this.#hearing.source, this.#hearing.form);
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
        this.#tellStall(this.#stalls.note(action.lateUs, monotonicUs()));
        return undefined;
    }
  }

  #grant(kind: "speaking" | "leaving" | "settling", validUs: number, sinceNs: bigint): void {
    if (this.#around.desk.grant(this.member, kind, validUs, sinceNs))
      this.#leaseEndUs = Number(sinceNs / 1000n) + validUs;
  }

  #tell({ from, to, reason }: Extract<Action, { type: "become" }>): void {
    this.#counts.changes += 1;
    const active = to === "backup" ? this.#active : undefined;
    this.#write([stateRecord(this.#reporter(), { from, to, reason, active })]);
  }

  #tellStall(lateUs: number | undefined): void {
    if (lateUs === undefined) return;
    const { instance } = this.#options;
    this.#write([{ type: "vrrp.stalled", instance, late_us: Math.round(lateUs) }]);
  }

  /** The same state with other settings, and an advert at once that shows them (V3-7.2-a). */
  #retell(reason: string): void {
    const role = roleOf(this.#state);
    if (role === "initialize") return;
    this.#tell({ type: "become", from: role, to: role, reason });
    if (this.#state.name === "active") this.#take({ type: "own_mac", nowUs: monotonicUs() });
  }

  /** @returns whether the effective priority is another one. */
  #applyPriority(): boolean {
    const previous = this.#config;
    const priority = effectivePriority(this.#basePriority, this.#effect.weight);
    this.#config = { ...this.#options, priority };
    this.#take({ type: "reconfigured", nowUs: monotonicUs(), previous });
    return priority !== previous.priority;
  }

  #reporter(): Reporter {
    const { bootId } = this.#around;
    return { options: this.#options, priority: this.#config.priority, epoch: this.member.epoch, bootId };
  }

  #write(records: readonly Parameters<Context["write"]>[0][]): void {
    for (const record of records) this.#around.context.write(record);
  }
}
