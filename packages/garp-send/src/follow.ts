/**
 * `garp-send --follow`: announces what vmac-ctl has taken, and stops when it is taken away.
 *
 * Where leases come by, nothing is announced without a lease that runs: a frozen and thawed process must not speak of
 * what it owned once. What was due meanwhile is sent with the next lease: a busy machine must not lose it.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, Follower, parseDurationUs } from "@viptools/cli";
import { Alarm, findInterface, KernelError, monotonicUs, readBootId } from "@viptools/kernel";
import type { KnownRecord, RecordOf } from "@viptools/records";
import type { Mac } from "@viptools/wire";
import { Announcer } from "./announcer.ts";
import { LeaseBook } from "./lease-book.ts";
import { ON_THE_SPOT } from "./options.ts";
import { isIpv6Router } from "./router-flag.ts";
import { Schedule } from "./schedule.ts";
import { type Owner, TargetBook } from "./target-book.ts";

/** One address owner that is announced. */
interface Announced {
  readonly instance: string;
  readonly parent: string;
  /** Where its addresses stand. */
  readonly interface: string;
  readonly hasReports: boolean;
  readonly mac: Mac;
  readonly vips: readonly string[];
  readonly schedule: Schedule;
}

/** Follows standard input to its end. @returns the exit code. */
export async function follow(context: Context): Promise<ExitCode> {
  const { args } = context;
  const extra = args.words.length > 0 ? args.words[0] : ON_THE_SPOT.find((name) => args.isGiven(name));
  if (extra !== undefined)
    throw new ExitError(
      ExitCode.usage,
      `"${extra}" is given beside --follow: records say what is announced, and where`,
    );
  return await new Herald(context).run();
}

class Herald {
  readonly #context: Context;
  readonly #follower: Follower;
  readonly #leases = new LeaseBook(readBootId());
  readonly #targets = new TargetBook();
  readonly #announced = new Map<string, Announced>();
  readonly #announcers = new Map<string, Announcer>();
  readonly #alarm = new Alarm(() => this.#sendDue());
  /** Something is due, or will be, whose lease has run out. */
  #isWithholding = false;
  readonly #counts = { sent: 0, reports: 0, fenced: 0, failed: 0, withheld: 0 };

  constructor(context: Context) {
    this.#context = context;
    this.#follower = new Follower({ context, onRecord: (record) => this.#obey(record) });
  }

  async run(): Promise<ExitCode> {
    this.#context.count(() => this.#counts);
    const code = await this.#follower.follow();
    this.#alarm.close();
    for (const announcer of this.#announcers.values()) announcer.close();
    return code;
  }

  #obey(record: KnownRecord): void {
    switch (record.type) {
      case "vrrp.lease":
        this.#leases.note(record);
        if (this.#isWithholding) this.#sendDue();
        return;
      case "vmac.prepared":
        this.#targets.prepare(record.instance, ownerOf({ ...record, hasReports: hasReportsOf(record) }));
        return;
      case "vmac.up":
        this.#begin(record);
        return;
      case "vmac.repaired":
        // The NIC may have another MAC now, and a switch may have forgotten the virtual one.
        if (this.#announced.has(record.instance)) this.#begin(record);
        return;
      case "vmac.down":
      case "vmac.fenced":
        this.#stop(record.instance);
        return;
      case "vrrp.state":
        if (record.state !== "active") this.#standBy(record);
        return;
      default:
        return;
    }
  }

  #begin(record: RecordOf<"vmac.up"> | RecordOf<"vmac.repaired">): void {
    const { args } = this.#context;
    const schedule = new Schedule({
      againAfterUs: args.parsed("again-after", parseDurationUs)!,
      refreshUs: args.parsed("refresh", parseDurationUs)!,
    });
    const { instance, parent, mac, vips } = record;
    const hasReports = hasReportsOf(record);
    this.#announced.set(instance, {
      instance,
      parent,
      interface: record.interface,
      hasReports,
      mac,
      vips,
      schedule,
    });
    schedule.begin(monotonicUs());
    this.#sendDue();
  }

  /** Where the addresses will stand is not known yet; it forwards as the interface below it does. */
  #standBy(record: RecordOf<"vrrp.state">): void {
    const { instance, vmac: mac, vips } = record;
    this.#stop(instance);
    if (mac === null) return;
    const owner = ownerOf({ interface: record.interface, mac, vips, hasReports: true });
    this.#targets.prepare(instance, owner);
  }

  #stop(instance: string): void {
    this.#announced.get(instance)?.schedule.cancel();
    this.#announced.delete(instance);
    this.#setAlarm();
  }

  #sendDue(): void {
    for (const announced of this.#announced.values()) this.#sendRounds(announced);
    this.#setAlarm();
  }

  #sendRounds(announced: Announced): void {
    const { instance, parent, schedule } = announced;
    const nowUs = monotonicUs();
    if (!this.#leases.allows(instance, nowUs)) {
      if ((schedule.deadlineUs() ?? Number.POSITIVE_INFINITY) <= nowUs) this.#counts.withheld += 1;
      return;
    }
    for (const round of schedule.take(nowUs)) {
      const announcer = this.#announcerOf(parent);
      if (announcer === undefined) continue;
      const { targets, reports } = this.#targets.of(instance, ownerOf(announced));
      const tally = announcer.send(round, targets, reports, instance);
      this.#counts.sent += tally.sent;
      this.#counts.reports += tally.reports;
      this.#counts.fenced += tally.fenced;
      this.#counts.failed += tally.failed;
    }
  }

  /** What is without a lease is not waited for: the next one wakes it. */
  #setAlarm(): void {
    const nowUs = monotonicUs();
    const all = [...this.#announced.values()].filter(({ schedule }) => schedule.deadlineUs() !== undefined);
    const leased = all.filter(({ instance }) => this.#leases.allows(instance, nowUs));
    this.#isWithholding = leased.length < all.length;
    const deadlines = leased.map(({ schedule }) => schedule.deadlineUs()!);
    this.#alarm.set(deadlines.length === 0 ? undefined : Math.min(...deadlines));
  }

  /** @returns undefined, and says why, if there is no such interface any more or no right to speak there. */
  #announcerOf(parent: string): Announcer | undefined {
    const known = this.#announcers.get(parent);
    if (known !== undefined) return known;
    try {
      const ifindex = findInterface(parent);
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
function ownerOf(where: Pick<Announced, "interface" | "mac" | "vips" | "hasReports">): Owner {
  const { mac, vips, hasReports } = where;
  const isRouter = vips.some((vip) => vip.includes(":")) && isIpv6Router(where.interface);
  return { mac, vips, isRouter, hasReports };
}

/** In address mode the kernel reports by itself, from the NIC's MAC, which no fence mutes. */
function hasReportsOf({ mode }: Pick<RecordOf<"vmac.up">, "mode">): boolean {
  return mode === "macvlan";
}
