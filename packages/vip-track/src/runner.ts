/**
 * Runs one check again and again: each interval a run, never two at once, and each interval at least one record.
 *
 * @module
 */
import { monotonicUs } from "@viptools/kernel";
import { type Check, failed, type Outcome } from "./check.ts";
import type { CheckOptions } from "./check-options.ts";
import { type Health, initialHealth, judge } from "./health.ts";
import { firstDueUs, nextDue } from "./schedule.ts";
import { type LastRun, trackBody } from "./told.ts";

/** What a check is made of. */
export interface CheckPlan {
  readonly options: CheckOptions;
  readonly check: Check;
}

export interface RunnerWorld {
  /** From 0 to 1. */
  random(): number;
  /** @param isNews whether the record says something else than the one before. */
  write(body: ReturnType<typeof trackBody>, isNews: boolean): void;
  count(what: "runs" | "passed" | "failed" | "timed_out" | "still_running" | "skipped" | "changes"): void;
}

/** A timer that rings so late says that this process stood still: results may wait to be read. */
const STALL_US = 20_000;

/** One run of a check. */
interface Run {
  readonly end: AbortController;
  readonly startedUs: number;
  deadline: NodeJS.Timeout | undefined;
  /** Its time was over before it ended: it has failed, and goes on until it is gone. */
  isLate: boolean;
  /** What it finds is wanted no more. */
  isUnwanted: boolean;
}

export class Runner {
  readonly #world: RunnerWorld;
  #plan: CheckPlan;
  #health: Health;
  #last: LastRun;
  #run: Run | undefined;
  #settled: Promise<void> = Promise.resolve();
  #dueUs: number;
  #timer: NodeJS.Timeout | undefined;
  #told = "";

  /** Says that nothing is known yet, and runs for the first time soon. */
  constructor(plan: CheckPlan, world: RunnerWorld) {
    this.#plan = plan;
    this.#world = world;
    this.#health = initialHealth(plan.options.startsFailed);
    this.#tell();
    const nowUs = monotonicUs();
    this.#dueUs = firstDueUs(nowUs, plan.options.everyUs, world.random());
    this.#arm(nowUs);
  }

  get plan(): CheckPlan {
    return this.#plan;
  }

  get isOk(): boolean {
    return this.#health.state === "ok";
  }

  /** Goes on with another plan of the same name; what is believed stays. */
  replace(plan: CheckPlan): void {
    this.#dropRun();
    this.#plan = plan;
    const nowUs = monotonicUs();
    this.#dueUs = firstDueUs(nowUs, plan.options.everyUs, this.#world.random());
    this.#arm(nowUs);
  }

  /** Ends for good; what was started is gone when this is settled. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#dropRun();
    await this.#settled;
  }

  #arm(nowUs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, (this.#dueUs - nowUs) / 1000));
  }

  #ring(): void {
    const nowUs = monotonicUs();
    const { dueUs, skipped } = nextDue(this.#dueUs, nowUs, this.#plan.options.everyUs, this.#world.random());
    for (let n = 0; n < skipped; n += 1) this.#world.count("skipped");
    this.#dueUs = dueUs;
    this.#arm(nowUs);
    if (this.#run === undefined) this.#begin(nowUs);
    else this.#waitOn(this.#run, nowUs);
  }

  /** Each interval in which a late run is still not gone is one more failure. */
  #waitOn(run: Run, nowUs: number): void {
    this.#world.count("still_running");
    if (run.isLate) this.#conclude(failed("the run before is still not gone"), nowUs - run.startedUs);
    else this.#tell();
  }

  #begin(nowUs: number): void {
    const { check, options } = this.#plan;
    const end = new AbortController();
    const run: Run = { end, startedUs: nowUs, deadline: undefined, isLate: false, isUnwanted: false };
    this.#limit(run, options.timeoutUs, nowUs, true);
    this.#run = run;
    this.#world.count("runs");
    this.#settled = check(end.signal).then((outcome) => {
      clearTimeout(run.deadline);
      this.#run = undefined;
      if (!run.isLate && !run.isUnwanted) this.#conclude(outcome, monotonicUs() - run.startedUs);
    });
  }

  /** What has come in while this process stood still is read before the run is given up. */
  #limit(run: Run, timeoutUs: number, nowUs: number, mayGoOn: boolean): void {
    run.deadline = setTimeout(() => {
      const lateUs = monotonicUs() - nowUs - timeoutUs;
      if (mayGoOn && lateUs > STALL_US) this.#limit(run, Math.min(lateUs, timeoutUs), monotonicUs(), false);
      else this.#giveUp(run, this.#plan.options.timeoutUs);
    }, timeoutUs / 1000);
  }

  #giveUp(run: Run, timeoutUs: number): void {
    run.isLate = true;
    if (run.isUnwanted) return;
    this.#world.count("timed_out");
    this.#conclude(failed(`no result within ${timeoutUs / 1000} ms`), monotonicUs() - run.startedUs);
    run.end.abort();
  }

  #conclude(outcome: Outcome, tookUs: number): void {
    this.#last = { outcome, tookUs };
    this.#health = judge(this.#health, outcome.hasPassed, this.#plan.options);
    this.#world.count(outcome.hasPassed ? "passed" : "failed");
    this.#tell();
  }

  #tell(): void {
    const body = trackBody(this.#plan.options, this.#health, this.#last);
    const told = `${body.ok} ${body.weight}`;
    const isNews = told !== this.#told;
    if (isNews && this.#told !== "") this.#world.count("changes");
    this.#told = told;
    this.#world.write(body, isNews);
  }

  #dropRun(): void {
    if (this.#run === undefined) return;
    this.#run.isUnwanted = true;
    this.#run.end.abort();
  }
}
