/**
 * All virtual routers of this process: one timer, one watch on the kernel's links and addresses, sync groups, and what
 * health checks and people ask of them.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { Alarm, monotonicUs, readBootId } from "@viptools/kernel";
import { formatInstance, type RecordOf } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import { AckFiles } from "./ack-files.ts";
import { Deadlines } from "./deadlines.ts";
import { LeaseDesk } from "./lease-desk.ts";
import { readPassword } from "./password.ts";
import type { Port } from "./port.ts";
import { Ports } from "./ports.ts";
import { canTakeOn, type RouterOptions } from "./router-options.ts";
import { Speaker } from "./speaker.ts";
import { coordinate, type GroupOrder } from "./sync-group.ts";
import { TrackBook } from "./track-book.ts";

export interface StationOptions {
  readonly context: Context;
  readonly trackTimeoutUs: number | undefined;
}

/** Of each virtual router that has one. */
type Passwords = ReadonlyMap<string, Uint8Array | undefined>;

export class Station {
  readonly desk: LeaseDesk;
  readonly #options: StationOptions;
  readonly #bootId = readBootId();
  readonly #ports: Ports;
  readonly #speakers = new Map<string, Speaker>();
  /** Of those that are no more. */
  readonly #lastEpochs = new Map<string, number>();
  readonly #gonePorts = new Set<Port>();
  readonly #deadlines = new Deadlines<Speaker>();
  readonly #alarm = new Alarm(() => this.#ring());
  readonly #book: TrackBook;
  readonly #acks = new AckFiles((instance, epoch) => this.#acknowledge(instance, epoch));
  readonly #whenIdle: (() => void)[] = [];
  #onInterfaceGone: ((interfaceName: string) => void) | undefined;
  #hasHeardChecks = false;
  #isHeard = false;
  #isReaderLate = false;
  #isRinging = false;
  readonly #yieldingGroups = new Set<string>();
  #alarmAtUs: number | undefined;

  constructor(options: StationOptions) {
    this.#options = options;
    this.desk = new LeaseDesk(options.context, this.#bootId);
    this.#book = new TrackBook(options.trackTimeoutUs);
    this.#ports = new Ports(
      (name) => options.context.needInterface(name),
      (port) => this.#gone(port),
    );
  }

