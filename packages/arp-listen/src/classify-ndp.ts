/**
 * What a neighbour solicitation or advertisement is for, and what is unusual about it: pure, in place.
 *
 * `decodeNeighbour` of `packages/wire` refuses whatever RFC 4861 §7.1 tells receivers to refuse. A listener shows it, and
 * says why nobody will believe it.
 *
 * @module
 */
import {
  checksumHolds,
  IPV6_HEADER_LENGTH,
  IpProtocol,
  MAC_LENGTH,
  NEIGHBOUR_HOP_LIMIT,
  NeighbourField,
  NeighbourFlag,
  NeighbourOption,
  NeighbourType,
  onesComplementSum,
} from "@viptools/wire";
import { Flag } from "./flags.ts";
import { Kind } from "./kinds.ts";
import { half, isSame, isZero, Protocol, type Sighting, shortFrameOf } from "./sighting.ts";

export const Ipv6Field = {
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const;

const IPV6_LENGTH = 16;
const IPV6_VERSION = 6;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
/** Headers before the message; a chain of more is nobody's. */
const EXTENSIONS_MAX = 8;
const EXTENSION_UNIT = 8;
const OPTION_UNIT = 8;
const GROUP = 0xff;
/** ff02::1:ff and the last 24 bits of an address (RFC 4291 §2.7.1). */
const SOLICITED_NODE_PREFIX = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff] as const;

/**
 * Reads the packet at the sighting's place; what is no neighbour discovery leaves the sighting without a protocol.
 *
 * @param length how long the frame was on the wire.
 */
export function classifyNdp(sighting: Sighting, length: number): void {
  const { bytes, at } = sighting;
  if (bytes.length < at + IPV6_HEADER_LENGTH || bytes[at]! >> 4 !== IPV6_VERSION) return;
  if (!findMessage(sighting)) return;
  const { messageAt } = sighting;
  const type = bytes[messageAt];
  if (type !== NeighbourType.solicitation && type !== NeighbourType.advertisement) return;
  sighting.protocol = Protocol.ndp;
  if (bytes[at + Ipv6Field.hopLimit] !== NEIGHBOUR_HOP_LIMIT) sighting.flags |= Flag.hopLimit;
  if (isWhole(sighting, length) && hasChecksum(sighting) && readOptions(sighting, type))
    judge(sighting, type);
}

/** @returns false, and refuses the message, if not all of it is there. */
function isWhole(sighting: Sighting, length: number): boolean {
  const { bytes, at, messageAt, flags } = sighting;
  const end = at + IPV6_HEADER_LENGTH + half(bytes, at + Ipv6Field.payloadLength);
  const short = shortFrameOf(sighting, length);
  if (short !== undefined) sighting.refuse(Kind.malformedNdp, Flag.truncated, short);
  else if ((flags & Flag.fragment) !== 0)
    sighting.refuse(Kind.malformedNdp, Flag.fragment, "it is a fragment, needs to be whole");
  else if (end > sighting.end) {
    const cut = bytes.length < length ? `, and the capture has ${bytes.length} of ${length} octets` : "";
    const detail = `IPv6 packet has ${sighting.end - at} octets, its header says ${end - at}${cut}`;
    sighting.refuse(Kind.malformedNdp, Flag.truncated, detail);
  } else if (end - messageAt < NeighbourField.options) {
    const detail = `neighbour message has ${Math.max(0, end - messageAt)} octets, needs ${NeighbourField.options}`;
    sighting.refuse(Kind.malformedNdp, Flag.truncated, detail);
  } else sighting.end = end;
  return !sighting.isMalformed;
}

