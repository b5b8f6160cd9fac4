/**
 * One virtual router, completely described: what settings leave out is filled in, and what does not fit together is
 * refused. Pure: nothing of this host is looked at.
 *
 * @module
 */
import { parseDurationUs } from "@viptools/cli";
import { formatInstance, formatVip, parseVip, type Vip } from "@viptools/records";
import {
  familyOf,
  type IpAddress,
  isLinkLocal,
  parseIpAddress,
  VRRP_V3_INTERVAL_MAX_CS,
  virtualMac,
} from "@viptools/wire";
import type { ChecksumSetting } from "./checksum-choice.ts";
import type { ElectionConfig } from "./election.ts";
import type { RouterSettings } from "./settings.ts";
import { DOWN_COUNT, handoverUs } from "./timers.ts";

export interface RouterOptions extends ElectionConfig {
  /** `eth0/4/51`. */
  readonly instance: string;
  readonly interfaceName: string;
  readonly family: 4 | 6;
  readonly vrid: number;
  readonly vips: readonly Vip[];
  readonly linkDownDelayUs: number;
  readonly linkUpDelayUs: number;
  readonly checksum: ChecksumSetting;
  readonly authFile: string | undefined;
  readonly peers: readonly IpAddress[];
  readonly source: IpAddress | undefined;
  readonly minTtl: number;
  /** Null: adverts come from the NIC's own MAC. */
  readonly vmac: string | null;
  readonly isLenientV6: boolean;
  readonly dropsVipMismatch: boolean;
  readonly ackFile: string | undefined;
  /** Checks that concern it; undefined for all. */
  readonly track: readonly string[] | undefined;
  readonly syncGroup: string | undefined;
}

/** A setting that cannot be: which one, and what it needs. */
export class SettingError extends Error {
  override readonly name: string = "SettingError";
  readonly key: keyof RouterSettings;

  /** @param message "is <seen>: needs <wanted>". */
  constructor(key: keyof RouterSettings, message: string) {
    super(message);
    this.key = key;
  }
}

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;
const SETTLE_US = 25_000;
const STARTUP_HOLD_US = 30_000_000;
/** RFC 2338 §5.3.10. */
export const PASSWORD_OCTETS_MAX = 8;

/** @throws {SettingError} */
export function toRouterOptions(settings: RouterSettings): RouterOptions {
  const { interface: interfaceName, vrid, priority = 100, vrrp_version: version = 3 } = settings;
  const isLenientV6 = settings.lenient_v6 ?? false;
  const vips = readVips(settings, isLenientV6);
  const family = familyOf(vips[0]!.address);
  const advertUs = readInterval(settings, version);
  const time = (key: keyof RouterSettings, fallbackUs: number): number =>
    readDuration(settings, key, fallbackUs);
  checkVersion(settings, version, family);
  return {
    instance: formatInstance({ interface: interfaceName, family, vrid }),
    interfaceName,
    family,
    vrid,
    vips,
    version,
    priority,
    preempt: settings.preempt ?? true,
    preemptDelayUs: time("preempt_delay", 0),
    startupDelayUs: time("startup_delay", 0),
    startupHoldUs: time("startup_hold", STARTUP_HOLD_US),
    advertUs,
    downCount: settings.down_count ?? DOWN_COUNT,
    handoverUs: time("handover", handoverUs(version, advertUs)),
    settleUs: readSettle(settings, advertUs),
    isGrouped: settings.sync_group !== undefined,
    // From the virtual MAC it would make switches learn it here again, and no neighbour has to be told of another one.
    yieldsAloud: settings.vmac === false || (settings.peers ?? []).length > 0,
    linkDownDelayUs: readLinkDownDelay(settings, advertUs),
    linkUpDelayUs: time("link_up_delay", 0),
    checksum: settings.checksum ?? "auto",
    authFile: settings.auth_file,
    peers: (settings.peers ?? []).map((peer) => readAddress("peers", peer, family)),
    source: settings.source === undefined ? undefined : readAddress("source", settings.source, family),
    minTtl: settings.min_ttl ?? 255,
    vmac: settings.vmac === false ? null : virtualMac(family, vrid),
    isLenientV6,
    dropsVipMismatch: settings.drop_vip_mismatch ?? false,
    ackFile: settings.ack,
    track: settings.track,
    syncGroup: settings.sync_group,
  };
}

