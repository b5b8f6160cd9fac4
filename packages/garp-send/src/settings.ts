/**
 * What a run on the spot was asked for, checked: announcing and asking alike.
 *
 * @module
 */
import { type Args, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import type { IpAddress, Mac } from "@viptools/wire";
import { everyInterval, PRESETS, type PresetName, type TimedRound } from "./campaign.ts";
import {
  FORMS,
  type FormName,
  parseIntervalUs,
  parseMacChoice,
  parseSource,
  parseStation,
  parseTarget,
  parseTargetMac,
} from "./choices.ts";
import { ANNOUNCING, ASKING, OF_INPUT, ONLY_ANSWERING, ONLY_FOLLOWING } from "./options.ts";
import { PLAIN_SHAPE, type Shape } from "./shape.ts";

const TIMES_MAX = 1_000_000;
export const RATE_MAX = 10_000_000;
const INTERVAL_US = 1_000_000;
/** The word that stands for standard input. */
const INPUT = "-";

export interface Settings {
  readonly interfaceName: string;
  readonly mac: Mac | "auto";
  readonly to: Mac | undefined;
  readonly vlan: number | undefined;
  readonly source: IpAddress | undefined;
  /** Undefined where nobody said. */
  readonly count: number | undefined;
  readonly intervalUs: number | undefined;
  /** Infinity for none. */
  readonly deadlineUs: number;
  readonly framesPerS: number | undefined;
  readonly isForced: boolean;
  readonly isDry: boolean;
  /** In the order of the words, each once. */
  readonly addresses: readonly IpAddress[];
  readonly readsInput: boolean;
}

/** @throws {ExitError} usage. */
export function readSettings(args: Args): Settings {
  const intervalUs = args.parsed("interval", parseIntervalUs);
  const source = args.parsed("source", parseSource);
  const interfaceName = args.required("interface");
  if (args.words.length === 0) throw usage("ADDRESS is missing: say which, or - for those on standard input");
  const count = args.integer("count", 1, TIMES_MAX);
  const deadlineUs = args.parsed("deadline", parseDurationUs) || Number.POSITIVE_INFINITY;
  if (intervalUs === 0 && count === undefined && Number.isFinite(deadlineUs))
    throw usage("--interval is 0 and --count is missing: without a pause, say how often");
  const words = args.words.filter((word) => word !== INPUT);
  return {
    interfaceName,
    mac: args.parsed("mac", parseMacChoice)!,
    to: args.parsed("to", parseStation),
    vlan: args.integer("vlan", 1, 4094),
    source,
    count,
    intervalUs,
    deadlineUs,
    framesPerS: args.integer("rate", 1, RATE_MAX),
    isForced: args.flag("force"),
    isDry: args.flag("dry-run"),
    addresses: [...new Set(words.map((word) => orUsage(() => parseTarget(word))))],
    readsInput: words.length < args.words.length,
  };
}

/** What only announcing needs to know. */
export interface Manner {
  readonly shape: Shape;
  /** Router flag; undefined: as this host forwards. */
  readonly isRouter: boolean | undefined;
  readonly rounds: () => Iterable<TimedRound>;
}

/** What a preset says itself. */
const OF_PRESETS = ["unsolicited", "reply", "form", "tha", "router", "count", "interval"] as const;

/** @throws {ExitError} usage. */
export function readManner(args: Args, settings: Settings): Manner {
  refuse(
    args,
    ASKING.map(({ name }) => name),
    "-D, which asks",
  );
  refuseInPipe(args, settings);
  const { to, vlan } = settings;
  const preset = args.text("preset") as PresetName | undefined;
  if (preset !== undefined) {
    refuse(args, OF_PRESETS, "a run without --preset, which says that itself");
    const { targetMac, isRouter, rounds } = PRESETS[preset];
    const inTime = rounds.filter(({ afterUs }) => afterUs < settings.deadlineUs);
    return { shape: { targetMac, to, vlan }, isRouter, rounds: () => inTime };
  }
  const tha = args.parsed("tha", parseTargetMac);
  const targetMac = tha === undefined ? PLAIN_SHAPE.targetMac : { request: tha, reply: tha };
  return {
    shape: { targetMac, to, vlan },
    isRouter: args.flag("router") ? true : undefined,
    rounds: everyRound(args, settings),
  };
}

function everyRound(args: Args, { count, intervalUs = INTERVAL_US, deadlineUs }: Settings): Manner["rounds"] {
  const forms = FORMS[chosenForm(args)];
  const unasked = Number.isFinite(deadlineUs) ? Number.POSITIVE_INFINITY : 1;
  return () => everyInterval({ forms, count: count ?? unasked, intervalUs, deadlineUs });
}

/** @returns both forms, unless one of `-U` and `-A` is given. */
function chosenForm(args: Args): FormName {
  const form = args.text("form") as FormName | undefined;
  const [requests, replies] = [args.flag("unsolicited"), args.flag("reply")];
  if (form !== undefined && (requests || replies))
    throw usage(`--form is given beside ${requests ? "-U" : "-A"}: needs one of them`);
  if (form !== undefined) return form;
  if (requests === replies) return "both";
  return requests ? "request" : "reply";
}

/** @throws {ExitError} usage, for what asking does not take. */
export function refuseAnnouncing(args: Args): void {
  refuse(
    args,
    ANNOUNCING.map(({ name }) => name),
    "announcing, and -D asks",
  );
}

/** What only obeying records takes. @throws {ExitError} usage. */
export function refuseInPipe(args: Args, { readsInput }: Pick<Settings, "readsInput">): void {
  refuse(args, ONLY_ANSWERING, "--answer");
  refuse(args, ONLY_FOLLOWING, "--follow and --answer");
  if (!readsInput) refuse(args, OF_INPUT, "standard input, which - reads");
}

function refuse(args: Args, names: readonly string[], what: string): void {
  const extra = names.find((name) => args.isGiven(name));
  if (extra !== undefined) throw usage(`--${extra} belongs to ${what}: leave one of them out`);
}

function usage(message: string): ExitError {
  return new ExitError(ExitCode.usage, message);
}
