/**
 * `vmac-ctl follow`: owns what the records say, while their leases run.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, Follower, needNoOtherThanFile } from "@viptools/cli";
import { Alarm, KernelError, monotonicUs, type NftMessage, readBootId } from "@viptools/kernel";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { AckFile } from "./ack-file.ts";
import { probeFirst } from "./address-probe.ts";
import { mistakeIn } from "./claim-check.ts";
import { type FollowOptions, readFollowOptions } from "./follow-options.ts";
import { FollowedInstance } from "./followed-instance.ts";
import { KeepalivedTable } from "./keepalived-table.ts";
import { exitCodeOf, explainKernel } from "./kernel-exit.ts";
import { type Claim, type OwnerAction, OwnerTable } from "./owner-table.ts";
import { Ownership } from "./ownership.ts";
import { type Mode, modeOf } from "./plan.ts";
import { Sentinel } from "./sentinel.ts";
import { Turns } from "./turns.ts";
import { Workbench } from "./workbench.ts";

/** Follows standard input to its end, then gives everything back. @returns the exit code. */
export async function follow(context: Context): Promise<ExitCode> {
  const options = readFollowOptions(context.args);
  if (options.ackPath !== undefined) await needNoOtherThanFile(options.ackPath);
  const house = new House(context, options);
  try {
    return await house.run();
  } finally {
    await house.giveAllBack();
  }
}

/** All virtual routers of one pipe. */
class House {
  readonly #context: Context;
  readonly #options: FollowOptions;
  readonly #bench = new Workbench();
  readonly #table: OwnerTable;
  readonly #keepalived: KeepalivedTable;
  readonly #instances = new Map<string, FollowedInstance>();
  readonly #soundVips = new Map<string, string>();
  readonly #acks: AckFile | undefined;
  readonly #alarm = new Alarm(() => this.#carryOut(this.#table.tick(monotonicUs())));
  readonly #follower: Follower;
  readonly #turns = new Turns();
  #sentinel: Sentinel | undefined;

