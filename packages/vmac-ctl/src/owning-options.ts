/**
 * Reads how and what to own from a command line.
 *
 * @module
 */
import { type Args, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { familyOfVip, formatInstance, formatVip, type Instance, parseVip, type Vip } from "@viptools/records";
import { virtualMac } from "@viptools/wire";
import type { Claim } from "./owner-table.ts";
import { checkInterfaceName, type Mode, type OwnSettings } from "./plan.ts";

/** `ip address add … scope`. */
const SCOPES: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254 };
const SCOPE_MAX = 254;
const LABEL_MAX = 15;
const FOREVER_S = 0xffffffff;
const US_PER_S = 1_000_000;

export function readOwnSettings(args: Args): OwnSettings {
  const mode = args.text("mode") as Mode | undefined;
  const name = args.text("name");
  const label = args.text("label");
  const scope = args.parsed("scope", parseScope);
  const preferredS = args.parsed("preferred", parsePreferred);
  const hasAddress = args.flag("address");
  if (name !== undefined) checkTemplate(name, mode);
  if (label !== undefined && label.length > LABEL_MAX)
    usage(`--label is "${label}": needs at most ${LABEL_MAX} characters`);
  if (isOnNic(mode) && args.isGiven("macvlan-mode"))
    usage(`--macvlan-mode is for a macvlan, and --mode is ${mode}: leave one of them out`);
  if (!hasAddress && mode === "address")
    usage("--no-address and --mode address leave nothing to own: needs one of them");
  return {
    macvlanMode: args.text("macvlan-mode") as "private" | "bridge",
    hasAddress,
    isAccepting: args.flag("accept"),
    ...(mode === undefined ? {} : { mode }),
    ...(name === undefined ? {} : { nameTemplate: name }),
    ...(label === undefined ? {} : { label }),
    ...(scope === undefined ? {} : { scope }),
    ...(preferredS === undefined ? {} : { preferredS }),
  };
}

function isOnNic(mode: Mode | undefined): boolean {
  return mode === "rewrite" || mode === "address";
}

function checkTemplate(template: string, mode: Mode | undefined): void {
  if (isOnNic(mode)) usage(`--name is for a macvlan, and --mode is ${mode}: leave one of them out`);
  const longest = template.replaceAll("{family}", "4").replaceAll("{vrid}", "1");
  try {
    checkInterfaceName(longest);
  } catch (error) {
    usage(`--name: ${(error as RangeError).message}`);
  }
}

function parseScope(text: string): number {
  const scope = SCOPES[text] ?? (/^\d{1,3}$/.test(text) ? Number(text) : Number.NaN);
  if (!(scope <= SCOPE_MAX))
    throw new SyntaxError(`"${text}" needs to be global, site, link, host or 0 to ${SCOPE_MAX}`);
  return scope;
}

/** Whole seconds: the kernel counts no others. */
function parsePreferred(text: string): number {
  return text === "forever"
    ? FOREVER_S
    : Math.ceil(parseDurationUs(text, (FOREVER_S - 1) * US_PER_S) / US_PER_S);
}

/** Which virtual router `-I`, `--vrid` and the VIPs mean; the family is that of the VIPs. */
export function readClaim(args: Args, parent: string, settings: OwnSettings): Claim {
  const vrid = readVrid(args);
  const vips = args.words.map((word) => orUsage(() => parseVip(word)));
  const family = readFamily(args, vips, settings);
  if (new Set(vips.map(({ address }) => address)).size < vips.length) usage("a VIP is given twice");
  return claimByHand({ interface: parent, family, vrid }, vips, settings);
}

/** What nobody leases: said by people, or by keepalived. */
export function claimByHand(router: Instance, vips: readonly Vip[], { mode }: OwnSettings): Claim {
  const { interface: parent, family, vrid } = router;
  return {
    instance: formatInstance(router),
    parent,
    vrid,
    vmac: mode === "address" ? null : virtualMac(family, vrid),
    vips: vips.map(formatVip),
    epoch: 0,
    isLeased: false,
  };
}

export function readVrid(args: Args): number {
  const vrid = args.integer("vrid", 1, 255);
  return vrid ?? usage("--vrid is missing: say which virtual router");
}

/** A virtual router is of one family: each has a virtual MAC of its own. */
function readFamily(args: Args, vips: readonly Vip[], settings: OwnSettings): 4 | 6 {
  const said = args.text("family");
  const families = new Set(vips.map(familyOfVip));
  const [family = said === undefined ? undefined : (Number(said) as 4 | 6), other] = families;
  if (said !== undefined && family !== Number(said))
    usage(`--family is ${said}, and the VIPs are of family ${family}`);
  if (other !== undefined)
    usage("the VIPs are of both families: needs one call for IPv4 and one for IPv6, each has a virtual MAC");
  if (vips.length === 0 && settings.hasAddress) usage("VIP is missing: say which, or --no-address");
  return family ?? usage("--family is missing: without a VIP, say 4 or 6");
}

function usage(message: string): never {
  throw new ExitError(ExitCode.usage, message);
}
