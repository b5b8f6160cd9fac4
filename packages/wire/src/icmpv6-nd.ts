/**
 * Neighbour Solicitation and Neighbour Advertisement (RFC 4861 §4.3, §4.4), the ARP of IPv6, with the one option that
 * they carry for us: the link-layer address (§4.6.1). Other options are skipped, as receivers have to.
 *
 * ```text
 *  0 type  1 code  2 checksum  4 R S O + reserved(29)  8 target  24 options: 0 type  1 length/8  2 link-layer address
 * ```
 *
 * Checks and checksum need the IPv6 header, so a message becomes a packet, and a packet a message.
 *
 * @module
 */
import { type Mac, macFromBytes, macToBytes } from "./address.ts";
import { checksumHolds, internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import { WireError } from "./error.ts";
import { isGroupAddress } from "./ip-address.ts";
import { IpProtocol } from "./ipv4.ts";
import type { Ipv6Packet } from "./ipv6.ts";
import { ANY_IPV6, type Ipv6, ipv6FromBytes, ipv6ToBytes, isSolicitedNodeGroup } from "./ipv6-address.ts";

/** Sent and accepted: a packet with another one came over a router (RFC 4861 §7.1.1). */
export const NEIGHBOUR_HOP_LIMIT = 255;
export const NeighbourType = { solicitation: 135, advertisement: 136 } as const;

/** Where the fields are, for those who read many messages in place; options follow. */
export const NeighbourField = { type: 0, code: 1, flags: 4, target: 8, options: 24 } as const;
/** Bits of an advertisement's flags. */
export const NeighbourFlag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;
export const NeighbourOption = { sourceLinkLayer: 1, targetLinkLayer: 2 } as const;

const HEADER_LENGTH = NeighbourField.options;
const OPTION_UNIT = 8;
const Option = NeighbourOption;
const Flag = NeighbourFlag;

/** Who has this address? */
export interface NeighbourSolicitation {
  readonly type: typeof NeighbourType.solicitation;
  readonly target: Ipv6;
  /** The asker's own, to be answered at; undefined where the option is missing. */
  readonly linkLayer: Mac | undefined;
}

/** I have it, or somebody for whom I speak. */
export interface NeighbourAdvertisement {
  readonly type: typeof NeighbourType.advertisement;
  /** Who clears it, is taken off the lists of default routers of those who hear it (RFC 4861 §7.2.5). */
  readonly isRouter: boolean;
  /** An answer to a solicitation that had a source. */
  readonly isSolicited: boolean;
  /** Replaces another MAC that is known already. */
  readonly isOverride: boolean;
  readonly target: Ipv6;
  /** The target's; undefined where the option is missing. */
  readonly linkLayer: Mac | undefined;
}

export type NeighbourMessage = NeighbourSolicitation | NeighbourAdvertisement;

/**
 * Checks in the order of RFC 4861 §7.1.1 and §7.1.2.
 *
 * @throws {WireError} `type` if it is no neighbour message, or has a code; `value` for a hop limit under 255, a group as
 * target, a question without a source that is not to the solicited-node group or says a MAC, an answer to a group that
 * calls itself solicited; `checksum`; `length` if message or option is cut short or an option has none.
 */
export function decodeNeighbour(packet: Ipv6Packet): NeighbourMessage {
  const bytes = packet.payload;
  const type = checkHeader(packet);
  const target = ipv6FromBytes(bytes, 8);
  if (isGroupAddress(target)) fail("value", `target is the group ${target}`);
  const options = readOptions(bytes.subarray(HEADER_LENGTH));
  if (type === NeighbourType.solicitation) {
    const linkLayer = options.get(Option.sourceLinkLayer);
    if (packet.source === ANY_IPV6) checkDetection(packet.destination, linkLayer);
    return { type, target, linkLayer };
  }
  const flags = bytes[4]!;
  const isSolicited = (flags & Flag.solicited) !== 0;
  if (isSolicited && isGroupAddress(packet.destination))
    fail("value", "it is solicited, and sent to a group");
  return {
    type,
    isRouter: (flags & Flag.router) !== 0,
    isSolicited,
    isOverride: (flags & Flag.override) !== 0,
    target,
    linkLayer: options.get(Option.targetLinkLayer),
  };
}

/** @returns the packet that carries the message, with hop limit 255 and its checksum. */
export function encodeNeighbour(message: NeighbourMessage, source: Ipv6, destination: Ipv6): Ipv6Packet {
  const { type, target, linkLayer } = message;
  const payload = new Uint8Array(HEADER_LENGTH + (linkLayer === undefined ? 0 : OPTION_UNIT));
  payload[0] = type;
  if (type === NeighbourType.advertisement) payload[4] = flagsOf(message);
  payload.set(ipv6ToBytes(target), 8);
  if (linkLayer !== undefined) {
    const option = type === NeighbourType.solicitation ? Option.sourceLinkLayer : Option.targetLinkLayer;
    payload.set([option, 1, ...macToBytes(linkLayer)], HEADER_LENGTH);
  }
  const start = pseudoHeaderSum(source, destination, IpProtocol.icmpv6, payload.length);
  new DataView(payload.buffer).setUint16(2, internetChecksum(payload, start));
  return {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: NEIGHBOUR_HOP_LIMIT,
    nextHeader: IpProtocol.icmpv6,
    source,
    destination,
    payload,
  };
}

function flagsOf({ isRouter, isSolicited, isOverride }: NeighbourAdvertisement): number {
  return (isRouter ? Flag.router : 0) | (isSolicited ? Flag.solicited : 0) | (isOverride ? Flag.override : 0);
}

/** @returns the type, once everything up to the options can be trusted. */
function checkHeader(packet: Ipv6Packet): NeighbourMessage["type"] {
  const { nextHeader, hopLimit, source, destination, payload } = packet;
  const [type, code] = payload;
  if (nextHeader !== IpProtocol.icmpv6) fail("type", `next header is ${nextHeader}, needs ICMPv6`);
  if (type !== NeighbourType.solicitation && type !== NeighbourType.advertisement)
    return fail("type", `type is ${type}, needs 135 or 136`);
  if (hopLimit !== NEIGHBOUR_HOP_LIMIT) fail("value", `hop limit is ${hopLimit}, needs 255`);
  const start = pseudoHeaderSum(source, destination, nextHeader, payload.length);
  if (!checksumHolds(payload, start)) fail("checksum", "checksum does not hold");
  if (code !== 0) fail("type", `code is ${code}, needs 0`);
  if (payload.length < HEADER_LENGTH) fail("length", `length is ${payload.length}, needs ${HEADER_LENGTH}`);
  return type;
}

/** A question without a source is duplicate address detection (RFC 4862 §5.4.2). */
function checkDetection(destination: Ipv6, linkLayer: Mac | undefined): void {
  if (!isSolicitedNodeGroup(destination)) fail("value", `it has no source, and is sent to ${destination}`);
  if (linkLayer !== undefined) fail("value", "it has no source, but a source link-layer address");
}

/** @returns the first link-layer address of each kind. */
function readOptions(bytes: Uint8Array): Map<number, Mac> {
  const found = new Map<number, Mac>();
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at]!;
    const length = (bytes[at + 1] ?? 0) * OPTION_UNIT;
    if (length === 0 || at + length > bytes.length)
      fail("length", `option ${type} at ${at} has ${length} of ${bytes.length} octets`);
    if (type === Option.sourceLinkLayer || type === Option.targetLinkLayer) {
      if (length !== OPTION_UNIT)
        fail("length", `link-layer address has ${length} octets, needs ${OPTION_UNIT}`);
      if (!found.has(type)) found.set(type, macFromBytes(bytes, at + 2));
    }
    at += length;
  }
  return found;
}

function fail(check: "length" | "type" | "checksum" | "value", seen: string): never {
  throw new WireError(check, `Cannot decode neighbour message: ${seen}`);
}
