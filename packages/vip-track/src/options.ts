/**
 * The command line of vip-track: its table, and the check that it describes.
 *
 * @module
 */
import { type Args, type CommandSpec, ExitCode, ExitError, type OptionSpec } from "@viptools/cli";
import { type CheckOptions, toCheckOptions } from "./check-options.ts";
import { SettingError } from "./setting-error.ts";
import { type CheckSettings, RECORD_TYPES } from "./settings.ts";

const LOOK = "what is looked at, one of these or a command after --";
const DETAIL = "of some kinds";

/** Those of a single check; a configuration file says the same with `_` for `-`. */
const CHECK_OPTIONS: readonly OptionSpec[] = [
  { name: "tcp", value: "ADDRESS:PORT", about: "it accepts a connection", group: LOOK },
  {
    name: "http",
    value: "URL",
    about: "it answers with an expected status; has an address in it",
    group: LOOK,
  },
  { name: "link", value: "IF", about: "the interface is up, and has a carrier", group: LOOK },
  { name: "route", value: "NETWORK", about: "the main table has a route to it; or default", group: LOOK },
  { name: "file", value: "FILE", about: "its number is 0, or as --compare says, or a weight", group: LOOK },
  {
    name: "process",
    value: "PROGRAM",
    about: "it runs: its name, or the full path of its file",
    group: LOOK,
  },
  { name: "dns", value: "ADDRESS[:PORT]", about: "the name server answers --ask", group: LOOK },
  { name: "shell", value: "LINE", about: "/bin/sh runs it with exit code 0", group: LOOK },
  {
    name: "status",
    value: "LIST",
    about: "http: expected statuses, like 200,301-302 [200-399]",
    group: DETAIL,
  },
  { name: "host", value: "NAME", about: "http: name in the request and of the certificate", group: DETAIL },
  { name: "verify", default: "true", about: "http: check the certificate (--no-verify: any)", group: DETAIL },
  {
    name: "carrier",
    default: "true",
    about: "link: look at the carrier (--no-carrier: up is enough)",
    group: DETAIL,
  },
  { name: "via", value: "GATEWAY", about: "route: through this gateway", group: DETAIL },
  { name: "interface", letter: "I", value: "IF", about: "route: through this interface", group: DETAIL },
  { name: "compare", value: "TEST", about: 'file: what its number has to be, like "< 5"', group: DETAIL },
  { name: "count", value: "N[-M]", about: "process: how many [1 or more]", group: DETAIL },
  { name: "ask", value: "NAME", about: "dns: for which name", group: DETAIL },
  {
    name: "rrtype",
    value: "TYPE",
    choices: RECORD_TYPES,
    about: "dns: for which records [A]",
    group: DETAIL,
  },
  { name: "answer", value: "WORD", about: "dns: one of the answers has to be this", group: DETAIL },
  { name: "user", value: "USER", about: "command, shell: run as [who runs vip-track]", group: DETAIL },
  { name: "group", value: "GROUP", about: "command, shell: with this group [the user's]", group: DETAIL },
  { name: "name", value: "NAME", about: "what its records are called" },
  { name: "every", value: "T", about: "time between runs, 10ms to 1h [1s]" },
  { name: "timeout", value: "T", about: "a run that takes longer has failed [as long as --every]" },
  { name: "rise", value: "N", about: "successes in a row that end a failure [1]" },
  { name: "fall", value: "N", about: "failures in a row that are a failure [1]" },
  {
    name: "weight",
    value: "N",
    about: "-254 to 254, for the priority: positive while it passes, negative while it fails [none]",
  },
  { name: "init-fail", about: "start as failed: --rise successes are needed at the start, too" },
];

export const USUAL_COMMANDS_MAX = 64;

export const SPEC: CommandSpec = {
  name: "vip-track",
  summary: "run health checks again and again, and tell each interval how they are",
  usage: "--name NAME [--every T] WHAT | --name NAME -- COMMAND… | --config FILE",
  examples: [
    [
      "vip-track --name web --tcp 127.0.0.1:80 --every 1s --rise 2 --fall 3 | vrrp-elect -I eth0 --vrid 51 --track web 192.0.2.100",
      "a router that takes no part while its web server is away",
    ],
    [
      "vip-track --name db --weight 20 -- /usr/local/bin/check-db --quick",
      "20 more while the program ends with 0",
    ],
    ["vip-track --config /etc/viptools/track.json --once", "how are they now? 0 all well, 1 some failed"],
  ],
  words: { name: "COMMAND", atLeast: 0 },
  options: [
    ...CHECK_OPTIONS,
    { name: "config", value: "FILE", about: "many checks; read again at SIGHUP" },
    { name: "check-config", about: "only say whether a start would accept the file; nothing is run" },
    { name: "config-schema", about: "print the JSON Schema of the file" },
    { name: "once", about: "run each check once, and end" },
    {
      name: "commands-max",
      value: "N",
      default: String(USUAL_COMMANDS_MAX),
      about: "how many commands run at the same time at most; the others wait",
    },
    { name: "stats", value: "T", about: "write the counters this often" },
  ],
  exits: [
    [1, "--once: at least one check failed"],
    [66, "no such file"],
    [78, "the configuration is wrong, or root would run a file that others may write"],
  ],
  records: ["track.state", "tool.error", "tool.stats"],
};

const TEXTS = [
  "tcp",
  "http",
  "link",
  "route",
  "file",
  "process",
  "dns",
  "shell",
  "status",
  "host",
  "via",
  "interface",
  "compare",
  "count",
  "ask",
  "rrtype",
  "answer",
  "user",
  "group",
  "every",
  "timeout",
] as const;
/** Flags that mean something only where they were typed. */
const FLAGS = ["verify", "carrier", "init-fail"] as const;

/** @throws {ExitError} usage, with what was seen and what is needed. */
export function readOptions(args: Args): CheckOptions {
  const settings = readSettings(args);
  try {
    return toCheckOptions(settings);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const name = error.key === "command" ? "the command" : `--${error.key.replaceAll("_", "-")}`;
    throw new ExitError(ExitCode.usage, `${name} ${error.message}`);
  }
}

function readSettings(args: Args): CheckSettings {
  const entries = [
    ...TEXTS.map((name) => [name, args.text(name)] as const),
    ...FLAGS.map((name) => [name, args.isGiven(name) ? args.flag(name) : undefined] as const),
    ["rise", args.integer("rise", 1, 1000)] as const,
    ["fall", args.integer("fall", 1, 1000)] as const,
    ["weight", args.integer("weight", -254, 254)] as const,
    ["command", args.words.length > 0 ? args.words : undefined] as const,
  ];
  const given = entries.filter(([, value]) => value !== undefined);
  return {
    name: args.required("name"),
    ...Object.fromEntries(given.map(([name, value]) => [name.replaceAll("-", "_"), value])),
  };
}

/** A file describes its checks whole. @throws {ExitError} usage, naming what does not belong beside it. */
export function refuseBesideConfig(args: Args): void {
  const given = CHECK_OPTIONS.find(({ name }) => args.isGiven(name));
  const what = args.words.length > 0 ? `"${args.words[0]}"` : given && `--${given.name}`;
  if (what !== undefined)
    throw new ExitError(ExitCode.usage, `${what} is given beside --config: the file says it for each check`);
}
