/**
 * What happens to a packet of protocol 112 before the election may see it: the checks of RFC 9568 §7.1 and RFC 3768
 * §7.1, in their order, so that each kind of bad packet is counted in one place (S4).
 *
 * @module
 */
import {
  type ChecksumForm,
  compareIpv4,
  decodeEthernet,
  decodeIpv4,
  decodeVrrpV2,
  decodeVrrpV3,
  EtherType,
  type Ipv4,
  type Ipv4Packet,
  isFragment,
  type Mac,
  VRRP_GROUP,
  VRRP_TTL,
  VrrpAuthType,
  vrrpVersion,
  WireError,
} from "@viptools/wire";
import type { HeardAdvert } from "./election.ts";

export interface ReceiveConfig {
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly advertUs: number;
  /** Our own addresses on the interface, the primary one first. */
  readonly addresses: readonly Ipv4[];
}

/** Why a packet was refused; each has a counter of its own. */
export const REJECTIONS = [
  "ip_header",
  "destination",
  "own_address",
  "ttl",
  "version",
  "type",
  "length",
  "checksum",
  "vrid",
  "address_count",
  "interval_zero",
  "auth",
  "interval_mismatch",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** An advert that counts. */
export interface AcceptedAdvert extends HeardAdvert {
  readonly mac: Mac;
  readonly vips: readonly Ipv4[];
  /** Undefined in version 2, which has but one. */
  readonly checksumForm: ChecksumForm | undefined;
}

export type Verdict =
  | { readonly kind: "accepted"; readonly advert: AcceptedAdvert }
  | {
      readonly kind: "rejected";
      readonly why: Rejection;
      readonly source: Ipv4 | undefined;
      readonly detail: string;
    };

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;

/** Ends the checks. */
class Rejected extends Error {
  readonly why: Rejection;

  constructor(why: Rejection, detail: string) {
    super(detail);
    this.why = why;
  }
}

/** @param frame an Ethernet frame that carries IPv4 protocol 112. Never throws for what a frame holds. */
export function checkFrame(config: ReceiveConfig, frame: Uint8Array): Verdict {
  let source: Ipv4 | undefined;
  try {
    const { source: mac, etherType, payload } = decodeEthernet(frame);
    if (etherType !== EtherType.ipv4) throw new Rejected("ip_header", `EtherType is ${etherType}`);
    const packet = decodePacket(payload);
    source = packet.source;
    checkEnvelope(config, packet);
    const message = decodeMessage(config, packet);
    checkMessage(config, message);
    const isFromHigherAddress = compareIpv4(source, config.addresses[0] ?? "0.0.0.0") > 0;
    const { vips, priority, advertUs, checksumForm } = message;
    return {
      kind: "accepted",
      advert: { mac, vips, priority, advertUs, checksumForm, address: source, isFromHigherAddress },
    };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { kind: "rejected", why: error.why, source, detail: error.message };
  }
}

/** A packet socket hears packets before the kernel has looked at their headers. */
function decodePacket(payload: Uint8Array): Ipv4Packet {
  const packet = rejecting("ip_header", () => decodeIpv4(payload));
  if (isFragment(packet)) throw new Rejected("ip_header", "packet is a fragment");
  return packet;
}

/** V3-5.1.1; a looped-back advert of our own must not be answered (V3-SM-g). */
function checkEnvelope(config: ReceiveConfig, packet: Ipv4Packet): void {
  if (packet.destination !== VRRP_GROUP)
    throw new Rejected("destination", `destination is ${packet.destination}`);
  if (config.addresses.includes(packet.source))
    throw new Rejected("own_address", "source is an address of ours");
  if (packet.ttl !== VRRP_TTL) throw new Rejected("ttl", `TTL is ${packet.ttl}, needs ${VRRP_TTL}`);
}

interface Message {
  readonly vrid: number;
  readonly priority: number;
  readonly advertUs: number;
  readonly vips: readonly Ipv4[];
  readonly checksumForm: ChecksumForm | undefined;
  readonly authType: number;
}

/** V3-7.1-c to -f: version, type, length, checksum. */
function decodeMessage(config: ReceiveConfig, { payload, source, destination }: Ipv4Packet): Message {
  const found = rejecting("length", () => vrrpVersion(payload));
  if (found !== config.version) throw new Rejected("version", `version is ${found}, needs ${config.version}`);
  if (config.version === 2) {
    const advert = rejecting("length", () => decodeVrrpV2(payload));
    const advertUs = advert.intervalS * US_PER_SECOND;
    return { ...advert, advertUs, vips: advert.addresses, checksumForm: undefined };
  }
  const advert = rejecting("length", () => decodeVrrpV3(payload, source, destination));
  const advertUs = advert.intervalCs * US_PER_CENTISECOND;
  return { ...advert, advertUs, vips: advert.addresses, authType: VrrpAuthType.none };
}

/** V3-7.1-g to -j, V2-5.3.6-a, V2-7.1-b. */
function checkMessage(config: ReceiveConfig, message: Message): void {
  if (message.vrid !== config.vrid) throw new Rejected("vrid", `VRID is ${message.vrid}`);
  if (message.vips.length === 0) throw new Rejected("address_count", "it lists no address");
  if (message.authType !== VrrpAuthType.none)
    throw new Rejected("auth", `authentication type is ${message.authType}, needs 0`);
  if (message.advertUs === 0) throw new Rejected("interval_zero", "interval is 0");
  if (config.version === 2 && message.advertUs !== config.advertUs) {
    throw new Rejected(
      "interval_mismatch",
      `interval is ${message.advertUs / US_PER_SECOND} s, needs ${config.advertUs / US_PER_SECOND} s`,
    );
  }
}

/** @param fallback what a decoder's complaint counts as that names no check of ours. */
function rejecting<T>(fallback: Rejection, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const named = fallback !== "ip_header" && error.check !== "value" ? error.check : fallback;
    throw new Rejected(named, error.message);
  }
}
