/**
 * `vmac-ctl follow`: owns what the records say, while their leases run.
 *
 * @module
 */
import { renameSync, writeFileSync } from "node:fs";
import { type Context, ExitCode, ExitError, Follower } from "@viptools/cli";
import { Alarm, KernelError, monotonicUs, NftSocket, RouteSocket, readBootId } from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import { FollowedInstance } from "./followed-instance.ts";
import { type OwnerAction, OwnerTable } from "./owner-table.ts";
import { Ownership } from "./ownership.ts";
import { RunDirectory } from "./run-directory.ts";

/** Follows standard input to its end, then gives everything back. @returns the exit code. */
export async function follow(context: Context): Promise<ExitCode> {
  const house = new House(context);
  try {
    return await house.run();
  } finally {
    await house.giveAllBack();
  }
}

/** All virtual routers of one pipe. */
class House {
  readonly #context: Context;
  readonly #runs = new RunDirectory();
  readonly #table = new OwnerTable(readBootId());
  readonly #instances = new Map<string, FollowedInstance>();
  /** The last epoch of each virtual router in which this host receives. */
  readonly #receiving = new Map<string, number>();
  #isAckDue = false;
  readonly #alarm = new Alarm(() => this.#carryOut(this.#table.tick(monotonicUs())));
  readonly #follower: Follower;

  constructor(context: Context) {
    this.#context = context;
    this.#follower = new Follower({ context, onRecord: (record) => this.#obey(record) });
  }

  async run(): Promise<ExitCode> {
    if (this.#context.args.text("fence") === "none") {
      this.#context.say(
        "no fence: if this process is frozen or killed, the host goes on answering for the VIPs",
      );
    }
    this.#context.count(() => this.#counters());
    await warmUp();
    return await this.#follower.follow();
  }

  /** The second half of rule 3: when the input has ended, nothing stays. */
  async giveAllBack(): Promise<void> {
    this.#alarm.close();
    await Promise.all([...this.#instances.values()].map((instance) => instance.end()));
    this.#runs.tidy();
  }

  #obey(record: KnownRecord): void {
    this.#carryOut(this.#table.obey(record, monotonicUs()));
  }

  #carryOut(actions: readonly OwnerAction[]): void {
    for (const action of actions) this.#perform(action);
    this.#alarm.set(this.#table.deadlineUs());
  }

  #perform(action: OwnerAction): void {
    if (action.type === "prepare") this.#instances.set(action.claim.instance, this.#open(action));
    else this.#instances.get(action.claim.instance)?.perform(action);
  }

  #open({ claim }: OwnerAction): FollowedInstance {
    return new FollowedInstance({
      context: this.#context,
      open: () => new Ownership(this.#runs, claim),
      withFence: this.#context.args.text("fence") !== "none",
      claim,
      onReceiving: (epoch) => this.#acknowledge(claim.instance, epoch),
      fail: (error) => this.#fail(claim.instance, error),
    });
  }

  /** All that began to receive in one turn are written once, after their records. */
  #acknowledge(instance: string, epoch: number): void {
    const path = this.#context.args.text("ack");
    if (path === undefined) return;
    this.#receiving.set(instance, epoch);
    if (this.#isAckDue) return;
    this.#isAckDue = true;
    setImmediate(() => this.#writeAcks(path));
  }

  /** Whole or not at all: the elector reads the file when it is renamed into its place. */
  #writeAcks(path: string): void {
    this.#isAckDue = false;
    const lines = [...this.#receiving].map(([name, number]) => `${name} ${number}\n`);
    try {
      writeFileSync(`${path}.new`, lines.join(""), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      this.#context.report("ack", `Cannot write ${path}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }

  /** A host that cannot act must not go on advertising: the end of this process travels up the pipe (S9). */
  #fail(instance: string, error: unknown): void {
    const isKnown = error instanceof ExitError || error instanceof KernelError;
    if (!isKnown) throw error;
    const code = error instanceof KernelError ? error.code : "EBUSY";
    const message = `${error.message}${code === "EPERM" ? ": CAP_NET_ADMIN is missing, run as root" : ""}`;
    this.#context.say(message);
    this.#context.write({ type: "vmac.error", instance, code, message });
    this.#follower.fail(error instanceof ExitError ? error.code : exitCodeOf(error));
  }

  #counters(): Record<string, number> {
    const ignored = Object.entries(this.#table.ignored()).map(([why, n]) => [`ignored_${why}`, n]);
    return Object.fromEntries(ignored);
  }
}

/** What is loaded at its first use takes longer than a short lease lasts: that is over before the first record is read. */
async function warmUp(): Promise<void> {
  const route = new RouteSocket();
  await route.links();
  route.close();
  new NftSocket().close();
}

function exitCodeOf(error: KernelError): ExitCode {
  if (error.code === "EPERM") return ExitCode.permission;
  if (error.code === "EADDRINUSE") return ExitCode.alreadyRunning;
  return error.code === "ENODEV" ? ExitCode.noInterface : ExitCode.kernel;
}
