/**
 * All virtual routers of this process: one timer, one watch on the kernel's links and addresses, sync groups, and what
 * health checks and people ask of them.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { Alarm, type LinkEvent, LinkMonitor, monotonicUs, RouteSocket, readBootId } from "@viptools/kernel";
import type { RecordOf } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import { AckFiles } from "./ack-files.ts";
import { Deadlines } from "./deadlines.ts";
import { LeaseDesk } from "./lease-desk.ts";
import { readPassword } from "./password.ts";
import { Port } from "./port.ts";
import type { RouterOptions } from "./router-options.ts";
import { Speaker } from "./speaker.ts";
import { coordinate } from "./sync-group.ts";
import { TrackBook } from "./track-book.ts";

export interface StationOptions {
  readonly context: Context;
  /** Checks that must be heard. */
  readonly expectedChecks: readonly string[];
  readonly trackTimeoutUs: number | undefined;
}

export class Station {
  readonly desk: LeaseDesk;
  readonly #options: StationOptions;
  readonly #bootId = readBootId();
  readonly #ports = new Map<string, Port>();
  readonly #speakers = new Map<string, Speaker>();
  readonly #deadlines = new Deadlines<Speaker>();
  readonly #alarm = new Alarm(() => this.#ring());
  readonly #route = new RouteSocket();
  readonly #monitor: LinkMonitor;
  readonly #book: TrackBook;
  readonly #acks = new AckFiles((instance, epoch) => this.#acknowledge(instance, epoch));
  #onIdle: (() => void) | undefined;
  #onInterfaceGone: ((interfaceName: string) => void) | undefined;
  #hasHeardChecks = false;
  #isHeard = false;
  #isReading = false;
  #mustReadAgain = false;
  #isRinging = false;

