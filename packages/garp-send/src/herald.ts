/**
 * Announces address owners while it may speak of them, and again when somebody says otherwise.
 *
 * Where leases come by, nothing is announced without a lease that runs: a frozen and thawed process must not speak of
 * what it owned once. What was due meanwhile is sent with the next lease: a busy machine must not lose it.
 *
 * @module
 */
import { type Context, parseDurationUs } from "@viptools/cli";
import { Alarm, findInterface, KernelError, monotonicNs, monotonicUs } from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import type { Mac } from "@viptools/wire";
import { Announcer, type Burst } from "./announcer.ts";
import type { LeaseBook } from "./lease-book.ts";
import { Pacing } from "./pacing.ts";
import { type Announcing, isContested } from "./repair-cause.ts";
import { isIpv6Router } from "./router-flag.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";
import { RATE_MAX } from "./settings.ts";
import { type Owner, TargetBook } from "./target-book.ts";
import type { Volley } from "./volley.ts";

/** A full queue is looked at again after this, for a second. */
const QUEUE_WAIT_US = 1000;
const QUEUE_TRIES = 1000;

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

/** A round on its way: for its pace, or for room in the queue. */
interface Outgoing {
  readonly burst: Burst;
  readonly volley: Volley;
  readonly startNs: bigint;
  nextUs: number;
  /** How often in a row the queue was full. */
  tries: number;
}

interface Announced extends Subject, Announcing {
  readonly key: string;
  readonly schedule: Schedule;
  outgoing: Outgoing | undefined;
}

export class Herald {
  readonly #context: Context;
  readonly #leases: LeaseBook;
  readonly #scheduleOptions: ScheduleOptions;
  readonly #rate: number | undefined;
  readonly #targets = new TargetBook();
  readonly #announced = new Map<string, Announced>();
  readonly #announcers = new Map<string, Announcer>();
  readonly #pacings = new Map<string, Pacing>();
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
    const { addresses } = this.#targets.of(key, ownerOf(subject));
    this.stop(key);
    this.#announced.set(key, { ...subject, key, addresses, schedule, outgoing: undefined });
    schedule.begin(monotonicUs());
    this.sendDue();
  }

  stop(key: string): void {
    const announced = this.#announced.get(key);
    if (announced === undefined) return;
    const { outgoing, schedule } = announced;
    if (outgoing !== undefined) this.#counts.cancelled += outgoing.volley.left;
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
    const announcer = this.#announcerOf(announced, nowUs);
    if (announcer === undefined) return;
    announced.outgoing ??= this.#open(announced, announcer, nowUs);
    const { outgoing } = announced;
    if (outgoing === undefined || !this.#advance(announced.parent, outgoing, nowUs)) return;
    announced.outgoing = undefined;
    const { burst, volley, startNs } = outgoing;
    const tally = announcer.tell(burst, volley, startNs, announced.instance);
    for (const [name, count] of Object.entries(tally)) this.#counts[name as keyof typeof tally] += count;
  }

  #open(announced: Announced, announcer: Announcer, nowUs: number): Outgoing | undefined {
    const round = announced.schedule.take(nowUs);
    if (round === undefined) return undefined;
    const load = this.#targets.load(announced.key, ownerOf(announced), round.forms);
    const burst = { n: round.n, ...load };
    return { burst, volley: announcer.load(burst), startNs: monotonicNs(), nextUs: nowUs, tries: 0 };
  }

  /** Sends what may leave now. @returns whether that is all. */
  #advance(parent: string, outgoing: Outgoing, nowUs: number): boolean {
    const { volley } = outgoing;
    const pacing = this.#pacingOf(parent, nowUs);
    const hadRoom = volley.advance(pacing === undefined ? volley.left : pacing.take(nowUs, volley.left));
    outgoing.tries = hadRoom ? 0 : outgoing.tries + 1;
    outgoing.nextUs = hadRoom && pacing !== undefined ? pacing.nextUs : nowUs + QUEUE_WAIT_US;
    return volley.left === 0 || outgoing.tries >= QUEUE_TRIES;
  }

  #mayAnnounce({ instance }: Announced, nowUs: number): boolean {
    return instance === undefined || this.#leases.allows(instance, nowUs);
  }

  /** When it has something to send; Infinity for never. */
  #deadlineUs({ outgoing, schedule }: Announced): number {
    return outgoing?.nextUs ?? schedule.deadlineUs() ?? Number.POSITIVE_INFINITY;
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

  #pacingOf(parent: string, nowUs: number): Pacing | undefined {
    if (this.#rate === undefined) return undefined;
    const known = this.#pacings.get(parent);
    if (known !== undefined) return known;
    const pacing = new Pacing(this.#rate);
    pacing.begin(nowUs);
    this.#pacings.set(parent, pacing);
    return pacing;
  }

  /** @returns undefined if there is nothing to send, or no interface any more, or no right to speak there, which is said. */
  #announcerOf(announced: Announced, nowUs: number): Announcer | undefined {
    const { parent, outgoing, schedule } = announced;
    if (this.#deadlineUs(announced) > nowUs) return undefined;
    const known = this.#announcers.get(parent);
    const ifindex = findInterface(parent);
    if (known !== undefined && known.ifindex === ifindex) return known;
    // What was to leave on an interface that is gone is not for the next one of its name.
    if (outgoing !== undefined) this.#counts.cancelled += outgoing.volley.left;
    announced.outgoing = undefined;
    known?.close();
    this.#announcers.delete(parent);
    try {
      if (ifindex === undefined) throw new KernelError("ENODEV", `Cannot find interface ${parent}`);
      const announcer = new Announcer(parent, ifindex, (body, moment) => this.#context.write(body, moment));
      this.#announcers.set(parent, announcer);
      return announcer;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      schedule.take(nowUs);
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
