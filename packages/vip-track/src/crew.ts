/**
 * All checks of the process: as many runners as the settings name.
 *
 * @module
 */
import type { Context, Counters } from "@viptools/cli";
import { type CheckPlan, Runner, type RunnerWorld } from "./runner.ts";

export class Crew {
  readonly #context: Context;
  readonly #runners = new Map<string, Runner>();
  readonly #counts: Record<Parameters<RunnerWorld["count"]>[0], number> = {
    runs: 0,
    passed: 0,
    failed: 0,
    timed_out: 0,
    still_running: 0,
    skipped: 0,
    changes: 0,
  };
  readonly #world: RunnerWorld;

  constructor(context: Context) {
    this.#context = context;
    this.#world = {
      random: Math.random,
      // People want to see what changes, and not each heartbeat.
      write: (body, isNews) => {
        if (isNews || !context.output.isHuman) context.write(body);
      },
      count: (what) => {
        this.#counts[what] += 1;
      },
    };
  }

  counters(): Counters {
    const ok = [...this.#runners.values()].filter((runner) => runner.isOk).length;
    return { checks: this.#runners.size, checks_ok: ok, ...this.#counts };
  }

  /** Those that stay the same go on untouched, those of a known name with what is believed of them. */
  take(plans: readonly CheckPlan[]): void {
    const wanted = new Map(plans.map((plan) => [plan.options.name, plan]));
    for (const [name, runner] of this.#runners) if (!wanted.has(name)) this.#dismiss(name, runner);
    for (const [name, plan] of wanted) {
      const runner = this.#runners.get(name);
      if (runner === undefined) this.#runners.set(name, new Runner(plan, this.#world));
      else if (!isSame(runner.plan, plan)) runner.replace(plan);
    }
  }

  /** @returns when all that was started is gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  /** A check that is gone must not count as one that has fallen silent. */
  #dismiss(name: string, runner: Runner): void {
    void runner.stop();
    this.#runners.delete(name);
    this.#context.write({ type: "track.state", name, ok: true, detail: "no check any more", is_last: true });
  }
}

function isSame(one: CheckPlan, other: CheckPlan): boolean {
  return JSON.stringify(one.options) === JSON.stringify(other.options);
}
