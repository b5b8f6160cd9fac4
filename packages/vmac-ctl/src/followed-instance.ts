/**
 * One virtual router of a pipe: what the records want of it, and what the kernel has confirmed.
 *
 * Muting and permitting happen at once, when the record is read. Building, repairing and taking down are queued behind
 * one another; when their turn comes they look at what is wanted by then.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { KernelError, monotonicUs, type NftMessage } from "@viptools/kernel";
import type { Guard } from "./kernel-fence.ts";
import { LifetimeGate } from "./lifetime-gate.ts";
import { type OwnerVerb, ownerRecord } from "./owner-record.ts";
import type { Claim, OwnerAction } from "./owner-table.ts";
import type { Done, Ownership } from "./ownership.ts";
import { Upkeep } from "./upkeep.ts";
import { WorkQueue } from "./work-queue.ts";

export interface FollowedInstanceOptions {
  readonly context: Context;
  readonly claim: Claim;
  /** Of the fence; undefined for none. */
  readonly guard: Guard | undefined;
  /** Addresses end with the lease: what fences where there is no nf_tables, and only long leases. */
  readonly hasLifetimes: boolean;
  /** Link and addresses stay, muted, while another host is Active. */
  readonly isFencedStandby: boolean;
  /** Address mode: how long to go on serving after another host became Active. */
  readonly drainUs: number;
  /** How often in a row it is put right again. */
  readonly repairsMax: number;
  /** @throws what keeps this host from owning it. */
  readonly open: () => Ownership;
  /** Until none of the others has the loop: to prepare many takes longer than a short lease lasts. */
  readonly turn: () => Promise<void>;
  /** Asked before the first claim. @throws if somebody has an address already. */
  readonly probe: (ownership: Ownership) => Promise<void>;
  /** Commits at once. @throws {KernelError} if the kernel refuses it. */
  readonly commit: (messages: readonly NftMessage[]) => void;
  /** Told once for each epoch, when packets to the VIPs come in. */
  readonly onReceiving: (epoch: number) => void;
  /** Told once what ended it. */
  readonly fail: (error: unknown) => void;
}

const NOTHING: Done = { changes: [], tookUs: 0 };

export class FollowedInstance {
  readonly #options: FollowedInstanceOptions;
  readonly #queue: WorkQueue;
  readonly #upkeep: Upkeep;
  readonly #lifetimes: LifetimeGate;
  #claim: Claim;
  #ownership: Ownership | undefined;
  /** Until when this host should own it; 0 if it should not. */
  #wantedUntilUs = 0;
  #mayVoice = true;
  /** It should be there, muted, ahead of being owned. */
  #isBuiltAhead: boolean;
  /** Until when it serves on though another host is Active; 0 if it does not. */
  #drainUntilUs = 0;
  /** When the record was read that is being obeyed. */
  #startUs = 0;
  /** What was built and not told yet. */
  #built: Done = NOTHING;
  #isUp = false;
  #toldEpoch = -1;
  #isEnding = false;
  #hasFailed = false;

