/**
 * What happens to a packet of protocol 112 before the election may see it: the checks of RFC 9568 §7.1 and RFC 3768
 * §7.1, in their order, so that each kind of bad packet is counted in one place (S4).
 *
 * @module
 */
import {
  type ChecksumForm,
  compareAddresses,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeVrrpV2,
  decodeVrrpV3,
  EtherType,
  type IpAddress,
  IpProtocol,
  isCarp,
  isFragment,
  isLinkLocal,
  type Mac,
  nameVrrpTrailer,
  VRRP_TTL,
  VrrpAuthType,
  VrrpPriority,
  vrrpGroup,
  vrrpVersion,
  WireError,
} from "@viptools/wire";
import type { HeardAdvert } from "./election.ts";

export interface ReceiveConfig {
  readonly family: 4 | 6;
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly advertUs: number;
  /** Our own addresses on the interface, the one that adverts are sent from first. */
  readonly addresses: readonly IpAddress[];
  /** Who may speak, by unicast; empty for multicast. */
  readonly peers: readonly IpAddress[];
  /** Smallest TTL or hop limit of a unicast advert; multicast always needs 255. */
  readonly minTtl: number;
  /** Version 2: eight octets that a peer must send too; undefined for no authentication. */
  readonly password: Uint8Array | undefined;
  /** Addresses as our own adverts list them. */
  readonly vips: readonly IpAddress[];
  /** Version 2: refuses an advert that lists other addresses (V2-7.1-c). */
  readonly dropsVipMismatch: boolean;
  /** IPv6: takes adverts whose first address is no link-local one. */
  readonly isLenientV6: boolean;
}

