/**
 * The command line of vrrp-elect: its table, and the virtual router that it describes.
 *
 * @module
 */
import {
  type Args,
  type CommandSpec,
  ExitCode,
  ExitError,
  type OptionSpec,
  PIPE_OPTIONS,
} from "@viptools/cli";
import { CHECKSUM_CHOICES } from "./checksum-choice.ts";
import { OBSERVE_EXAMPLES, OBSERVE_EXITS, OBSERVE_OPTIONS, OBSERVE_RECORDS } from "./observe/options.ts";
import { type RouterOptions, SettingError, toRouterOptions } from "./router-options.ts";
import type { RouterSettings } from "./settings.ts";

/** Those of a single virtual router; a configuration file says the same with `_` for `-`. */
const ROUTER_OPTIONS: readonly OptionSpec[] = [
  { name: "interface", letter: "I", value: "IF", isRepeated: true, about: "where to speak VRRP" },
  { name: "vrid", value: "N", about: "virtual router, 1 to 255" },
  { name: "priority", value: "N", default: "100", about: "1 to 254; 255 for the owner of the addresses" },
  {
    name: "advert-int",
    value: "T",
    default: "1s",
    about: "time between adverts: 10ms to 40.95s; version 2 whole seconds; a bare number is seconds",
  },
  { name: "vrrp-version", value: "V", choices: ["2", "3"], default: "3", about: "version to speak" },
  {
    name: "preempt",
    default: "true",
    about: "take over from an Active of lower priority (--no-preempt: wait)",
  },
  { name: "preempt-delay", value: "T", default: "0", about: "how long such an Active is left alone" },
  { name: "startup-delay", value: "T", default: "0", about: "after a start, how long nothing is taken" },
  {
    name: "startup-hold",
    value: "T",
    default: "30s",
    about: "how long to wait for a link that has carried no frame yet; 0 not at all",
  },
  { name: "down-count", value: "N", default: "3", about: "adverts that may be missed, 2 to 100" },
  { name: "link-down-delay", value: "T", default: "0", about: "how long a lost carrier is overlooked" },
  { name: "link-up-delay", value: "T", default: "0", about: "how long a carrier must be there" },
  {
    name: "checksum",
    value: "FORM",
    choices: CHECKSUM_CHOICES,
    default: "auto",
    about: "IPv4 checksum of version 3; auto: as keepalived and FRR, or as the Active does",
  },
  { name: "auth-file", value: "FILE", about: "version 2: password that old peers want; mode 600" },
  { name: "peer", value: "ADDRESS", isRepeated: true, about: "unicast to and from these routers alone" },
  { name: "source", value: "ADDRESS", about: "address of the interface that adverts are sent from" },
  { name: "min-ttl", value: "N", default: "255", about: "unicast: smallest TTL of a peer's adverts" },
  { name: "vmac", default: "true", about: "the virtual MAC (--no-vmac: adverts from the NIC's own)" },
  { name: "lenient-v6", about: "IPv6: do without a link-local address in the list" },
  { name: "drop-vip-mismatch", about: "version 2: refuse adverts that list other addresses" },
  {
    name: "handover",
    value: "T",
    about: "how long a leaver serves on at most [an interval and the longest skew]",
  },
  {
    name: "settle",
    value: "T",
    about: "from taking over from a living Active to the first advert [25ms, at most a quarter interval]",
  },
  { name: "ack", value: "FILE", about: "where vmac-ctl follow says that this host receives" },
  {
    name: "track",
    value: "NAME",
    isRepeated: true,
    about: "health check that must be heard; only those that are named count",
  },
];

/** Those of the process. */
const PROCESS_OPTIONS: readonly OptionSpec[] = [
  { name: "config", value: "FILE", about: "many virtual routers; read again at SIGHUP" },
  { name: "check-config", about: "only say whether the file is right; this host is not looked at" },
  { name: "config-schema", about: "print the JSON Schema of the file" },
  { name: "track-timeout", value: "T", about: "silence of a check that is failure [three of its intervals]" },
  {
    name: "on-input-eof",
    value: "WHAT",
    choices: ["report", "resign"],
    default: "report",
    about: "when whoever writes to standard input is gone",
  },
  {
    name: "on-reader-loss",
    value: "WHAT",
    choices: ["release", "ignore"],
    default: "release",
    about: "step down, or go on, when the reader of standard output is gone or frozen",
  },
  { name: "realtime", about: "ask for SCHED_RR, and for code that stays in memory" },
  { name: "stats", value: "T", about: "write the counters this often" },
  ...PIPE_OPTIONS.filter(({ name }) => ["pass", "heartbeats", "strict"].includes(name)),
];