  constructor(options: FollowedInstanceOptions) {
    this.#options = options;
    this.#claim = options.claim;
    this.#lifetimes = new LifetimeGate(options.claim.instance);
    this.#isBuiltAhead = options.isFencedStandby;
    this.#queue = new WorkQueue(
      () => !this.#hasFailed || this.#ownership?.isTaken === true,
      (error) => this.#failWith(error),
    );
    this.#upkeep = new Upkeep({
      instance: options.claim.instance,
      queue: this.#queue,
      repairsMax: options.repairsMax,
      inspect: () => (this.#ownership?.isTaken ? this.#ownership.inspect() : []),
      onRepaired: (done, found) => this.#onRepaired(done, found),
    });
    this.#queue.add(() => this.#prepare());
    if (this.#isBuiltAhead) this.#enqueueTake();
  }

  get ownership(): Ownership | undefined {
    return this.#ownership;
  }

  /** @returns what has to be committed before {@link confirm}. */
  perform(action: OwnerAction): NftMessage[] {
    if (this.#hasFailed) return [];
    this.#claim = action.claim;
    this.#startUs = monotonicUs();
    try {
      return this.#obey(action);
    } catch (error) {
      this.#failWith(error);
      return [];
    }
  }

  #obey(action: OwnerAction): NftMessage[] {
    switch (action.type) {
      case "own":
      case "serve":
        return this.#refresh(action.untilUs, action.type === "own");
      case "lapse":
        this.#lapse();
        return [];
      case "release":
        this.#release();
        return [];
      case "build":
        this.#build();
        return [];
      case "prepare":
        return [];
    }
  }

  /** The kernel has taken what {@link perform} asked for. */
  confirm(): void {
    if (this.#hasFailed || this.#wantedUntilUs === 0 || !this.#ownership?.isTaken) return;
    // A process that was frozen between reading the clock and here has just given what had run out.
    if (monotonicUs() >= this.#wantedUntilUs) {
      this.#ownership.mute();
      return;
    }
    if (this.#toldEpoch !== this.#claim.epoch) {
      this.#toldEpoch = this.#claim.epoch;
      this.#options.onReceiving(this.#toldEpoch);
    }
    if (this.#isUp || !this.#mayVoice) return;
    this.#isUp = true;
    this.#write("vmac.up", { ...this.#built, tookUs: monotonicUs() - this.#startUs });
    this.#built = NOTHING;
  }

  /** Commits again what is permitted now, by itself: after a common transaction was refused, or rules were loaded anew. */
  permitAlone(): void {
    if (this.#hasFailed || !this.#ownership?.isTaken || this.#wantedUntilUs === 0) return;
    try {
      this.#permitOrReload(this.#ownership);
    } catch (error) {
      this.#failWith(error);
    }
  }

  /** Rules that are gone are loaded again first, once. */
  #permitOrReload(ownership: Ownership): void {
    const messages = (): NftMessage[] => ownership.permission(this.#wantedUntilUs, this.#mayVoice);
    try {
      this.#options.commit(messages());
    } catch (error) {
      if (!(error instanceof KernelError && error.code === "ENOENT")) throw error;
      ownership.fence?.load();
      this.#options.commit(messages());
      this.lookSoon();
    }
    this.confirm();
  }

  /** Something has happened to it that may have to be put right. */
  lookSoon(): void {
    if (!this.#hasFailed && this.#ownership?.isTaken) this.#upkeep.lookSoon();
  }

  /** Gives everything back and lets go of it. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#release();
    await this.#queue.idle();
    const drainMs = (this.#drainUntilUs - monotonicUs()) / 1000;
    if (drainMs > 0 && !this.#hasFailed) await new Promise((resolve) => setTimeout(resolve, drainMs));
    this.#drainUntilUs = 0;
    this.#queue.add(() => this.#giveBack());
    await this.#queue.idle();
    this.#ownership?.close();
  }

  /** In `own` and `serve`: extends the permission, or builds first. */
  #refresh(untilUs: number, mayVoice: boolean): NftMessage[] {
    // Lifetimes cannot tell serving from speaking: who settles or leaves keeps what it has.
    if (this.#options.hasLifetimes && !(mayVoice && this.#bound(untilUs))) return [];
    const isFirst = this.#wantedUntilUs === 0;
    this.#wantedUntilUs = untilUs;
    this.#mayVoice = mayVoice;
    this.#drainUntilUs = 0;
    if (!this.#options.isFencedStandby) this.#isBuiltAhead = false;
    if (!this.#ownership?.isTaken) {
      if (isFirst) this.#enqueueTake();
      return [];
    }
    if (this.#ownership.differsFrom(this.#claim)) this.#queue.add(() => this.#change());
    return this.#ownership.permission(untilUs, mayVoice);
  }

  /** @returns false for a lease that is too short for a lifetime. @throws {KernelError} ERANGE, if they all are. */
  #bound(untilUs: number): boolean {
    if (!this.#lifetimes.accepts(untilUs - monotonicUs())) return false;
    this.#queue.add(async () => {
      this.#ownership!.bound(untilUs);
      if (this.#ownership!.isTaken) await this.#ownership!.extend();
    });
    return true;
  }

  /** Only behind a fence: without one, a Backup that has the address would answer for it (S2). */
  #build(): void {
    if (this.#options.guard === undefined || this.#wantedUntilUs > 0) return;
    this.#isBuiltAhead = true;
    this.#enqueueTake();
  }

  /** The kernel has muted us; what was built stays, and speaks again with the next lease. */
  #lapse(): void {
    this.#wantedUntilUs = 0;
    if (!this.#isUp) return;
    if (this.#options.guard === undefined) {
      this.#release();
      return;
    }
    this.#isUp = false;
    this.#write("vmac.fenced", NOTHING);
  }

  #release(): void {
    const wasUp = this.#isUp;
    this.#wantedUntilUs = 0;
    this.#isBuiltAhead = this.#options.isFencedStandby && !this.#isEnding;
    this.#isUp = false;
    const ownership = this.#ownership;
    if (ownership?.isTaken) {
      if (wasUp && this.#mayDrain(ownership)) this.#drain(ownership);
      else if (this.#drainUntilUs === 0) ownership.mute();
    }
    if (this.#isBuiltAhead && wasUp) this.#write("vmac.down", NOTHING);
    this.#queue.add(() => this.#giveBack());
  }

  /** Only the fence can take the voice alone. A virtual MAC needs no draining: it moves with the first advert. */
  #mayDrain({ plan }: Ownership): boolean {
    return plan.mode === "address" && this.#options.guard !== undefined && this.#options.drainUs > 0;
  }

  /** Those whose caches still name this host are served a while longer; new ones are not told. */
  #drain(ownership: Ownership): void {
    const { drainUs, commit } = this.#options;
    this.#drainUntilUs = monotonicUs() + drainUs;
    commit(ownership.permission(this.#drainUntilUs, false));
    setTimeout(() => this.#queue.add(() => this.#giveBack()), drainUs / 1000 + 1).unref();
  }

  async #prepare(): Promise<void> {
    const { context, open, turn, guard } = this.#options;
    await turn();
    this.#ownership = open();
    const removed = await this.#ownership.prepare(guard, false);
    if (removed.length > 0)
      context.say(`removed what a dead owner of ${this.#claim.instance} left: ${removed.join(", ")}`);
  }

  #enqueueTake(): void {
    this.#startUs = monotonicUs();
    this.#queue.add(() => this.#take());
  }

  async #take(): Promise<void> {
    const ownership = this.#ownership!;
    if (this.#wantedUntilUs === 0 && !this.#isBuiltAhead) return;
    if (!ownership.isTaken) {
      if (ownership.differsFrom(this.#claim)) ownership.adopt(this.#claim);
      await this.#options.probe(ownership);
      this.#built = await ownership.take();
      if (this.#isBuiltAhead) this.#write("vmac.prepared", this.#built);
    }
    if (this.#wantedUntilUs > 0) this.#permitOrReload(ownership);
  }

  /** The same virtual router with other addresses, of which those that stay are not touched, or with another MAC. */
  async #change(): Promise<void> {
    const ownership = this.#ownership!;
    if (!ownership.isTaken || !ownership.differsFrom(this.#claim)) return;
    if (ownership.needsAnother(this.#claim)) {
      await ownership.giveBack();
      this.#isUp = false;
      await this.#take();
      return;
    }
    const done = await ownership.change(this.#claim);
    if (this.#isUp) this.#write("vmac.up", done);
  }

  async #giveBack(): Promise<void> {
    const isWanted = this.#wantedUntilUs > 0 || this.#isBuiltAhead || monotonicUs() < this.#drainUntilUs;
    if (isWanted || !this.#ownership?.isTaken) return;
    this.#drainUntilUs = 0;
    const { changes, tookUs } = await this.#ownership.giveBack();
    this.#built = NOTHING;
    this.#write("vmac.down", { changes, tookUs });
  }

  /** Rules that were loaded anew hold no permission. */
  #onRepaired(done: Done, found: readonly string[]): void {
    if (this.#wantedUntilUs > 0) this.#permitOrReload(this.#ownership!);
    this.#write("vmac.repaired", done, found);
  }

  #failWith(error: unknown): void {
    const isFirst = !this.#hasFailed;
    this.#hasFailed = true;
    if (isFirst) this.#options.fail(error);
  }

  #write(type: OwnerVerb, done: Done, found: readonly string[] = []): void {
    this.#options.context.write(ownerRecord(type, this.#claim, this.#ownership!.plan, done, found));
  }
}
