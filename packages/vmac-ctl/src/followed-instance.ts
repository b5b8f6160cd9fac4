/**
 * One virtual router of a pipe: what the records want of it, and what the kernel has confirmed.
 *
 * Muting and permitting happen at once, when the record is read. Building and taking down are queued behind one another;
 * when their turn comes they look at what is wanted by then.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { KernelError, monotonicUs } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import type { Claim, OwnerAction } from "./owner-table.ts";
import type { Done, Ownership } from "./ownership.ts";

export interface FollowedInstanceOptions {
  readonly context: Context;
  readonly claim: Claim;
  readonly withFence: boolean;
  /** @throws what keeps this host from owning it. */
  readonly open: () => Ownership;
  /** Told once for each epoch, when packets to the VIPs come in. */
  readonly onReceiving: (epoch: number) => void;
  /** Told once what ended it. */
  readonly fail: (error: unknown) => void;
}

type Verb = "vmac.up" | "vmac.prepared" | "vmac.down" | "vmac.fenced";
/** Records stay below the size of an atomic write. */
const CHANGES_MAX = 64;
const NOTHING: Done = { changes: [], tookUs: 0 };

export class FollowedInstance {
  readonly #options: FollowedInstanceOptions;
  #claim: Claim;
  #ownership: Ownership | undefined;
  #queue: Promise<void>;
  /** Until when this host should own it; 0 if it should not. */
  #wantedUntilUs = 0;
  #mayVoice = true;
  /** It should be there, muted, ahead of being owned. */
  #isBuiltAhead = false;
  /** What was built and not told yet. */
  #built: Done = NOTHING;
  #isUp = false;
  #toldEpoch = -1;
  #hasFailed = false;

  constructor(options: FollowedInstanceOptions) {
    this.#options = options;
    this.#claim = options.claim;
    this.#queue = this.#guard(() => this.#prepare());
  }

  perform(action: OwnerAction): void {
    if (this.#hasFailed) return;
    this.#claim = action.claim;
    switch (action.type) {
      case "own":
      case "serve":
        this.#refresh(action.untilUs, action.type === "own");
        return;
      case "lapse":
        this.#lapse();
        return;
      case "release":
        this.#release();
        return;
      case "build":
        this.#build();
        return;
      case "prepare":
        return;
    }
  }

  /** Gives everything back and lets go of it. */
  async end(): Promise<void> {
    this.#release();
    await this.#queue;
    this.#ownership?.close();
  }

  /** In `own` and `serve`: extends the permission, or builds first. */
  #refresh(untilUs: number, mayVoice: boolean): void {
    const isFirst = this.#wantedUntilUs === 0;
    this.#wantedUntilUs = untilUs;
    this.#mayVoice = mayVoice;
    this.#isBuiltAhead = false;
    const startUs = monotonicUs();
    if (!this.#ownership?.isTaken) {
      if (isFirst) this.#enqueue(() => this.#take(startUs));
      return;
    }
    if (this.#ownership.hasOtherVips(this.#claim)) this.#enqueue(() => this.#change(startUs));
    this.#permit(startUs);
  }

  /** Only behind a fence: without one, a Backup that has the address would answer for it (S2). */
  #build(): void {
    if (!this.#options.withFence || this.#wantedUntilUs > 0) return;
    this.#isBuiltAhead = true;
    const startUs = monotonicUs();
    this.#enqueue(() => this.#take(startUs));
  }

  #permit(startUs: number): void {
    try {
      this.#ownership!.permitUntil(this.#wantedUntilUs, this.#mayVoice);
    } catch (error) {
      this.#hasFailed = true;
      this.#options.fail(error);
      return;
    }
    if (this.#toldEpoch !== this.#claim.epoch) {
      this.#toldEpoch = this.#claim.epoch;
      this.#options.onReceiving(this.#toldEpoch);
    }
    if (this.#isUp || !this.#mayVoice || monotonicUs() >= this.#wantedUntilUs) return;
    this.#isUp = true;
    this.#write("vmac.up", { ...this.#built, tookUs: monotonicUs() - startUs });
    this.#built = NOTHING;
  }

  /** The kernel has muted us; what was built stays, and speaks again with the next lease. */
  #lapse(): void {
    this.#wantedUntilUs = 0;
    if (!this.#isUp) return;
    if (!this.#options.withFence) {
      this.#release();
      return;
    }
    this.#isUp = false;
    this.#write("vmac.fenced", { changes: [], tookUs: 0 });
  }

  #release(): void {
    const startUs = monotonicUs();
    this.#wantedUntilUs = 0;
    this.#isBuiltAhead = false;
    this.#isUp = false;
    if (this.#ownership?.isTaken) this.#ownership.mute();
    this.#enqueue(() => this.#giveBack(startUs));
  }

  async #prepare(): Promise<void> {
    const { context, open, withFence } = this.#options;
    this.#ownership = open();
    const removed = await this.#ownership.prepare(withFence, false);
    if (removed.length > 0)
      context.say(`removed what a dead owner of ${this.#claim.instance} left: ${removed.join(", ")}`);
  }