export const SPEC: CommandSpec = {
  name: "vrrp-elect",
  summary: "decide which host is Active for a virtual router (VRRPv2, VRRPv3, IPv4, IPv6)",
  usage: "-I IF --vrid N [--priority N] [--advert-int T] VIP[/LEN]… | --config FILE | --observe -I IF",
  examples: [
    [
      "vrrp-elect -I eth0 --vrid 51 --priority 150 192.0.2.100 | vmac-ctl follow | garp-send --follow",
      "a whole router: elect, own the address, announce it",
    ],
    ["vrrp-elect --config /etc/viptools/vrrp.json --check-config", "is the file right? 0, or 78 and why not"],
    ...OBSERVE_EXAMPLES,
  ],
  words: { name: "VIP", atLeast: 0 },
  options: [...ROUTER_OPTIONS, ...PROCESS_OPTIONS, ...OBSERVE_OPTIONS],
  exits: [
    ...OBSERVE_EXITS,
    [66, "no such file"],
    [69, "no such interface, or it has no address of the family"],
    [78, "the configuration is wrong, or standard input is a FIFO that others own or may write"],
  ],
  records: [
    "vrrp.state",
    "vrrp.prepare",
    "vrrp.lease",
    "vrrp.alive",
    "vrrp.rejected",
    "vrrp.conflict",
    "vrrp.reasserted",
    "vrrp.stalled",
    ...OBSERVE_RECORDS,
    "tool.error",
    "tool.stats",
  ],
};

/** Settings whose values are words or numbers of the command line as they are. */
const TEXTS = [
  "advert-int",
  "preempt-delay",
  "startup-delay",
  "startup-hold",
  "link-down-delay",
  "link-up-delay",
  "auth-file",
  "source",
  "handover",
  "settle",
  "ack",
] as const;
/** What a setting is called on the command line, where that is not its own name with dashes. */
const OPTION_NAMES: Partial<Record<keyof RouterSettings, string>> = { vips: "VIP", peers: "--peer" };
/** What a sentence of its own starts with. */
const IS_SENTENCE = /^(Cannot|VIP) /;

/** @throws {ExitError} usage, with what was seen and what is needed. */
export function readOptions(args: Args): RouterOptions {
  const settings = readSettings(args);
  try {
    return toRouterOptions(settings);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const name = OPTION_NAMES[error.key] ?? `--${error.key.replaceAll("_", "-")}`;
    const message = IS_SENTENCE.test(error.message) ? error.message : `${name} ${error.message}`;
    throw new ExitError(ExitCode.usage, message);
  }
}

function readSettings(args: Args): RouterSettings {
  const vrid = args.integer("vrid", 1, 255);
  const interfaces = args.texts("interface");
  if (interfaces.length !== 1) {
    const what =
      interfaces.length === 0 ? "is missing: say which" : "is given twice: several need --config FILE";
    throw new ExitError(ExitCode.usage, `--interface ${what}`);
  }
  if (vrid === undefined)
    throw new ExitError(ExitCode.usage, "--vrid is missing: the network has no default one");
  if (args.words.length === 0) throw new ExitError(ExitCode.usage, "VIP is missing: say which address moves");
  const texts = TEXTS.flatMap((name) => {
    const value = args.text(name);
    return value === undefined ? [] : [[name.replaceAll("-", "_"), value]];
  });
  const track = args.texts("track");
  return {
    interface: interfaces[0]!,
    vrid,
    vips: [...args.words],
    priority: args.integer("priority", 1, 255)!,
    vrrp_version: args.required("vrrp-version") === "2" ? 2 : 3,
    preempt: args.flag("preempt"),
    down_count: args.integer("down-count", 2, 100)!,
    checksum: CHECKSUM_CHOICES.find((form) => form === args.text("checksum"))!,
    peers: [...args.texts("peer")],
    min_ttl: args.integer("min-ttl", 1, 255)!,
    vmac: args.flag("vmac"),
    lenient_v6: args.flag("lenient-v6"),
    drop_vip_mismatch: args.flag("drop-vip-mismatch"),
    ...(track.length === 0 ? {} : { track: [...track] }),
    ...Object.fromEntries(texts),
  };
}

/** A file describes its virtual routers whole. @throws {ExitError} usage, naming what does not belong beside it. */
export function refuseBesideConfig(args: Args): void {
  const given = ROUTER_OPTIONS.find(({ name }) => args.isGiven(name));
  const what = args.words.length > 0 ? `VIP ${args.words[0]}` : given && `--${given.name}`;
  if (what !== undefined)
    throw new ExitError(
      ExitCode.usage,
      `${what} is given beside --config: the file says it for each virtual router`,
    );
}
