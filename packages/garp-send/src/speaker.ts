/**
 * Sends the rounds of a run, one after the other, each when it is due.
 *
 * @module
 */
import { type Context, ExitCode } from "@viptools/cli";
import { monotonicNs, monotonicUs } from "@viptools/kernel";
import { type Mac, virtualMacOf } from "@viptools/wire";
import { Announcer } from "./announcer.ts";
import { fire } from "./firing.ts";
import { loadOf } from "./load.ts";
import { encodeReports } from "./membership.ts";
import { Pacing } from "./pacing.ts";
import type { Pauses } from "./pauses.ts";
import { announcementsOf, type Target } from "./round.ts";
import type { Manner, Settings } from "./settings.ts";
import { tagAs } from "./shape.ts";

export interface SpeakerOptions {
  readonly context: Context;
  readonly settings: Settings;
  readonly manner: Manner;
  readonly ifindex: number;
  readonly pauses: Pauses;
}

export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #announcer: Announcer;
  readonly #pacing: Pacing | undefined;
  /** What records have asked for while other rounds are under way. */
  #wanted: Target[] = [];
  #repairing: Promise<void> | undefined;
  readonly counts = { sent: 0, reports: 0, fenced: 0, failed: 0 };

  constructor(options: SpeakerOptions) {
    this.#options = options;
    const { context, settings, ifindex } = options;
    const isQuiet = context.args.flag("quiet");
    this.#announcer = new Announcer(settings.interfaceName, ifindex, (body, moment) => {
      if (!isQuiet) context.write(body, moment);
    });
    this.#pacing = settings.framesPerS === undefined ? undefined : new Pacing(settings.framesPerS);
  }

  /** Returns when the last round has left, or it is over. */
  async announce(targets: readonly Target[]): Promise<void> {
    const { pauses, manner, settings } = this.#options;
    const reports = reportsOf(targets, settings, manner);
    const startUs = monotonicUs();
    for (const { n, forms, afterUs, hasIpv6 } of manner.rounds()) {
      await pauses.until(startUs + afterUs);
      if (pauses.isOver) return;
      const burst = { n, ...loadOf(reports, announcementsOf(forms, targets, hasIpv6)) };
      const volley = this.#announcer.load(burst);
      const startNs = monotonicNs();
      await fire(volley, { pauses, pacing: this.#pacing });
      const tally = this.#announcer.tell(burst, volley, startNs);
      for (const name of ["sent", "reports", "fenced", "failed"] as const) this.counts[name] += tally[name];
    }
  }

  /** The same, as soon as what is under way has left. */
  repair(targets: readonly Target[]): void {
    if (targets.length === 0) return;
    this.#wanted.push(...targets);
    this.#repairing ??= this.#repairAll();
  }

  /** Returns when nothing is under way. */
  async idle(): Promise<void> {
    await this.#repairing;
  }

  /** Writes what is left to write. @returns the exit code. */
  async finish(): Promise<ExitCode> {
    const { context } = this.#options;
    await this.#announcer.finish(async () => await context.output.drain());
    const refused = this.counts.fenced + this.counts.failed;
    if (refused === 0) return ExitCode.done;
    context.say(`${refused} frames did not leave: the interface is down, or a fence mutes this host`);
    return ExitCode.kernel;
  }

  async #repairAll(): Promise<void> {
    while (this.#wanted.length > 0) await this.announce(this.#wanted.splice(0));
    this.#repairing = undefined;
  }
}

/** Of the NIC's MAC the kernel reports by itself, as of any that it has without a fence; one neighbour wants none. */
export function reportsOf(
  targets: readonly Target[],
  { mac, to }: Settings,
  { shape }: Manner,
): Uint8Array[] {
  if (!isVirtual6(mac) || to !== undefined) return [];
  const addresses = targets.map(({ address }) => address);
  return encodeReports(addresses, mac).map((report) => tagAs(shape, report));
}

function isVirtual6(mac: Mac | "auto"): mac is Mac {
  return mac !== "auto" && virtualMacOf(mac)?.family === 6;
}
