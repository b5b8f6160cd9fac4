/**
 * The command line of vrrp-elect: its table, and the virtual router that it describes.
 *
 * @module
 */
import { type Args, type CommandSpec, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { formatVip, parseVip, type Vip } from "@viptools/records";
import { VRRP_V3_INTERVAL_MAX_CS } from "@viptools/wire";

export const SPEC: CommandSpec = {
  name: "vrrp-elect",
  summary: "decide which host is Active for a virtual router (VRRPv2, VRRPv3)",
  usage: "-I IF --vrid N [--priority N] [--advert-int T] VIP[/LEN]…",
  examples: [
    [
      "vrrp-elect -I eth0 --vrid 51 --priority 150 192.0.2.100 | vmac-ctl follow | garp-send --follow",
      "a whole router: elect, own the address, announce it",
    ],
    [
      "vrrp-elect -I eth0 --vrid 51 --on-reader-loss ignore 192.0.2.100",
      "look on as a speaker that owns nothing",
    ],
  ],
  words: { name: "VIP", atLeast: 1 },
  options: [
    { name: "interface", letter: "I", value: "IF", about: "where to speak VRRP" },
    { name: "vrid", value: "N", about: "virtual router, 1 to 255" },
    { name: "priority", value: "N", default: "100", about: "1 to 254; 255 for the owner of the addresses" },
    {
      name: "advert-int",
      value: "T",
      default: "1s",
      about: "time between adverts: 10ms to 40.95s; version 2 whole seconds",
    },
    { name: "vrrp-version", value: "V", choices: ["2", "3"], default: "3", about: "version to speak" },
    {
      name: "preempt",
      default: "true",
      about: "take over from an Active of lower priority (--no-preempt: wait)",
    },
    {
      name: "on-reader-loss",
      value: "WHAT",
      choices: ["release", "ignore"],
      default: "release",
      about: "step down, or go on, when the reader of standard output is gone or frozen",
    },
    { name: "stats", value: "T", about: "write the counters this often" },
  ],
  exits: [[69, "no such interface, or it has no IPv4 address"]],
  records: [
    "vrrp.state",
    "vrrp.lease",
    "vrrp.alive",
    "vrrp.rejected",
    "vrrp.conflict",
    "vrrp.stalled",
    "tool.error",
    "tool.stats",
  ],
};

/** What the command line asks for; nothing of it was compared with this host yet. */
export interface RouterOptions {
  readonly interfaceName: string;
  readonly vrid: number;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly preempt: boolean;
  readonly advertUs: number;
  readonly vips: readonly Vip[];
}

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;

/** @throws {ExitError} usage, with what was seen and what is needed. */
export function readOptions(args: Args): RouterOptions {
  const version = args.required("vrrp-version") === "2" ? 2 : 3;
  const vrid = args.integer("vrid", 1, 255);
  if (vrid === undefined)
    throw new ExitError(ExitCode.usage, "--vrid is missing: the network has no default one");
  const vips = args.words.map((word) => orUsage(() => parseVip(word)));
  const repeated = vips.find((vip, n) => vips.findIndex((other) => other.address === vip.address) < n);
  if (repeated) throw new ExitError(ExitCode.usage, `VIP ${formatVip(repeated)} is given twice`);
  return {
    interfaceName: args.required("interface"),
    vrid,
    version,
    priority: args.integer("priority", 1, 255)!,
    preempt: args.flag("preempt"),
    advertUs: checkInterval(version, args.parsed("advert-int", parseDurationUs)!),
    vips,
  };
}

/** V3-5.2.7-a, V2-5.3.7-a: what the field on the wire can say. */
function checkInterval(version: 2 | 3, advertUs: number): number {
  const unitUs = version === 2 ? US_PER_SECOND : US_PER_CENTISECOND;
  const units = advertUs / unitUs;
  const most = version === 2 ? 255 : VRRP_V3_INTERVAL_MAX_CS;
  if (Number.isInteger(units) && units >= 1 && units <= most) return advertUs;
  const needs = version === 2 ? "whole seconds from 1s to 255s" : "10ms to 40.95s in steps of 10ms";
  throw new ExitError(
    ExitCode.usage,
    `--advert-int is ${advertUs / 1000} ms: VRRPv${version} needs ${needs}`,
  );
}
