/**
 * notify-exec: runs keepalived's notify scripts for our election, from its records.
 *
 * @module
 */
import {
  type CommandSpec,
  type Context,
  ExitCode,
  ExitError,
  Follower,
  PIPE_OPTIONS,
  run,
} from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import { type Call, KeepalivedWords } from "./keepalived-words.ts";
import { Lane } from "./lane.ts";
import { dangerOf } from "./script-danger.ts";
import { runScript } from "./script-run.ts";
import { commandsOf, programsOf, readSettings, type Settings } from "./settings.ts";

export const SPEC: CommandSpec = {
  name: "notify-exec",
  summary: "run keepalived's notify scripts for the states that vrrp-elect writes",
  usage: "--notify COMMAND [--name NAME] | --config FILE",
  examples: [
    [
      "vrrp-elect … | notify-exec --name VI_1 --notify /etc/keepalived/notify.sh | vmac-ctl follow | garp-send --follow",
      "notify.sh INSTANCE VI_1 MASTER 150, in order, beside the pipe",
    ],
    ["… | notify-exec --config notify.json | …", "as keepalived-import writes it"],
  ],
  options: [
    { name: "notify", value: "COMMAND", about: "at each change, with kind, name, state and priority added" },
    { name: "notify-master", value: "COMMAND", about: "before it, when this host becomes Active" },
    { name: "notify-backup", value: "COMMAND", about: "before it, when it becomes Backup" },
    { name: "notify-fault", value: "COMMAND", about: "before it, when it cannot take part" },
    { name: "notify-stop", value: "COMMAND", about: "before it, when the elector ends" },
    { name: "instance", value: "ID", about: "only for this one, like eth0/4/51 [all]" },
    { name: "name", value: "NAME", about: "what scripts are told [the instance]" },
    { name: "config", value: "FILE", about: "names, groups and scripts of many" },
    { name: "timeout", value: "T", default: "30s", about: "how long a script may take" },
    {
      name: "queue",
      value: "N",
      default: "16",
      about: "states that may wait for a script; older ones give way",
    },
    { name: "user", value: "NAME", about: "who runs the scripts [this process's user]" },
    ...PIPE_OPTIONS,
  ],
  exits: [
    [65, "a line that is no record (--strict)"],
    [66, "no such file"],
    [78, "the configuration is wrong, or root would run what others may change"],
  ],
  records: ["tool.error", "tool.stats"],
};

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, follow, kernel, argv);
}

async function follow(context: Context): Promise<ExitCode> {
  const office = new Office(context, readSettings(context.args));
  const follower = new Follower({ context, onRecord: (record) => office.hear(record) });
  const code = await follower.follow();
  office.noteEnd();
  await context.endOutput();
  await office.finished();
  return code;
}

/** What a script is run for, and all that it is. */
interface Job {
  readonly call: Call;
  readonly commands: readonly (readonly string[])[];
}

/** One lane for each name: scripts of one never run side by side, and those of others do not wait for it. */
class Office {
  readonly #context: Context;
  readonly #settings: Settings;
  readonly #words: KeepalivedWords;
  readonly #lanes = new Map<string, Lane<Job>>();
  readonly #counters = { scripts_run: 0, scripts_failed: 0, states_skipped: 0 };
  #whenIdle: (() => void) | undefined;

  /** @throws {ExitError} configuration, if root would run what others may change. */
  constructor(context: Context, settings: Settings) {
    this.#context = context;
    this.#settings = settings;
    this.#words = new KeepalivedWords(settings.instances, settings.groups);
    const dangers = programsOf(settings).flatMap((program) => this.#dangerOf(program) ?? []);
    if (dangers.length > 0) throw new ExitError(ExitCode.configuration, dangers.join("\n"));
    context.count(() => this.#counters);
  }

  hear(record: KnownRecord): void {
    if (record.type !== "vrrp.state") return;
    for (const call of this.#words.hear(record)) this.#take(call);
  }

  /** Whoever decided is gone. */
  noteEnd(): void {
    for (const call of this.#words.end()) this.#take(call);
  }

  /** Waits for the scripts; of what is not begun in time only the last state is worth one. */
  async finished(): Promise<void> {
    if (this.#isIdle()) return;
    const timer = setTimeout(() => {
      for (const lane of this.#lanes.values()) this.#countSkipped(lane.keep(1));
    }, this.#settings.timeoutMs);
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    clearTimeout(timer);
  }

  #isIdle(): boolean {
    return [...this.#lanes.values()].every(({ isIdle }) => isIdle);
  }

  #take(call: Call): void {
    const commands = commandsOf(this.#settings, call);
    if (commands.length === 0) return;
    const key = `${call.kind} ${call.name}`;
    const lane = this.#lanes.get(key) ?? new Lane<Job>(this.#settings.queueMax);
    this.#lanes.set(key, lane);
    this.#countSkipped(lane.push({ call, commands }));
    void this.#work(lane);
  }

  async #work(lane: Lane<Job>): Promise<void> {
    for (let job = lane.begin(); job !== undefined; job = lane.begin()) {
      for (const command of job.commands) await this.#run(command, job.call);
      lane.done();
    }
    if (this.#isIdle()) this.#whenIdle?.();
  }

  async #run(command: readonly string[], { kind, name, word }: Call): Promise<void> {
    this.#counters.scripts_run += 1;
    const danger = this.#dangerOf(command[0]!);
    const problem = danger === undefined ? await runScript(command, this.#settings) : `is not run: ${danger}`;
    if (problem === undefined) return;
    this.#counters.scripts_failed += 1;
    this.#context.report("script", `${command[0]} for ${kind} ${name} ${word} ${problem}`);
  }

  #dangerOf(program: string): string | undefined {
    const { uid } = this.#settings.user ?? { uid: process.geteuid?.() };
    return dangerOf(program, uid === 0);
  }

  #countSkipped(jobs: readonly Job[]): void {
    this.#counters.states_skipped += jobs.length;
    for (const { call } of jobs)
      this.#context.say(`${call.kind} ${call.name} ${call.word} is skipped: its scripts are too slow`);
  }
}