  get speakers(): readonly Speaker[] {
    return [...this.#speakers.values()];
  }

  get hasHeardChecks(): boolean {
    return this.#hasHeardChecks;
  }

  /** Interfaces that can carry nothing now. */
  idleInterfaces(): string[] {
    return this.#ports.all.filter((port) => !port.isRunning).map((port) => port.interfaceName);
  }

  /** Interfaces that have carried no frame since they came up. */
  deafInterfaces(): string[] {
    return this.#ports.all.filter((port) => port.isRunning && port.isDeaf).map((port) => port.interfaceName);
  }

  /** Checks that must be heard, and were not yet. */
  missingChecks(): string[] {
    return this.#book.missing();
  }

  /** @param gone called when an interface was deleted. */
  onInterfaceGone(gone: (interfaceName: string) => void): void {
    this.#onInterfaceGone = gone;
  }

  /** Adds virtual routers, and lets them begin when the kernel has told all about their interfaces. */
  async add(routers: readonly RouterOptions[]): Promise<void> {
    const passwords = this.#openFiles(routers);
    this.#expectChecks(routers);
    await this.#begin(routers, passwords);
  }

  async #begin(routers: readonly RouterOptions[], passwords: Passwords): Promise<void> {
    const fresh = routers.map((router) => this.#create(router, passwords.get(router.instance)));
    await this.#ports.read();
    for (const speaker of fresh) {
      speaker.track(this.#book.effectOn(speaker.options.track));
      speaker.begin();
    }
    for (const { syncGroup } of routers) this.#coordinate(syncGroup);
  }

  /**
   * The settings were read again: what is the same goes on, what is changed goes on changed.
   *
   * @throws {ExitError} for a file that cannot be had; then nothing is changed.
   */
  async reload(routers: readonly RouterOptions[]): Promise<void> {
    const passwords = this.#openFiles(routers);
    this.#expectChecks(routers);
    const wanted = new Map(routers.map((router) => [router.instance, router]));
    for (const [instance, speaker] of this.#speakers) {
      const router = wanted.get(instance);
      if (router === undefined) this.#retire(instance, speaker, "reload");
      else if (canTakeOn(router, speaker.options)) speaker.reconfigure(router, passwords.get(instance));
      else this.#retire(instance, speaker, "reload");
    }
    this.#applyTracks();
    const fresh = routers.filter(({ instance }) => !this.#speakers.has(instance));
    await this.#begin(fresh, passwords);
  }

  /** Somebody reads what we write: from now on a virtual router may become Active. */
  readerIsThere(): void {
    this.#isHeard = true;
    for (const speaker of this.speakers) speaker.holdChanged();
  }

  /**
   * Nobody acts on what we write now.
   *
   * @param leaseUs of which the whole was left unread: who has longer ones may still be obeyed. Without: nobody may.
   */
  readerIsLate(leaseUs = Number.POSITIVE_INFINITY): void {
    this.#isReaderLate = true;
    for (const speaker of this.speakers) if (speaker.leaseUs <= leaseUs) speaker.unheard();
  }

  readerIsBack(): void {
    this.#isReaderLate = false;
    this.desk.readerIsBack();
    for (const speaker of this.speakers) speaker.heard();
  }

  /** A health check has spoken. */
  note(record: RecordOf<"track.state">): void {
    this.#hasHeardChecks = true;
    if (!this.#book.note(record, monotonicUs()))
      this.#options.context.report("too_many_checks", `check ${record.name} is ignored: there are too many`);
    this.#applyTracks();
  }

  /** Somebody asks for another priority, or for another Active. @returns whether there is such a virtual router. */
  command({ instance, priority, action }: RecordOf<"elect.set">): boolean {
    const meant = this.speakers.filter(
      ({ options }) => instance === undefined || options.instance === instance,
    );
    for (const speaker of meant) {
      if (priority !== undefined && priority > 0) speaker.setPriority(priority);
      if (action === "resign") speaker.order("resign", "resign");
    }
    return meant.length > 0;
  }

  /** Once a second: who owns nothing says that it is alive, checks fall silent, troubles are summed up. */
  beat(): void {
    const silent = this.#book.tick(monotonicUs());
    for (const name of silent) this.#options.context.say(`check ${name} is silent: it counts as failed`);
    if (silent.length > 0) this.#applyTracks();
    for (const speaker of this.speakers) speaker.report();
    this.desk.beat(this.speakers.filter(({ state }) => state.name !== "active").map(({ member }) => member));
  }

  /** All leave; those that were Active serve on until somebody else has taken over. */
  async shutdown(reason: string): Promise<void> {
    for (const speaker of this.speakers) speaker.shutdown(reason, false);
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** The same, at once. */
  abandon(reason: string): void {
    for (const speaker of this.speakers) speaker.shutdown(reason, true);
  }

  counters(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const speaker of this.speakers)
      for (const [name, count] of Object.entries(speaker.counters())) sums[name] = (sums[name] ?? 0) + count;
    const late = Math.max(0, ...this.speakers.map(({ lateUs }) => lateUs));
    const { latenesses: reader_late } = this.desk;
    return {
      ...sums,
      reader_late,
      capture_dropped: this.#ports.dropped(),
      advert_late_max_us: Math.round(late),
    };
  }

  close(): void {
    this.#alarm.close();
    this.#ports.close();
    this.#acks.close();
  }

  /** All that routers read of files, so that what is wrong there is found first. @throws {ExitError} */
  #openFiles(routers: readonly RouterOptions[]): Passwords {
    const passwords = new Map(routers.map((router) => [router.instance, readPassword(router)]));
    for (const { ackFile } of routers) if (ackFile !== undefined) this.#acks.watch(ackFile);
    return passwords;
  }

  #expectChecks(routers: readonly RouterOptions[]): void {
    this.#book.expect(
      routers.flatMap(({ track = [] }) => track),
      monotonicUs(),
    );
  }

  #create(router: RouterOptions, password: Uint8Array | undefined): Speaker {
    const speaker = new Speaker(router, password, {
      context: this.#options.context,
      bootId: this.#bootId,
      epochBefore: this.#lastEpochs.get(router.instance) ?? 0,
      port: this.#ports.of(router.interfaceName),
      desk: this.desk,
      isHeard: () => this.#isHeard,
      isReaderLate: () => this.#isReaderLate,
      onMoved: (moved, hasChanged) => this.#moved(moved, hasChanged),
      onLooped: (hearer, source) => this.#refuseLoop(hearer, source),
    });
    this.#speakers.set(router.instance, speaker);
    this.#ports.of(router.interfaceName).add(speaker);
    return speaker;
  }

