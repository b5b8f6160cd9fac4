/**
 * What one frame says, or why no router would take it: pure. Unlike `receive.ts` this knows no virtual router of its
 * own: every version, family, VRID and VLAN is somebody's.
 *
 * @module
 */
import {
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeTags,
  type EthernetFrame,
  EtherType,
  type IpAddress,
  type IpFamily,
  IpProtocol,
  isFragment,
  isGroupAddress,
  type Mac,
  type TaggedPayload,
  VRRP_TTL,
  vrrpGroup,
  WireError,
} from "@viptools/wire";
import { BadAdvertError, type BadCause, type Message, readMessage } from "./message.ts";

/** A frame as a capture gives it. */
export interface SeenFrame {
  readonly bytes: Uint8Array;
  /** How long it was on the wire. */
  readonly length: number;
  /** What the kernel took off the frame; other tags are still in the octets. */
  readonly vlan?: number | undefined;
  /** `out`: this host sent it itself. */
  readonly direction?: "in" | "out";
}

/** What a router says of itself with one advert. */
export interface Advert extends Message {
  /** VLAN numbers from the outermost on; empty for an untagged frame. */
  readonly vlans: readonly number[];
  readonly family: IpFamily;
  readonly address: IpAddress;
  readonly mac: Mac;
  readonly destinationMac: Mac;
  readonly isUnicast: boolean;
  readonly ttl: number;
  readonly isOwn: boolean;
}

export interface BadAdvert {
  readonly vlans: readonly number[];
  readonly family: IpFamily;
  /** As it seems; 0 if there is none. */
  readonly vrid: number;
  readonly source: IpAddress | undefined;
  readonly cause: BadCause;
  readonly detail: string;
}

export type Sighting =
  | { readonly kind: "advert"; readonly advert: Advert }
  | { readonly kind: "bad"; readonly bad: BadAdvert }
  /** The capture has not all of the packet: nobody's fault on the wire. */
  | { readonly kind: "cut" };

const IPV4_PROTOCOL_AT = 9;
const IPV6_NEXT_HEADER_AT = 6;
/** Deeper than anybody nests them: a forger's. */
const VLANS_MAX = 4;

interface Packet {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  readonly payload: Uint8Array;
}

/** @returns undefined for what is no packet of protocol 112. Never throws for what a frame holds. */
export function sight(frame: SeenFrame): Sighting | undefined {
  const opened = open(frame.bytes);
  if (opened === undefined) return undefined;
  const { ethernet, tagged, family } = opened;
  const vlans = [frame.vlan ?? 0, ...tagged.tags.map(({ vlan }) => vlan)].filter((vlan) => vlan !== 0);
  if (vlans.length > VLANS_MAX) return undefined;
  let source: IpAddress | undefined;
  try {
    const packet = decodePacket(family, tagged.payload);
    source = packet.source;
    const isUnicast = checkEnvelope(family, packet);
    const message = readMessage(family, packet.payload, source, packet.destination);
    const isOwn = frame.direction === "out";
    const { destination: destinationMac, source: mac } = ethernet;
    const envelope = {
      vlans,
      family,
      address: source,
      mac,
      destinationMac,
      isUnicast,
      ttl: packet.ttl,
      isOwn,
    };
    return { kind: "advert", advert: { ...message, ...envelope } };
  } catch (error) {
    if (!(error instanceof BadAdvertError)) throw error;
    // What the capture left out cannot have been wrong on the wire.
    if (frame.bytes.length < frame.length && error.badCause === "length") return { kind: "cut" };
    const vrid = peekVrid(family, tagged.payload);
    return {
      kind: "bad",
      bad: { vlans, family, vrid, source, cause: error.badCause, detail: error.message },
    };
  }
}

/** Takes the tags off, and looks no further than the protocol's number. */
function open(
  bytes: Uint8Array,
): { ethernet: EthernetFrame; tagged: TaggedPayload; family: IpFamily } | undefined {
  try {
    const ethernet = decodeEthernet(bytes);
    const tagged = decodeTags(ethernet);
    const { etherType, payload } = tagged;
    if (etherType === EtherType.ipv4 && payload[IPV4_PROTOCOL_AT] === IpProtocol.vrrp)
      return { ethernet, tagged, family: 4 };
    if (etherType === EtherType.ipv6 && payload[IPV6_NEXT_HEADER_AT] === IpProtocol.vrrp)
      return { ethernet, tagged, family: 6 };
    return undefined;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return undefined;
  }
}

function peekVrid(family: IpFamily, packet: Uint8Array): number {
  return packet[(family === 4 ? (packet[0]! & 0xf) * 4 : 40) + 1] ?? 0;
}

function decodePacket(family: IpFamily, bytes: Uint8Array): Packet {
  try {
    if (family === 6) {
      const packet = decodeIpv6(bytes);
      return { ...packet, ttl: packet.hopLimit };
    }
    const packet = decodeIpv4(bytes);
    if (isFragment(packet)) throw new BadAdvertError("value", "packet is a fragment");
    return packet;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // A header that is wrong is told as the election tells it; one that ends early may be the capture's doing.
    throw new BadAdvertError(error.check === "length" ? "length" : "value", error.message);
  }
}

/** RFC 9568 §5.1. @returns whether it is unicast, where peers set their own bounds for the TTL. */
function checkEnvelope(family: IpFamily, { source, destination, ttl }: Packet): boolean {
  if (isGroupAddress(source))
    throw new BadAdvertError("value", `source is ${source}, needs a host's address`);
  const isUnicast = !isGroupAddress(destination);
  if (isUnicast) return true;
  if (destination !== vrrpGroup(family))
    throw new BadAdvertError("value", `destination is ${destination}, needs ${vrrpGroup(family)}`);
  if (ttl !== VRRP_TTL) throw new BadAdvertError("ttl", `TTL is ${ttl}, needs ${VRRP_TTL}`);
  return false;
}