/** V3-5.2.5-b, V3-5.2.9-a, -b. */
function readVips({ vips: words, vrid }: RouterSettings, isLenientV6: boolean): Vip[] {
  const vips = words.map((word) => saying("vips", () => parseVip(word)));
  const family = familyOf(vips[0]!.address);
  const other = vips.find((vip) => familyOf(vip.address) !== family);
  if (other !== undefined) {
    throw new SettingError(
      "vips",
      `mixes ${formatVip(vips[0]!)} and ${formatVip(other)}: a virtual router has one family, IPv4 and IPv6 are two`,
    );
  }
  const repeated = vips.find((vip, n) => vips.findIndex((one) => one.address === vip.address) < n);
  if (repeated) throw new SettingError("vips", `VIP ${formatVip(repeated)} is given twice`);
  if (family === 6 && !isLenientV6 && !isLinkLocal(vips[0]!.address)) {
    const suffix = (0x200 + vrid).toString(16);
    const own = vips.find((vip) => isLinkLocal(vip.address))?.address ?? `fe80::200:5eff:fe00:${suffix}`;
    throw new SettingError(
      "vips",
      `list starts with ${formatVip(vips[0]!)}: IPv6 needs a link-local address first (RFC 9568 §5.2.9), like ${own}; --lenient-v6 does without`,
    );
  }
  return vips;
}

/** V3-5.2.7-a, V2-5.3.7-a: what the field on the wire can say. */
function readInterval(settings: RouterSettings, version: 2 | 3): number {
  const advertUs = readDuration(settings, "advert_int", US_PER_SECOND);
  const unitUs = version === 2 ? US_PER_SECOND : US_PER_CENTISECOND;
  const units = advertUs / unitUs;
  const most = version === 2 ? 255 : VRRP_V3_INTERVAL_MAX_CS;
  if (Number.isInteger(units) && units >= 1 && units <= most) return advertUs;
  const needs = version === 2 ? "whole seconds from 1s to 255s" : "10ms to 40.95s in steps of 10ms";
  throw new SettingError("advert_int", `is ${advertUs / 1000} ms: VRRPv${version} needs ${needs}`);
}

/** Longer, and the Backups would take over before this host has settled. */
function readSettle(settings: RouterSettings, advertUs: number): number {
  const mostUs = advertUs / 4;
  const settleUs = readDuration(settings, "settle", Math.min(SETTLE_US, mostUs));
  if (settleUs <= mostUs) return settleUs;
  throw new SettingError(
    "settle",
    `is ${settleUs / 1000} ms: needs at most a quarter of --advert-int, ${mostUs / 1000} ms`,
  );
}

/** A carrier that is overlooked longer is an Active that nobody hears. */
function readLinkDownDelay(settings: RouterSettings, advertUs: number): number {
  const delayUs = readDuration(settings, "link_down_delay", 0);
  const mostUs = ((settings.down_count ?? DOWN_COUNT) - 1) * advertUs;
  if (delayUs <= mostUs) return delayUs;
  throw new SettingError(
    "link_down_delay",
    `is ${delayUs / 1000} ms: the others take over meanwhile, needs at most ${mostUs / 1000} ms`,
  );
}

/** V2-5-a, V2-5.3.6-a, V3-9-a. */
function checkVersion(settings: RouterSettings, version: 2 | 3, family: 4 | 6): void {
  if (version === 2 && family === 6) throw new SettingError("vrrp_version", "is 2: it has no IPv6, needs 3");
  if (version === 3 && settings.auth_file !== undefined)
    throw new SettingError("auth_file", "is given: VRRPv3 has no authentication, needs --vrrp-version 2");
  if (version === 3 && settings.drop_vip_mismatch === true)
    throw new SettingError(
      "drop_vip_mismatch",
      "is given: VRRPv3 never drops for that, needs --vrrp-version 2",
    );
}

function readAddress(key: keyof RouterSettings, text: string, family: 4 | 6): IpAddress {
  const address = saying(key, () => parseIpAddress(text));
  if (familyOf(address) === family) return address;
  throw new SettingError(key, `has ${address}: needs an IPv${family} address like the VIPs`);
}

function readDuration(settings: RouterSettings, key: keyof RouterSettings, fallbackUs: number): number {
  const value = settings[key];
  if (value === undefined) return fallbackUs;
  return saying(key, () => parseDurationUs(String(value)));
}

function saying<T>(key: keyof RouterSettings, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError) throw new SettingError(key, error.message);
    throw error;
  }
}

/** True if the running virtual router can take these settings on without starting again. */
export function canTakeOn(fresh: RouterOptions, running: RouterOptions): boolean {
  const fixed = ({ version, vmac, peers, source, minTtl, authFile, syncGroup }: RouterOptions): string =>
    JSON.stringify([version, vmac, peers, source, minTtl, authFile, syncGroup]);
  return fixed(fresh) === fixed(running);
}
