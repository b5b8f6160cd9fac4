/**
 * Announces address owners while it may speak of them, and again when somebody says otherwise.
 *
 * Where leases come by, nothing is announced without a lease that runs: a frozen and thawed process must not speak of
 * what it owned once. What was due meanwhile is sent with the next lease: a busy machine must not lose it.
 *
 * @module
 */
import { type Context, parseDurationUs } from "@viptools/cli";
import { Alarm, findInterface, KernelError, monotonicUs } from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import type { Mac } from "@viptools/wire";
import { Announcer, type OutgoingRound, openRound } from "./announcer.ts";
import { FramePace } from "./frame-pace.ts";
import type { LeaseBook } from "./lease-book.ts";
import { RATE_MAX } from "./options.ts";
import { type Announcing, isContested } from "./repair-cause.ts";
import { isIpv6Router } from "./router-flag.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";
import { addressOf, type Owner, TargetBook } from "./target-book.ts";

/** Who shall be announced. */
export interface Subject {
  /** Whose lease has to run, and what rounds are told of; undefined where there are neither. */
  readonly instance: string | undefined;
  readonly parent: string;
  /** Where its addresses stand: it is an IPv6 router if this one forwards. */
  readonly interface: string;
  readonly hasReports: boolean;
  readonly mac: Mac;
  /** Each ADDRESS/LEN. */
  readonly vips: readonly string[];
}

interface Announced extends Subject, Announcing {
  readonly key: string;
  readonly schedule: Schedule;
  /** A round that waits for its pace. */
  outgoing: OutgoingRound | undefined;
}