/** Goes over extension headers. @returns false if no ICMPv6 begins in what was captured. */
function findMessage(sighting: Sighting): boolean {
  const { bytes, at } = sighting;
  let next = bytes[at + Ipv6Field.nextHeader]!;
  let place = at + IPV6_HEADER_LENGTH;
  for (let n = 0; n < EXTENSIONS_MAX && next !== IpProtocol.icmpv6; n++) {
    if (place + EXTENSION_UNIT > bytes.length) return false;
    if (next === FRAGMENT) {
      // Only the first piece begins with the message.
      if (half(bytes, place + 2) >> 3 !== 0) return false;
      sighting.flags |= Flag.fragment;
    } else if (next !== IpProtocol.hopByHop && next !== ROUTING && next !== DESTINATION_OPTIONS) return false;
    const units = next === FRAGMENT ? 0 : bytes[place + 1]!;
    next = bytes[place]!;
    place += (units + 1) * EXTENSION_UNIT;
  }
  sighting.messageAt = place;
  return next === IpProtocol.icmpv6 && place < bytes.length;
}

/** @returns false, and refuses the message, if its checksum does not hold. */
function hasChecksum(sighting: Sighting): boolean {
  const { bytes, at, messageAt, end } = sighting;
  const addresses = bytes.subarray(at + Ipv6Field.source, at + IPV6_HEADER_LENGTH);
  const start = onesComplementSum(addresses, end - messageAt + IpProtocol.icmpv6);
  if (checksumHolds(bytes.subarray(messageAt, end), start)) return true;
  sighting.refuse(Kind.malformedNdp, Flag.checksum, "checksum does not hold");
  return false;
}

/** The message is whole: names it, and what is odd about it. */
function judge(sighting: Sighting, type: number): void {
  const { bytes, at, messageAt } = sighting;
  if (bytes[messageAt + NeighbourField.code] !== 0) sighting.flags |= Flag.code;
  if (bytes[messageAt + NeighbourField.target] === GROUP) sighting.flags |= Flag.groupTarget;
  judgeLinkLayer(sighting);
  if (type === NeighbourType.solicitation) {
    const isDetection = isZero(bytes, at + Ipv6Field.source, IPV6_LENGTH);
    sighting.kind = isDetection ? Kind.dad : Kind.solicitation;
    if (isDetection && (sighting.linkLayerAt >= 0 || !goesToSolicitedNode(sighting)))
      sighting.flags |= Flag.dadForm;
    return;
  }
  const isSolicited = (bytes[messageAt + NeighbourField.flags]! & NeighbourFlag.solicited) !== 0;
  sighting.kind = isSolicited ? Kind.advertisement : Kind.unsolicitedAdvertisement;
  if (isSolicited && bytes[at + Ipv6Field.destination] === GROUP) sighting.flags |= Flag.solicitedGroup;
}

function judgeLinkLayer(sighting: Sighting): void {
  const { bytes, linkLayerAt, sourceAt } = sighting;
  if (linkLayerAt < 0) return;
  if (sourceAt >= 0 && !isSame(bytes, sourceAt, linkLayerAt, MAC_LENGTH)) sighting.flags |= Flag.ethMismatch;
  if ((bytes[linkLayerAt]! & 1) !== 0) sighting.flags |= Flag.groupSha;
}

function goesToSolicitedNode({ bytes, at }: Sighting): boolean {
  return SOLICITED_NODE_PREFIX.every((octet, n) => bytes[at + Ipv6Field.destination + n] === octet);
}

/** Finds the first link-layer address. @returns false, and refuses the message, if an option is not whole. */
function readOptions(sighting: Sighting, type: number): boolean {
  const { bytes, messageAt, end } = sighting;
  const wanted =
    type === NeighbourType.solicitation ? NeighbourOption.sourceLinkLayer : NeighbourOption.targetLinkLayer;
  for (let at = messageAt + NeighbourField.options; at < end; ) {
    const length = at + 1 < end ? bytes[at + 1]! * OPTION_UNIT : 0;
    if (length === 0 || at + length > end) {
      const detail = `option ${bytes[at]} has ${length} of ${end - at} octets`;
      sighting.refuse(Kind.malformedNdp, Flag.options, detail);
      return false;
    }
    if (bytes[at] === wanted && sighting.linkLayerAt < 0) {
      if (length === OPTION_UNIT) sighting.linkLayerAt = at + 2;
      else sighting.flags |= Flag.options;
    }
    at += length;
  }
  return true;
}