  constructor(options: StationOptions) {
    this.#options = options;
    this.desk = new LeaseDesk(options.context, this.#bootId);
    this.#book = new TrackBook(options.trackTimeoutUs, options.expectedChecks, monotonicUs());
    this.#monitor = new LinkMonitor((event) => this.#hearKernel(event));
  }

  get speakers(): readonly Speaker[] {
    return [...this.#speakers.values()];
  }

  get hasHeardChecks(): boolean {
    return this.#hasHeardChecks;
  }

  /** Interfaces that can carry nothing now. */
  idleInterfaces(): string[] {
    return [...this.#ports.values()].filter((port) => !port.isRunning).map((port) => port.interfaceName);
  }

  /** @param gone called when an interface was deleted. */
  onInterfaceGone(gone: (interfaceName: string) => void): void {
    this.#onInterfaceGone = gone;
  }

  /** Adds virtual routers, and lets them begin when the kernel has told all about their interfaces. */
  async add(routers: readonly RouterOptions[]): Promise<void> {
    const fresh = routers.map((router) => this.#create(router));
    await this.#readKernel();
    for (const speaker of fresh) {
      speaker.track(this.#book.effectOn(speaker.options.track));
      speaker.begin();
    }
  }

  /** The settings were read again: what is the same goes on, what is changed goes on changed. */
  async reload(routers: readonly RouterOptions[]): Promise<void> {
    const wanted = new Map(routers.map((router) => [router.instance, router]));
    for (const [instance, speaker] of this.#speakers) {
      const router = wanted.get(instance);
      if (router === undefined) this.#retire(instance, speaker, "reload");
      else if (isLive(router, speaker.options)) speaker.reconfigure(router, readPassword(router));
      else this.#retire(instance, speaker, "reload");
    }
    await this.add(routers.filter(({ instance }) => !this.#speakers.has(instance)));
  }

  /** Somebody reads what we write: from now on a virtual router may become Active. */
  readerIsThere(): void {
    this.#isHeard = true;
    for (const speaker of this.speakers) speaker.holdChanged();
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
      this.#onIdle = resolve;
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
    const dropped = [...this.#ports.values()].reduce((sum, port) => sum + port.dropped(), 0);
    const late = Math.max(0, ...this.speakers.map(({ lateUs }) => lateUs));
    return { ...sums, capture_dropped: dropped, advert_late_max_us: Math.round(late) };
  }

  close(): void {
    this.#alarm.close();
    this.#monitor.close();
    for (const port of this.#ports.values()) port.close();
    this.#acks.close();
    this.#route.close();
  }

  #create(router: RouterOptions): Speaker {
    const speaker = new Speaker(router, readPassword(router), {
      context: this.#options.context,
      bootId: this.#bootId,
      port: this.#portOf(router.interfaceName),
      desk: this.desk,
      isHeard: () => this.#isHeard,
      onMoved: (moved, hasChanged) => this.#moved(moved, hasChanged),
      onLooped: (hearer, source) => this.#refuseLoop(hearer, source),
    });
    this.#speakers.set(router.instance, speaker);
    this.#portOf(router.interfaceName).add(speaker);
    if (router.ackFile !== undefined) this.#acks.watch(router.ackFile);
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
    const port = this.#portOf(speaker.options.interfaceName);
    port.remove(speaker);
    if (port.speakers.length > 0) return;
    port.close();
    this.#ports.delete(port.interfaceName);
  }

  #portOf(interfaceName: string): Port {
    const known = this.#ports.get(interfaceName);
    if (known !== undefined) return known;
    const port = new Port(interfaceName, this.#options.context.needInterface(interfaceName));
    this.#ports.set(interfaceName, port);
    return port;
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
      for (const port of this.#ports.values()) port.drain();
      const drainedUs = monotonicUs();
      for (const speaker of this.#deadlines.due(drainedUs)) speaker.ring(drainedUs);
    }
    this.#isRinging = false;
    this.desk.flush();
    this.#alarm.set(this.#deadlines.next());
  }

  #moved(speaker: Speaker, hasChanged: boolean): void {
    const before = this.#deadlines.next();
    this.#deadlines.set(speaker, speaker.deadlineUs);
    const next = this.#deadlines.next();
    if (!this.#isRinging && next !== before) this.#alarm.set(next);
    const { syncGroup, interfaceName } = speaker.options;
    if (syncGroup !== undefined) this.#coordinate(syncGroup);
    if (!hasChanged) return;
    this.#ports.get(interfaceName)?.watchOwnMacs();
    if (this.#onIdle !== undefined && this.#isIdle()) this.#onIdle();
  }

  #coordinate(syncGroup: string): void {
    const members = this.speakers.filter(({ options }) => options.syncGroup === syncGroup);
    const orders = coordinate(members.map(({ state }) => state));
    members.forEach((member, n) => {
      const order = orders[n];
      if (order !== undefined) member.order(order, "sync_group");
    });
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
    const port = [...this.#ports.values()].find(
      (other) => other.interfaceName !== interfaceName && other.owns(source),
    );
    const twin = port && this.#speakers.get(`${port.interfaceName}/${family}/${vrid}`);
    if (twin === undefined) return false;
    const later = this.speakers.indexOf(twin) > this.speakers.indexOf(hearer) ? twin : hearer;
    later.reportClash(source);
    later.block("vrid_clash");
    return true;
  }

  #hearKernel(event: LinkEvent): void {
    if (event.type === "overrun") void this.#readKernel();
    else if (event.type === "link") this.#hearLink(event);
    else if (this.#portAt(event.address.ifindex) !== undefined) void this.#readKernel();
  }

  #hearLink({ link, isDeleted }: Extract<LinkEvent, { type: "link" }>): void {
    const port = this.#portAt(link.index);
    if (port === undefined) return;
    if (!isDeleted) port.setLink(link);
    else this.#gone(port);
  }

  #gone(port: Port): void {
    for (const speaker of port.speakers) speaker.block("interface_gone");
    this.#onInterfaceGone?.(port.interfaceName);
  }

  #portAt(ifindex: number): Port | undefined {
    return [...this.#ports.values()].find((port) => port.ifindex === ifindex);
  }

  /** The kernel's order decides which address is primary, so one change means reading all; a storm is read once. */
  async #readKernel(): Promise<void> {
    this.#mustReadAgain = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#mustReadAgain) {
      this.#mustReadAgain = false;
      const links = await this.#route.links();
      const addresses = [...(await this.#route.allAddresses(4)), ...(await this.#route.allAddresses(6))];
      for (const port of this.#ports.values()) {
        const link = links.find(({ index }) => index === port.ifindex);
        if (link === undefined) this.#gone(port);
        else port.setLink(link);
        port.setAddresses(addresses.filter(({ ifindex }) => ifindex === port.ifindex));
      }
    }
    this.#isReading = false;
  }
}

/** True if the running virtual router can take these settings on without starting again. */
function isLive(fresh: RouterOptions, running: RouterOptions): boolean {
  const fixed = ({ version, vmac, peers, source, minTtl, authFile, syncGroup }: RouterOptions): string =>
    JSON.stringify([version, vmac, peers, source, minTtl, authFile, syncGroup]);
  return fixed(fresh) === fixed(running);
}

/** @throws {ExitError} noInterface, or usage where the priority does not fit who owns the addresses. */
export async function checkAgainstHost(context: Context, routers: readonly RouterOptions[]): Promise<void> {
  const route = new RouteSocket();
  try {
    for (const router of routers) {
      const found = await route.addresses(context.needInterface(router.interfaceName), router.family);
      checkAddresses(
        router,
        found.map(({ address }) => address),
      );
    }
  } finally {
    route.close();
  }
}

function checkAddresses(router: RouterOptions, addresses: readonly IpAddress[]): void {
  const { vips, priority, interfaceName, family, source, peers } = router;
  const own = vips.filter((vip) => addresses.includes(vip.address));
  if (own.length > 0 && priority !== 255) {
    throw new ExitError(
      ExitCode.usage,
      `${own[0]!.address} is an address of ${interfaceName} itself: its owner needs --priority 255 (RFC 9568 §5.2.4)`,
    );
  }
  if (own.length < vips.length && priority === 255)
    throw new ExitError(
      ExitCode.usage,
      "--priority 255 is for the owner of all the addresses: needs 1 to 254",
    );
  if (source !== undefined && !addresses.includes(source))
    throw new ExitError(ExitCode.usage, `--source ${source} is no address of ${interfaceName}`);
  const mustBeLocal = family === 6 && peers.length === 0;
  if (addresses.some((address) => !mustBeLocal || address.startsWith("fe80:"))) return;
  throw new ExitError(
    ExitCode.noInterface,
    `${interfaceName} has no ${mustBeLocal ? "IPv6 link-local" : `IPv${family}`} address: adverts need one as their source`,
  );
}