  async #take(startUs: number): Promise<void> {
    const ownership = this.#ownership!;
    if (this.#wantedUntilUs === 0 && !this.#isBuiltAhead) return;
    if (!ownership.isTaken) {
      if (ownership.hasOtherVips(this.#claim)) await ownership.adopt(this.#claim);
      this.#built = await ownership.take();
      if (this.#isBuiltAhead) this.#write("vmac.prepared", this.#built);
    }
    if (this.#wantedUntilUs > 0) this.#permit(startUs);
  }

  /** The same virtual router with other addresses: those that stay are not touched. */
  async #change(startUs: number): Promise<void> {
    const ownership = this.#ownership!;
    if (!ownership.isTaken || !ownership.hasOtherVips(this.#claim)) return;
    const { changes } = await ownership.change(this.#claim);
    if (this.#isUp) this.#write("vmac.up", { changes, tookUs: monotonicUs() - startUs });
  }

  async #giveBack(startUs: number): Promise<void> {
    if (this.#wantedUntilUs > 0 || this.#isBuiltAhead || !this.#ownership?.isTaken) return;
    const { changes } = await this.#ownership.giveBack();
    this.#built = NOTHING;
    this.#write("vmac.down", { changes, tookUs: monotonicUs() - startUs });
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(() => this.#guard(work));
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    if (this.#hasFailed && !this.#ownership?.isTaken) return;
    try {
      await work();
    } catch (error) {
      this.#hasFailed = true;
      this.#options.fail(explain(error));
    }
  }

  #write(type: Verb, { changes, tookUs }: Done): void {
    const ownership = this.#ownership!;
    const record: RecordBody = {
      type,
      instance: this.#claim.instance,
      epoch: this.#claim.epoch,
      mode: "macvlan",
      interface: ownership.interfaceName,
      parent: this.#claim.parent,
      mac: ownership.vmac,
      vips: [...this.#claim.vips],
      took_us: tookUs,
      changes: abridged(changes),
    };
    this.#options.context.write(record);
  }
}

/** @returns what a record has room for; the journal has all. */
export function abridged(changes: readonly string[]): string[] {
  const left = changes.length - CHANGES_MAX;
  return left > 0 ? [...changes.slice(0, CHANGES_MAX), `and ${left} more`] : [...changes];
}

/** Where the fence cannot be had, the way out is named. */
function explain(error: unknown): unknown {
  const isFence = error instanceof KernelError && error.message.startsWith("Cannot load the fence");
  if (!isFence || error.code === "EPERM") return error;
  return new KernelError(
    error.code,
    "Cannot load the fence: needs nftables with egress (Linux 5.16); --fence none goes without one",
  );
}
