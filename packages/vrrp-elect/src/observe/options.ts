/**
 * The command line of `vrrp-elect --observe`: its table, and what it asks for.
 *
 * @module
 */
import { basename } from "node:path";
import { type Args, ExitCode, ExitError, type OptionSpec, parseDurationUs } from "@viptools/cli";
import type { IpFamily } from "@viptools/wire";

export const OBSERVE_OPTIONS: readonly OptionSpec[] = [
  { name: "observe", about: "only listen: who is Active, and what is wrong; never transmits" },
  {
    name: "read",
    letter: "r",
    value: "FILE",
    about: "--observe: a capture file (pcap, pcapng), not the wire",
  },
  { name: "once", about: "--observe: look for a while; 0 if exactly one is Active, 1 if not" },
  { name: "list-vrids", about: "--observe: look for a while, then list the VRIDs in use" },
  { name: "for", value: "T", about: "--observe: how long [for ever; 4s with --once and --list-vrids]" },
  { name: "family", value: "N", choices: ["4", "6"], about: "--observe: only IPv4, or only IPv6" },
  { name: "promiscuous", about: "--observe: also what is for others, and all VLANs of the NIC" },
  {
    name: "check-delivery",
    about:
      "--observe: join the groups (sends IGMP and MLD) to see whether this host's stack delivers adverts",
  },
];

export const OBSERVE_EXAMPLES: readonly (readonly [command: string, about: string])[] = [
  [
    "vrrp-elect --observe -I eth0",
    "who is Active on this network, who takes over, what is wrong; sends nothing",
  ],
  ["vrrp-elect --observe -I eth0 --vrid 51 --once", "is exactly one router Active? 0 yes, 1 no"],
];

export const OBSERVE_EXITS: readonly (readonly [code: number, about: string])[] = [
  [1, "--observe: not exactly one Active, a conflict, or no VRID in use"],
  [65, "--observe: the file is no capture of Ethernet"],
];

export const OBSERVE_RECORDS: readonly string[] = [
  "vrrp.peer",
  "vrrp.changed",
  "vrrp.healed",
  "vrrp.silent",
  "vrrp.late",
  "vrrp.vrid",
];

/** What means nothing to a speaker. */
const OBSERVER_ONLY = [
  "read",
  "once",
  "list-vrids",
  "for",
  "family",
  "promiscuous",
  "check-delivery",
] as const;
/** How long to look: four adverts of the usual interval, and one take-over. */
const WINDOW_US = 4_000_000;

export interface ObserveOptions {
  readonly interfaces: readonly string[];
  readonly file: string | undefined;
  readonly mode: "stream" | "once" | "list";
  /** Undefined for ever, or to the end of the file. */
  readonly forUs: number | undefined;
  readonly vrid: number | undefined;
  readonly family: IpFamily | undefined;
  readonly isPromiscuous: boolean;
  /** Joins groups, so that every host can compare. */
  readonly joins: boolean;
}

/** @returns undefined for a speaker. @throws {ExitError} usage. */
export function readObserveOptions(args: Args): ObserveOptions | undefined {
  if (!args.flag("observe")) {
    const stray = OBSERVER_ONLY.find((name) => args.flag(name) || args.text(name) !== undefined);
    if (stray !== undefined) throw new ExitError(ExitCode.usage, `--${stray} is for --observe`);
    return undefined;
  }
  const interfaces = [...new Set(args.texts("interface"))];
  const file = args.text("read");
  const mode = readMode(args);
  const given = args.parsed("for", parseDurationUs);
  const window = mode === "stream" || file !== undefined ? undefined : WINDOW_US;
  if ((file === undefined) === (interfaces.length === 0))
    throw new ExitError(ExitCode.usage, "--observe needs one of -I IF and -r FILE");
  if (args.words.length > 0 || args.text("config") !== undefined)
    throw new ExitError(ExitCode.usage, "--observe owns nothing: VIP and --config are not for it");
  return {
    interfaces,
    file,
    mode,
    forUs: given ?? window,
    vrid: args.integer("vrid", 1, 255),
    family: args.text("family") === undefined ? undefined : args.text("family") === "4" ? 4 : 6,
    isPromiscuous: args.flag("promiscuous"),
    joins: args.flag("check-delivery"),
  };
}

function readMode(args: Args): ObserveOptions["mode"] {
  if (!args.flag("once")) return args.flag("list-vrids") ? "list" : "stream";
  if (args.flag("list-vrids"))
    throw new ExitError(
      ExitCode.usage,
      "--once and --list-vrids answer different questions: needs one of them",
    );
  return "once";
}

/** @returns a name that an instance can start with. */
export function nameFile(path: string): string {
  return basename(path).replaceAll(/\s/g, "_");
}