/** Why a packet was refused; each has a counter of its own. */
export const REJECTIONS = [
  "ip_header",
  "destination",
  "own_address",
  "stranger",
  "ttl",
  "carp",
  "version",
  "type",
  "length",
  "checksum",
  "vrid",
  "address_count",
  "first_address",
  "interval_zero",
  "auth",
  "interval_mismatch",
  "vip_mismatch",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** An advert that counts. */
export interface AcceptedAdvert extends HeardAdvert {
  readonly mac: Mac;
  readonly vips: readonly IpAddress[];
  /** Undefined in version 2 and over IPv6, which have but one. */
  readonly checksumForm: ChecksumForm | undefined;
  /** What follows the message, if anything does. */
  readonly trailer: string | undefined;
}

export type Verdict =
  | { readonly kind: "accepted"; readonly advert: AcceptedAdvert }
  | {
      readonly kind: "rejected";
      readonly why: Rejection;
      readonly source: IpAddress | undefined;
      readonly detail: string;
    };

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;

/** An IP packet that carries VRRP, of either family. */
export interface Packet {
  readonly mac: Mac;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Hop limit, over IPv6. */
  readonly ttl: number;
  readonly payload: Uint8Array;
}

/** Ends the checks. No Error: a flood of bad packets must not cost a stack trace each (S5). */
class Rejected {
  readonly why: Rejection;
  readonly detail: string;

  constructor(why: Rejection, detail: string) {
    this.why = why;
    this.detail = detail;
  }
}

/** @returns family and VRID that a frame seems to be for, without trusting anything else; undefined if it has none. */
export function peekInstance(frame: Uint8Array): { family: 4 | 6; vrid: number } | undefined {
  const etherType = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  const family = etherType === EtherType.ipv4 ? 4 : 6;
  if (family === 6 && etherType !== EtherType.ipv6) return undefined;
  const at = 14 + (family === 4 ? ((frame[14] ?? 0) & 0xf) * 4 : 40) + 1;
  return { family, vrid: frame[at] ?? 0 };
}

/** @param frame an Ethernet frame of the family's protocol 112. Never throws for what a frame holds. */
export function checkFrame(config: ReceiveConfig, frame: Uint8Array): Verdict {
  let source: IpAddress | undefined;
  try {
    const packet = decodePacket(config.family, frame);
    source = packet.source;
    checkEnvelope(config, packet);
    const message = decodeMessage(config, packet);
    checkMessage(config, message);
    const own = config.addresses[0];
    const isFromHigherAddress = own === undefined || compareAddresses(source, own) > 0;
    const { vips, priority, advertUs, checksumForm, trailer } = message;
    return {
      kind: "accepted",
      advert: {
        mac: packet.mac,
        vips,
        priority,
        advertUs,
        checksumForm,
        trailer,
        address: source,
        isFromHigherAddress,
      },
    };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { kind: "rejected", why: error.why, source, detail: error.detail };
  }
}

/** A packet socket hears packets before the kernel has looked at their headers. */
function decodePacket(family: 4 | 6, frame: Uint8Array): Packet {
  const { source: mac, etherType, payload } = rejecting("ip_header", () => decodeEthernet(frame));
  if (etherType !== (family === 4 ? EtherType.ipv4 : EtherType.ipv6))
    throw new Rejected("ip_header", `EtherType is ${etherType}`);
  if (family === 6) {
    const packet = rejecting("ip_header", () => decodeIpv6(payload));
    if (packet.nextHeader !== IpProtocol.vrrp)
      throw new Rejected("ip_header", `next header is ${packet.nextHeader}`);
    return { ...packet, mac, ttl: packet.hopLimit };
  }
  const packet = rejecting("ip_header", () => decodeIpv4(payload));
  if (isFragment(packet)) throw new Rejected("ip_header", "packet is a fragment");
  return { ...packet, mac };
}

/** V3-5.1.1, V3-5.1.2; a looped-back advert of our own must not be answered (V3-SM-g). */
function checkEnvelope(config: ReceiveConfig, packet: Packet): void {
  const { family, addresses, peers, minTtl } = config;
  const isUnicast = peers.length > 0;
  const isForUs = isUnicast
    ? addresses.includes(packet.destination)
    : packet.destination === vrrpGroup(family);
  if (!isForUs) throw new Rejected("destination", `destination is ${packet.destination}`);
  if (addresses.includes(packet.source)) throw new Rejected("own_address", "source is an address of ours");
  if (isUnicast && !peers.includes(packet.source))
    throw new Rejected("stranger", `${packet.source} is none of the peers`);
  const needs = isUnicast ? minTtl : VRRP_TTL;
  if (packet.ttl < needs) throw new Rejected("ttl", `TTL is ${packet.ttl}, needs ${needs}`);
}

interface Message {
  readonly vrid: number;
  readonly priority: number;
  readonly advertUs: number;
  readonly vips: readonly IpAddress[];
  readonly checksumForm: ChecksumForm | undefined;
  readonly authType: number;
  readonly authData: Uint8Array | undefined;
  readonly trailer: string | undefined;
}

/** V3-7.1-c to -f: version, type, length, checksum. CARP has version 2's first octet, and is somebody else's. */
function decodeMessage(config: ReceiveConfig, { payload, source, destination }: Packet): Message {
  if (isCarp(payload)) throw new Rejected("carp", `CARP of virtual host ${payload[1]}`);
  const found = rejecting("length", () => vrrpVersion(payload));
  if (found !== config.version) throw new Rejected("version", `version is ${found}, needs ${config.version}`);
  if (config.version === 2) {
    const advert = rejecting("length", () => decodeVrrpV2(payload));
    return {
      ...advert,
      advertUs: advert.intervalS * US_PER_SECOND,
      vips: advert.addresses,
      checksumForm: undefined,
      trailer: nameVrrpTrailer(advert.trailer),
    };
  }
  const advert = rejecting("length", () => decodeVrrpV3(payload, source, destination));
  return {
    ...advert,
    advertUs: advert.intervalCs * US_PER_CENTISECOND,
    vips: advert.addresses,
    checksumForm: config.family === 4 ? advert.checksumForm : undefined,
    authType: VrrpAuthType.none,
    authData: undefined,
    trailer: nameVrrpTrailer(advert.trailer),
  };
}

/** V3-7.1-g to -j, V2-5.3.6-a, V2-7.1-b, -c. */
function checkMessage(config: ReceiveConfig, message: Message): void {
  const { vips } = message;
  if (message.vrid !== config.vrid) throw new Rejected("vrid", `VRID is ${message.vrid}`);
  if (vips.length === 0) throw new Rejected("address_count", "it lists no address");
  if (config.family === 6 && !config.isLenientV6 && !isLinkLocal(vips[0]!))
    throw new Rejected("first_address", `first address is ${vips[0]}, needs a link-local one`);
  if (message.advertUs === 0) throw new Rejected("interval_zero", "interval is 0");
  if (config.version === 3) return;
  checkAuthentication(config, message);
  if (message.advertUs !== config.advertUs) {
    const [seen, needs] = [message.advertUs, config.advertUs].map((us) => us / US_PER_SECOND);
    throw new Rejected("interval_mismatch", `interval is ${seen} s, needs ${needs} s`);
  }
  const isOwner = message.priority === VrrpPriority.owner;
  if (config.dropsVipMismatch && !isOwner && vips.join(" ") !== config.vips.join(" "))
    throw new Rejected("vip_mismatch", `addresses are ${vips.join(" ")}, needs ${config.vips.join(" ")}`);
}

/** Types are told, passwords never. */
function checkAuthentication({ password }: ReceiveConfig, { authType, authData }: Message): void {
  const needs = password === undefined ? VrrpAuthType.none : VrrpAuthType.simplePassword;
  if (authType !== needs) throw new Rejected("auth", `authentication type is ${authType}, needs ${needs}`);
  if (password !== undefined && !password.every((octet, n) => octet === authData?.[n]))
    throw new Rejected("auth", "password is another one");
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
