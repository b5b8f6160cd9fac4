/**
 * Reads how `vmac-ctl follow` owns.
 *
 * @module
 */
import { type Args, ExitCode, ExitError, parseDurationUs } from "@viptools/cli";
import { readMeanings } from "./keepalived-config.ts";
import type { Guard } from "./kernel-fence.ts";
import type { Claim } from "./owner-table.ts";
import { readClaim, readOwnSettings } from "./owning-options.ts";
import type { OwnSettings } from "./plan.ts";

export interface FollowOptions {
  readonly settings: OwnSettings;
  /** Of the fence; undefined for none. */
  readonly guard: Guard | undefined;
  readonly hasLifetimes: boolean;
  readonly isFencedStandby: boolean;
  readonly isProbing: boolean;
  readonly drainUs: number;
  readonly repairsMax: number;
  readonly ackPath: string | undefined;
  /** Only records about these are obeyed; undefined for all. */
  readonly interfaces: readonly string[] | undefined;
  /** By keepalived's name. */
  readonly keepalived: ReadonlyMap<string, readonly Claim[]>;
}

const GUARDS: Readonly<Record<string, Guard | undefined>> = {
  auto: "owned",
  nft: "owned",
  watched: "watched",
};
const REPAIRS_MAX = 1_000_000;

/** @throws {ExitError} usage, or what is wrong with the file. */
export function readFollowOptions(args: Args): FollowOptions {
  const settings = readOwnSettings(args);
  const guard = GUARDS[args.text("fence")!];
  const isFencedStandby = args.text("standby") === "fenced";
  const hasLifetimes = args.text("fence") === "lifetime";
  const interfaces = args.texts("interface");
  if (hasLifetimes && settings.mode === "rewrite")
    usage(
      "--fence lifetime is for hosts without nftables, and --mode rewrite needs it: leave one of them out",
    );
  if (isFencedStandby && guard === undefined)
    usage("--standby fenced needs --fence nft or watched: without rules a Backup would answer for the VIPs");
  const keepalived = readKeepalived(args, interfaces, settings);
  if (isFencedStandby && keepalived.size > 0)
    usage("--standby fenced needs leases, and keepalived's words carry none: leave it out");
  if (args.flag("probe-first") && settings.mode === "address")
    usage("--probe-first in address mode: the host that hands over would answer, leave it out");
  return {
    settings,
    guard,
    hasLifetimes,
    isFencedStandby,
    isProbing: args.flag("probe-first"),
    drainUs: args.parsed("drain", parseDurationUs)!,
    repairsMax: args.integer("repairs", 0, REPAIRS_MAX)!,
    ackPath: args.text("ack"),
    interfaces: interfaces.length > 0 ? interfaces : undefined,
    keepalived,
  };
}

function readKeepalived(
  args: Args,
  interfaces: readonly string[],
  settings: OwnSettings,
): ReadonlyMap<string, readonly Claim[]> {
  const name = args.text("instance");
  const path = args.text("config");
  if (name !== undefined && path !== undefined) usage("--instance and --config are given: needs one of them");
  if (path !== undefined) return readMeanings(path, settings);
  if (name === undefined) {
    if (args.isGiven("vrid")) usage("--vrid is given without --instance: records say the virtual router");
    if (args.words.length > 0) usage(`"${args.words[0]}" is given without --instance: records say the VIPs`);
    return new Map();
  }
  const [parent, second] = interfaces;
  if (parent === undefined || second !== undefined) usage("--instance needs one -I: say where its VIPs are");
  return new Map([[name, [readClaim(args, parent, settings)]]]);
}

function usage(message: string): never {
  throw new ExitError(ExitCode.usage, message);
}