  /** Whoever owns the addresses says that this host receives. */
  #acknowledge(instance: string, epoch: number): void {
    const speaker = this.#speakers.get(instance);
    if (speaker?.member.epoch === epoch) speaker.order("settled", "settled");
  }

  #retire(instance: string, speaker: Speaker, reason: string): void {
    speaker.shutdown(reason, true);
    this.#deadlines.set(speaker, undefined);
    this.#speakers.delete(instance);
    this.#lastEpochs.set(instance, speaker.member.epoch);
    const port = this.#ports.of(speaker.options.interfaceName);
    port.remove(speaker);
    this.#ports.tidy(port);
    this.#coordinate(speaker.options.syncGroup);
  }

  /**
   * Adverts that are due leave first, whatever waits to be read (S5). Every other timer is believed only when the
   * captures are drained (S6).
   */
  #ring(): void {
    this.#isRinging = true;
    const nowUs = monotonicUs();
    const due = this.#deadlines.due(nowUs);
    const adverts = due.filter((speaker) => speaker.isOnTime(nowUs));
    for (const speaker of adverts) speaker.ring(nowUs);
    if (adverts.length < due.length) {
      this.#ports.drain();
      const drainedUs = monotonicUs();
      for (const speaker of this.#deadlines.due(drainedUs)) speaker.ring(drainedUs);
    }
    this.#isRinging = false;
    this.desk.flush();
    this.#alarmAtUs = undefined;
    this.#setAlarm();
  }

  #setAlarm(): void {
    const next = this.#deadlines.next();
    if (next === this.#alarmAtUs) return;
    this.#alarmAtUs = next;
    this.#alarm.set(next);
  }

  #moved(speaker: Speaker, hasChanged: boolean): void {
    this.#deadlines.set(speaker, speaker.deadlineUs);
    if (!this.#isRinging) this.#setAlarm();
    const { syncGroup, interfaceName } = speaker.options;
    if (!hasChanged) return;
    this.#coordinate(syncGroup);
    this.#ports.of(interfaceName).watchOwnMacs();
    if (this.#whenIdle.length > 0 && this.#isIdle()) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  /**
   * A member that has to yield first reads what waits: its successor may speak already, and a farewell after that would
   * move the switch port back (S6, S7). Not inside of a reading, though, which this may be.
   */
  #coordinate(syncGroup: string | undefined): void {
    if (syncGroup === undefined) return;
    const [members, orders] = this.#ordersOf(syncGroup);
    members.forEach((member, n) => {
      if (orders[n] === "take") member.order("take", "sync_group");
    });
    if (!orders.includes("yield")) return;
    if (this.#yieldingGroups.size === 0) process.nextTick(() => this.#yieldGroups());
    this.#yieldingGroups.add(syncGroup);
  }

  #yieldGroups(): void {
    this.#ports.drain();
    const groups = [...this.#yieldingGroups];
    this.#yieldingGroups.clear();
    for (const syncGroup of groups) {
      const [members, orders] = this.#ordersOf(syncGroup);
      members.forEach((member, n) => {
        if (orders[n] === "yield") member.order("yield", "sync_group");
      });
    }
  }

  #ordersOf(syncGroup: string): [Speaker[], GroupOrder[]] {
    const members = this.speakers.filter(({ options }) => options.syncGroup === syncGroup);
    return [members, coordinate(members.map(({ state }) => state))];
  }

  #isIdle(): boolean {
    return this.speakers.every(({ state }) => state.name === "initialize");
  }

  #applyTracks(): void {
    for (const speaker of this.speakers) speaker.track(this.#book.effectOn(speaker.options.track));
  }

  /** One VRID on two interfaces that hear each other: the one that was configured later takes no part. */
  #refuseLoop(hearer: Speaker, source: IpAddress): boolean {
    const { family, vrid, interfaceName } = hearer.options;
    const port = this.#ports.findOwner(source, interfaceName);
    const twin = port && this.#speakers.get(formatInstance({ interface: port.interfaceName, family, vrid }));
    if (twin === undefined) return false;
    const later = this.speakers.indexOf(twin) > this.speakers.indexOf(hearer) ? twin : hearer;
    later.reportClash(source);
    later.block("vrid_clash");
    return true;
  }

  /** The kernel's word of it, and a reading that finds it no more, may both come. */
  #gone(port: Port): void {
    if (this.#gonePorts.has(port)) return;
    this.#gonePorts.add(port);
    for (const speaker of port.speakers) speaker.block("interface_gone");
    this.#onInterfaceGone?.(port.interfaceName);
  }
}