  constructor(context: Context, options: FollowOptions) {
    this.#context = context;
    this.#options = options;
    const { interfaces, keepalived, ackPath } = options;
    this.#table = new OwnerTable({
      bootId: readBootId(),
      ...(interfaces === undefined ? {} : { interfaces }),
    });
    this.#keepalived = new KeepalivedTable(keepalived);
    if (ackPath !== undefined) this.#acks = new AckFile(context, ackPath);
    this.#follower = new Follower({ context, onRecord: (record) => this.#obey(record) });
  }

  async run(): Promise<ExitCode> {
    this.#sayWhatIsWeaker();
    if (this.#context.args.flag("realtime")) this.#context.askForRealTime();
    this.#context.count(() => ({
      ...prefixed(this.#table.ignored()),
      ...prefixed(this.#keepalived.ignored()),
      netlink_overruns: this.#sentinel?.overruns ?? 0,
    }));
    // What is loaded at its first use takes longer than a short lease lasts.
    this.#bench.route.links();
    const { guard, settings } = this.#options;
    this.#sentinel = new Sentinel(this.#bench, () => [...this.#instances.values()], {
      hasRules: guard !== undefined || settings.mode === "rewrite",
      hasForwarding: settings.mode === "rewrite",
    });
    return await this.#follower.follow();
  }

  #sayWhatIsWeaker(): void {
    const { guard, hasLifetimes, isFencedStandby, keepalived } = this.#options;
    const context = this.#context;
    if (guard === undefined && !hasLifetimes)
      context.say("no fence: if this process is frozen or killed, the host goes on answering for the VIPs");
    if (keepalived.size > 0)
      context.say(
        "keepalived's words carry no lease: nothing mutes this host if keepalived or this is frozen",
      );
    if (isFencedStandby)
      context.say("fenced standby: the VIPs are local to the processes of this host, also as Backup");
  }

  /** The second half of rule 3: when the input has ended, nothing stays. */
  async giveAllBack(): Promise<void> {
    this.#alarm.close();
    this.#sentinel?.close();
    await Promise.all([...this.#instances.values()].map((instance) => instance.end()));
    this.#bench.close();
  }

  #obey(record: KnownRecord): void {
    if (record.type === "vrrp.state" && !this.#isSound(record)) return;
    const actions =
      record.type === "keepalived.state"
        ? this.#keepalived.obey(record)
        : this.#table.obey(record, monotonicUs());
    this.#carryOut(actions);
  }

  /** The same VIPs are looked at once: a thousand take longer than to become Active may. */
  #isSound(record: RecordOf<"vrrp.state">): boolean {
    // Nobody acts on it, and such names are without number.
    if (this.#table.isForeign(record)) return true;
    const vips = record.vips.join(" ");
    if (this.#soundVips.get(record.instance) === vips) return true;
    const mistake = mistakeIn(record);
    if (mistake === undefined) this.#soundVips.set(record.instance, vips);
    else this.#context.report("bad_record", `record ${record.seq} of ${record.tool} is skipped: ${mistake}`);
    return mistake === undefined;
  }

  /** What all virtual routers of a record are permitted is one transaction. */
  #carryOut(actions: readonly OwnerAction[]): void {
    const messages: NftMessage[] = [];
    const touched: FollowedInstance[] = [];
    for (const action of actions) {
      const { instance } = action.claim;
      if (action.type === "prepare") {
        this.#instances.set(instance, this.#open(action.claim));
        continue;
      }
      const followed = this.#instances.get(instance)!;
      messages.push(...followed.perform(action));
      touched.push(followed);
    }
    if (this.#commit(messages)) for (const followed of touched) followed.confirm();
    else for (const followed of touched) followed.permitAlone();
    this.#alarm.set(this.#table.deadlineUs());
  }

  /** @returns false if the kernel refused: one of many may be the reason. */
  #commit(messages: readonly NftMessage[]): boolean {
    if (messages.length === 0) return true;
    try {
      this.#bench.nft.commit(messages, "Cannot give permission");
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return false;
    }
  }

  #open(claim: Claim): FollowedInstance {
    const { guard, hasLifetimes, isFencedStandby, drainUs, repairsMax, settings, isProbing } = this.#options;
    const fail = (error: unknown): void => this.#fail(claim.instance, error);
    return new FollowedInstance({
      context: this.#context,
      claim,
      guard: claim.isLeased ? guard : undefined,
      hasLifetimes: hasLifetimes && claim.isLeased,
      isFencedStandby: isFencedStandby && claim.isLeased,
      drainUs,
      repairsMax,
      open: () => {
        refuseWithoutMac(claim, settings.mode);
        if (isProbing && modeOf(claim, settings) === "address") refuseProbing(claim);
        return new Ownership(this.#bench, claim, settings);
      },
      turn: () => this.#turns.next(),
      probe: async (ownership) => {
        if (isProbing) await probeFirst(ownership.plan);
      },
      commit: (messages) => this.#bench.nft.commit(messages, "Cannot give permission"),
      onReceiving: (epoch) => this.#acks?.note(claim.instance, epoch),
      fail,
    });
  }

  /** A host that cannot act must not go on advertising: the end of this process travels up the pipe (S9). */
  #fail(instance: string, error: unknown): void {
    const { code, message, more } = explainKernel(error);
    this.#context.say(message);
    this.#context.write({ type: "vmac.error", instance, code, message, ...more });
    this.#follower.fail(exitCodeOf(error));
  }
}

/** @throws {ExitError} usage. */
function refuseProbing({ instance }: Claim): void {
  throw new ExitError(
    ExitCode.usage,
    `${instance} has no virtual MAC, so the host that hands over would answer --probe-first: leave that out`,
  );
}

/** @throws {ExitError} usage. */
function refuseWithoutMac({ instance, vmac }: Claim, mode: Mode | undefined): void {
  if (mode === undefined || mode === "address" || vmac !== null) return;
  throw new ExitError(
    ExitCode.usage,
    `${instance} has no virtual MAC, and --mode is ${mode}: needs --mode address, or an elector without --no-vmac`,
  );
}

function prefixed(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([why, n]) => [`ignored_${why}`, n]));
}