export class Herald {
  readonly #context: Context;
  readonly #leases: LeaseBook;
  readonly #scheduleOptions: ScheduleOptions;
  readonly #rate: number | undefined;
  readonly #targets = new TargetBook();
  readonly #announced = new Map<string, Announced>();
  readonly #announcers = new Map<string, Announcer>();
  readonly #paces = new Map<string, FramePace>();
  readonly #alarm = new Alarm(() => this.sendDue());
  /** Something is due, or will be, whose lease has run out. */
  #isWithholding = false;
  readonly #counts = {
    sent: 0,
    reports: 0,
    fenced: 0,
    failed: 0,
    withheld: 0,
    cancelled: 0,
    repairs: 0,
    repairs_merged: 0,
  };

  constructor(context: Context, leases: LeaseBook) {
    const { args } = context;
    this.#context = context;
    this.#leases = leases;
    this.#rate = args.integer("rate", 1, RATE_MAX);
    this.#scheduleOptions = {
      againAfterUs: args.parsed("again-after", parseDurationUs)!,
      againEveryUs: args.parsed("again-every", parseDurationUs)!,
      refreshUs: args.parsed("refresh", parseDurationUs)!,
    };
  }

  counters(): Record<string, number> {
    return { ...this.#counts };
  }

  close(): void {
    this.#alarm.close();
    for (const key of this.#announced.keys()) this.stop(key);
    for (const announcer of this.#announcers.values()) announcer.close();
  }

  /** Encodes what {@link begin} will need. */
  prepare(key: string, subject: Omit<Subject, "instance" | "parent">): void {
    this.#targets.prepare(key, ownerOf(subject));
  }

  has(key: string): boolean {
    return this.#announced.has(key);
  }

  /** Announces from now on; who is announced already, from the beginning. */
  begin(key: string, subject: Subject): void {
    const schedule = new Schedule(this.#scheduleOptions);
    const addresses = new Set(subject.vips.map(addressOf));
    this.stop(key);
    this.#announced.set(key, { ...subject, key, addresses, schedule, outgoing: undefined });
    schedule.begin(monotonicUs());
    this.sendDue();
  }

  stop(key: string): void {
    const announced = this.#announced.get(key);
    if (announced === undefined) return;
    const { outgoing, schedule } = announced;
    if (outgoing !== undefined) this.#counts.cancelled += outgoing.length - outgoing.next;
    schedule.cancel();
    this.#announced.delete(key);
    this.#setAlarm();
  }

  /** A lease may have begun. */
  wake(): void {
    if (this.#isWithholding) this.sendDue();
  }

  /** Says again what a record shows to be in doubt. */
  repair(record: KnownRecord): void {
    const contested = [...this.#announced.values()].filter((announced) => isContested(record, announced));
    for (const { schedule } of contested) {
      if (schedule.repair(monotonicUs())) this.#counts.repairs += 1;
      else this.#counts.repairs_merged += 1;
    }
    if (contested.length > 0) this.sendDue();
  }

  sendDue(): void {
    for (const announced of this.#announced.values()) this.#sendRounds(announced);
    this.#setAlarm();
  }

  #sendRounds(announced: Announced): void {
    const nowUs = monotonicUs();
    if (!this.#mayAnnounce(announced, nowUs)) {
      if (this.#deadlineUs(announced) <= nowUs) this.#counts.withheld += 1;
      return;
    }
    const pace = this.#paceOf(announced.parent);
    announced.outgoing ??= this.#openRound(announced, nowUs);
    const { outgoing, parent } = announced;
    if (outgoing === undefined) return;
    const announcer = this.#announcerOf(parent);
    if (announcer === undefined) {
      announced.outgoing = undefined;
      return;
    }
    pace.spend(announcer.advance(outgoing, pace.allowance(nowUs)), nowUs);
    if (outgoing.next < outgoing.length) return;
    announced.outgoing = undefined;
    for (const [name, count] of Object.entries(outgoing.tally))
      this.#counts[name as keyof typeof outgoing.tally] += count;
  }

  #openRound({ key, schedule, instance, ...where }: Announced, nowUs: number): OutgoingRound | undefined {
    const round = schedule.take(nowUs);
    if (round === undefined) return undefined;
    const { targets, reports } = this.#targets.of(key, ownerOf(where));
    return openRound(round, targets, reports, instance);
  }

  #mayAnnounce({ instance }: Announced, nowUs: number): boolean {
    return instance === undefined || this.#leases.allows(instance, nowUs);
  }

  /** When it has something to send; Infinity for never. */
  #deadlineUs({ outgoing, parent, schedule }: Announced): number {
    if (outgoing !== undefined) return this.#paceOf(parent).nextUs;
    return schedule.deadlineUs() ?? Number.POSITIVE_INFINITY;
  }

  /** What is without a lease is not waited for: the next one wakes it. */
  #setAlarm(): void {
    const nowUs = monotonicUs();
    const all = [...this.#announced.values()].filter((one) => this.#deadlineUs(one) < Infinity);
    const leased = all.filter((one) => this.#mayAnnounce(one, nowUs));
    this.#isWithholding = leased.length < all.length;
    const atUs = Math.min(...leased.map((one) => this.#deadlineUs(one)));
    this.#alarm.set(atUs === Infinity ? undefined : atUs);
  }

  #paceOf(parent: string): FramePace {
    const pace = this.#paces.get(parent) ?? new FramePace(this.#rate);
    this.#paces.set(parent, pace);
    return pace;
  }

  /** @returns undefined, and says why, if there is no such interface any more or no right to speak there. */
  #announcerOf(parent: string): Announcer | undefined {
    const known = this.#announcers.get(parent);
    const ifindex = findInterface(parent);
    if (known !== undefined && known.ifindex === ifindex) return known;
    try {
      known?.close();
      this.#announcers.delete(parent);
      if (ifindex === undefined) throw new KernelError("ENODEV", `Cannot find interface ${parent}`);
      const announcer = new Announcer(parent, ifindex, (body, moment) => this.#context.write(body, moment));
      this.#announcers.set(parent, announcer);
      return announcer;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#context.report(error.code, `${error.message}: ${parent} is not announced on`);
      return undefined;
    }
  }
}

/** The router flag is that of this moment: forwarding may be switched on after the address was taken. */
function ownerOf(where: Pick<Subject, "interface" | "mac" | "vips" | "hasReports">): Owner {
  const { mac, vips, hasReports } = where;
  const isRouter = vips.some((vip) => vip.includes(":")) && isIpv6Router(where.interface);
  return { mac, vips, isRouter, hasReports };
}
