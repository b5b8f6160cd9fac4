/**
 * What a VRRP or CARP message says, whoever sent it: pure. The checks are those of RFC 9568 §7.1 and RFC 3768 §7.1 that
 * need no settings of our own, in their order.
 *
 * @module
 */
import {
  type ChecksumForm,
  decodeCarp,
  decodeVrrpV2,
  decodeVrrpV3,
  type IpAddress,
  type IpFamily,
  isCarp,
  isLinkLocal,
  nameVrrpTrailer,
  VrrpAuthType,
  VrrpPriority,
  vrrpVersion,
  WireError,
} from "@viptools/wire";

export interface Message {
  readonly protocol: "vrrp" | "carp";
  readonly vrid: number;
  readonly version: 2 | 3;
  /** CARP has none: the shorter interval wins. */
  readonly priority: number | undefined;
  readonly isLeaving: boolean;
  readonly intervalUs: number;
  readonly vips: readonly IpAddress[];
  /** Undefined where there is but one form. */
  readonly checksumForm: ChecksumForm | undefined;
  readonly authType: number;
  /** Only ever compared, never told. */
  readonly secret: string | undefined;
  readonly trailer: string | undefined;
  readonly carp:
    | { readonly advskew: number; readonly advbaseS: number; readonly demotion: number }
    | undefined;
}

/** Names of the records' own vocabulary. */
export const BAD_CAUSES = ["ttl", "version_mismatch", "type", "length", "checksum", "value"] as const;
export type BadCause = (typeof BAD_CAUSES)[number];

/** Ends the checks: no router would take this. */
export class BadAdvertError extends Error {
  override readonly name: string = "BadAdvertError";
  readonly badCause: BadCause;

  constructor(cause: BadCause, detail: string) {
    super(detail);
    this.badCause = cause;
  }
}

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;
/** OpenBSD's way to leave: both at their worst. */
const CARP_LEAVING = 255;

/** @throws {BadAdvertError} for the first check that fails. */
export function readMessage(
  family: IpFamily,
  payload: Uint8Array,
  source: IpAddress,
  destination: IpAddress,
): Message {
  try {
    const said = decodeMessage(family, payload, source, destination);
    if (said.vrid === 0)
      throw new BadAdvertError("value", `${said.protocol === "carp" ? "VHID" : "VRID"} is 0`);
    if (said.protocol === "carp") return said;
    if (said.vips.length === 0) throw new BadAdvertError("value", "it lists no address");
    if (family === 6 && !isLinkLocal(said.vips[0]!))
      throw new BadAdvertError("value", `first address is ${said.vips[0]}, needs a link-local one`);
    if (said.intervalUs === 0) throw new BadAdvertError("value", "interval is 0");
    return said;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new BadAdvertError(error.check === "version" ? "version_mismatch" : error.check, error.message);
  }
}

function decodeMessage(
  family: IpFamily,
  payload: Uint8Array,
  source: IpAddress,
  destination: IpAddress,
): Message {
  if (isCarp(payload)) return readCarp(payload);
  const version = vrrpVersion(payload);
  if (version === 3) return readV3(family, decodeVrrpV3(payload, source, destination));
  if (version !== 2) throw new BadAdvertError("version_mismatch", `version is ${version}, needs 2 or 3`);
  if (family === 6) throw new BadAdvertError("version_mismatch", "version is 2, needs 3 over IPv6");
  return readV2(decodeVrrpV2(payload));
}

function readV2(advert: ReturnType<typeof decodeVrrpV2>): Message {
  const { vrid, priority, intervalS, addresses, authType, authData, trailer } = advert;
  const hasSecret = authType === VrrpAuthType.simplePassword;
  return {
    protocol: "vrrp",
    vrid,
    version: 2,
    priority,
    isLeaving: priority === VrrpPriority.leaving,
    intervalUs: intervalS * US_PER_SECOND,
    vips: addresses,
    checksumForm: undefined,
    authType,
    secret: hasSecret ? authData.join() : undefined,
    trailer: nameVrrpTrailer(trailer),
    carp: undefined,
  };
}

function readV3(family: IpFamily, advert: ReturnType<typeof decodeVrrpV3>): Message {
  const { vrid, priority, intervalCs, addresses, checksumForm, trailer } = advert;
  return {
    protocol: "vrrp",
    vrid,
    version: 3,
    priority,
    isLeaving: priority === VrrpPriority.leaving,
    intervalUs: intervalCs * US_PER_CENTISECOND,
    vips: addresses,
    checksumForm: family === 4 ? checksumForm : undefined,
    authType: VrrpAuthType.none,
    secret: undefined,
    trailer: nameVrrpTrailer(trailer),
    carp: undefined,
  };
}

/** Its digest cannot be judged without the password, and its addresses are not in it. */
function readCarp(payload: Uint8Array): Message {
  const { vhid, advskew, advbaseS, demotion } = decodeCarp(payload);
  return {
    protocol: "carp",
    vrid: vhid,
    version: 2,
    priority: undefined,
    isLeaving: advbaseS === CARP_LEAVING && advskew === CARP_LEAVING,
    intervalUs: Math.round((advbaseS + advskew / 256) * US_PER_SECOND),
    vips: [],
    checksumForm: undefined,
    authType: VrrpAuthType.none,
    secret: undefined,
    trailer: undefined,
    carp: { advskew, advbaseS, demotion },
  };
}
