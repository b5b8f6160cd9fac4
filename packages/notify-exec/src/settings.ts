/**
 * Which scripts are run for whom: from the command line for one virtual router, from a file for many.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { type Args, ExitCode, ExitError, parseDurationUs, readJsonConfig, wrongConfig } from "@viptools/cli";
import { findUntrustedSettings } from "@viptools/kernel";
import * as v from "valibot";
import type { Call, GroupNaming, Naming, Word } from "./keepalived-words.ts";

const text = (about: string) => v.pipe(v.string(), v.nonEmpty(), v.description(about));
const argv = (about: string) =>
  v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.description(`${about}: program and arguments`)));
const scripts = {
  notify: argv("at each change; keepalived's four words are added"),
  notify_master: argv("before it, becoming Active"),
  notify_backup: argv("before it, becoming Backup"),
  notify_fault: argv("before it, when this host cannot take part"),
  notify_stop: argv("before it, when the elector ends"),
};
const configSchema = v.strictObject({
  user: v.optional(text("who runs the scripts [this process's user]")),
  instances: v.pipe(
    v.array(
      v.strictObject({
        instance: v.optional(text("interface/family/VRID; without it, all that no other entry names")),
        name: v.optional(text("what scripts are told; the instance without it")),
        ...scripts,
      }),
    ),
    v.minLength(1),
  ),
  groups: v.optional(
    v.array(
      v.strictObject({
        name: text("of the sync group"),
        members: v.pipe(v.array(text("instance")), v.minLength(1)),
        ...scripts,
      }),
    ),
  ),
});

type ScriptKey = "notify" | "notify_master" | "notify_backup" | "notify_fault" | "notify_stop";
/** Programs with their arguments. */
export type Scripts = { readonly [K in ScriptKey]?: readonly string[] | undefined };
type Config = v.InferOutput<typeof configSchema>;

export interface Settings {
  readonly instances: readonly (Naming & Scripts)[];
  readonly groups: readonly (GroupNaming & Scripts)[];
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly timeoutMs: number;
  readonly queueMax: number;
}

const KEYS: Readonly<Record<Word, ScriptKey>> = {
  MASTER: "notify_master",
  BACKUP: "notify_backup",
  FAULT: "notify_fault",
  STOP: "notify_stop",
};
const QUEUE_MAX = 10_000;
const TIMEOUT_MAX_MS = 24 * 3_600_000;

/** @throws {ExitError} usage, noFile or configuration. */
export function readSettings(args: Args): Settings {
  const path = args.text("config");
  const config = path === undefined ? readOptions(args) : readFile(path, args);
  return {
    instances: config.instances,
    groups: config.groups ?? [],
    user: readUser(args.text("user") ?? config.user),
    timeoutMs: readTimeoutMs(args),
    queueMax: args.integer("queue", 1, QUEUE_MAX)!,
  };
}

/** A timer has no more than 24 days. */
function readTimeoutMs(args: Args): number {
  const ms = args.parsed("timeout", parseDurationUs)! / 1000;
  if (ms >= 1 && ms <= TIMEOUT_MAX_MS) return ms;
  throw new ExitError(ExitCode.usage, `--timeout is ${args.text("timeout")}: needs 1ms to 24h`);
}

const OPTIONS = ["notify", "notify-master", "notify-backup", "notify-fault", "notify-stop"] as const;

/** As keepalived, a command is cut at blanks. */
function readOptions(args: Args): Config {
  const given = OPTIONS.flatMap((name) => {
    const words = args.text(name)?.split(/\s+/).filter(Boolean) ?? [];
    return words.length === 0 ? [] : [[name.replace("-", "_"), words]];
  });
  if (given.length === 0)
    throw new ExitError(ExitCode.usage, "no script is given: needs --notify, or --config FILE");
  const naming = { instance: args.text("instance"), name: args.text("name") };
  return { instances: [{ ...naming, ...Object.fromEntries(given) }] };
}

function readFile(path: string, args: Args): Config {
  const beside = [...OPTIONS, "instance", "name"].find((name) => args.isGiven(name));
  if (beside !== undefined)
    throw new ExitError(ExitCode.usage, `--${beside} is given beside --config: the file says it`);
  const config = readJsonConfig(path, configSchema);
  // It names programs and their arguments: /bin/sh is anybody's program.
  const fault = findUntrustedSettings(path);
  if (fault !== undefined)
    throw new ExitError(ExitCode.configuration, `${fault}, and root would run the scripts in ${path}`);
  const known = new Set(config.instances.map(({ instance }) => instance));
  const mistakes = (config.groups ?? []).flatMap(({ members }, n) =>
    members
      .filter((member) => !known.has(member) && !known.has(undefined))
      .map((member) => `groups[${n}].members has ${member}: no instance is called so`),
  );
  if (known.size < config.instances.length) mistakes.push("instances has one twice");
  if (mistakes.length > 0) throw wrongConfig(path, mistakes);
  return config;
}

function readUser(name: string | undefined): Settings["user"] {
  if (name === undefined) return undefined;
  const ask = (what: string): number =>
    Number(execFileSync("id", [what, "--", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: ask("-u"), gid: ask("-g") };
  } catch {
    throw new ExitError(ExitCode.configuration, `there is no user "${name}" here`);
  }
}

/** @returns the commands of a call, in keepalived's order. */
export function commandsOf({ instances, groups }: Settings, call: Call): string[][] {
  const scripts =
    call.kind === "GROUP"
      ? groups.find(({ name }) => name === call.name)
      : (instances.find((one) => one.instance === call.instance) ??
        instances.find((one) => one.instance === undefined));
  const specific = scripts?.[KEYS[call.word]];
  const general = scripts?.notify;
  const words = [call.kind, call.name, call.word, String(call.priority)];
  return [
    ...(specific === undefined ? [] : [[...specific]]),
    ...(general === undefined ? [] : [[...general, ...words]]),
  ];
}

/** @returns every program that may be run. */
export function programsOf({ instances, groups }: Settings): string[] {
  const all = [...instances, ...groups].flatMap((scripts) =>
    (["notify", ...Object.values(KEYS)] as const).flatMap((key) => scripts[key]?.[0] ?? []),
  );
  return [...new Set(all)];
}
