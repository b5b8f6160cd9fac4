/**
 * `garp-send --follow`: announces what vmac-ctl has taken, and stops when it is taken away.
 *
 * Where leases come by, nothing is announced without a lease that runs: a frozen and thawed process must not speak of
 * what it owned once.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, Follower, parseDurationUs } from "@viptools/cli";
import { Alarm, findInterface, KernelError, monotonicUs, readBootId } from "@viptools/kernel";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import { Announcer } from "./announcer.ts";
import { LeaseBook } from "./lease-book.ts";
import { encodeReports } from "./membership.ts";
import type { Target } from "./round.ts";
import { isIpv6Router } from "./router-flag.ts";
import { Schedule } from "./schedule.ts";

/** What only a single announcement takes. */
const ONE_SHOT = [
  "interface",
  "count",
  "interval",
  "mac",
  "unsolicited",
  "reply",
  "quiet",
  "router",
  "force",
] as const;

/** One address owner that is announced. */
interface Announced {
  readonly instance: string;
  readonly parent: string;
  /** Where its addresses stand. */
  readonly interface: string;
  /** In address mode the kernel reports by itself, from the NIC's MAC, which no fence mutes. */
  readonly hasReports: boolean;
  readonly mac: Mac;
  readonly addresses: readonly IpAddress[];
  readonly schedule: Schedule;
}

/** Follows standard input to its end. @returns the exit code. */
export async function follow(context: Context): Promise<ExitCode> {
  const { args } = context;
  const extra = args.words.length > 0 ? args.words[0] : ONE_SHOT.find((name) => args.isGiven(name));
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
  readonly #announced = new Map<string, Announced>();
  readonly #announcers = new Map<string, Announcer>();
  readonly #alarm = new Alarm(() => this.#sendDue());
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
        return;
      case "vmac.up":
        this.#begin(record);
        return;
      case "vmac.down":
      case "vmac.fenced":
        this.#stop(record.instance);
        return;
      case "vrrp.state":
        if (record.state !== "active") this.#stop(record.instance);
        return;
      default:
        return;
    }
  }

  #begin(record: RecordOf<"vmac.up">): void {
    const { args } = this.#context;
    const schedule = new Schedule({
      againAfterUs: args.parsed("again-after", parseDurationUs)!,
      refreshUs: args.parsed("refresh", parseDurationUs)!,
    });
    const addresses = record.vips.map((vip) => vip.split("/")[0]!);
    const { instance, parent, mac } = record;
    this.#announced.set(instance, {
      instance,
      parent,
      interface: record.interface,
      hasReports: record.mode === "macvlan",
      mac,
      addresses,
      schedule,
    });
    schedule.begin(monotonicUs());
    this.#sendDue();
  }

  #stop(instance: string): void {
    this.#announced.get(instance)?.schedule.cancel();
    this.#announced.delete(instance);
    this.#setAlarm();
  }

  #sendDue(): void {
    const nowUs = monotonicUs();
    for (const announced of this.#announced.values()) this.#sendRounds(announced, nowUs);
    this.#setAlarm();
  }

  #sendRounds(announced: Announced, nowUs: number): void {
    const { instance, parent, schedule } = announced;
    for (const round of schedule.take(nowUs)) {
      const announcer = this.#leases.allows(instance, monotonicUs()) ? this.#announcerOf(parent) : undefined;
      if (announcer === undefined) {
        this.#counts.withheld += 1;
        continue;
      }
      const tally = announcer.send(round, targetsOf(announced), reportsOf(announced), instance);
      this.#counts.sent += tally.sent;
      this.#counts.reports += tally.reports;
      this.#counts.fenced += tally.fenced;
      this.#counts.failed += tally.failed;
    }
  }

  #setAlarm(): void {
    const deadlines = [...this.#announced.values()].flatMap(({ schedule }) => schedule.deadlineUs() ?? []);
    this.#alarm.set(deadlines.length === 0 ? undefined : Math.min(...deadlines));
  }

  /** @returns undefined, and says why, if there is no such interface any more or no right to speak there. */
  #announcerOf(parent: string): Announcer | undefined {
    const known = this.#announcers.get(parent);
    if (known !== undefined) return known;
    try {
      const ifindex = findInterface(parent);
      if (ifindex === undefined) throw new KernelError("ENODEV", `Cannot find interface ${parent}`);
      const announcer = new Announcer(parent, ifindex, (body) => this.#context.write(body));
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
function targetsOf(announced: Announced): Target[] {
  const { addresses, mac } = announced;
  const isRouter = addresses.some((address) => familyOf(address) === 6) && isIpv6Router(announced.interface);
  return addresses.map((address) => ({ address, mac, isRouter }));
}

function reportsOf({ hasReports, addresses, mac }: Announced): Uint8Array[] {
  return hasReports ? encodeReports(addresses, mac) : [];
}
