/**
 * Decodes the frames of a capture with our codecs, as far as they go.
 *
 * @module
 */
import { readCaptureFile } from "@viptools/kernel";
import {
  type ArpPacket,
  type CarpAdvert,
  decodeArp,
  decodeCarp,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeListenerReport,
  decodeNeighbour,
  decodeTags,
  decodeVrrpV2,
  decodeVrrpV3,
  EtherType,
  type EthernetFrame,
  type IpAddress,
  IpProtocol,
  type Ipv4Packet,
  type Ipv6Packet,
  isCarp,
  LISTENER_REPORT_TYPE,
  type ListenerReport,
  type NeighbourMessage,
  NeighbourType,
  type VlanTag,
  type VrrpV2Advert,
  type VrrpV3Advert,
  vrrpVersion,
  WireError,
} from "@viptools/wire";

export type VrrpAdvert = VrrpV2Advert | VrrpV3Advert;

/** One frame, as far as our codecs go. */
export interface DecodedFrame {
  readonly realtimeNs: bigint;
  readonly ethernet: EthernetFrame;
  readonly tags?: readonly VlanTag[];
  readonly arp?: ArpPacket;
  readonly ipv4?: Ipv4Packet;
  readonly ipv6?: Ipv6Packet;
  readonly neighbour?: NeighbourMessage;
  readonly listener?: ListenerReport;
  readonly vrrp?: VrrpAdvert;
  readonly carp?: CarpAdvert;
  /** Set where a decoder refused; what it would have given is not there. */
  readonly refused?: WireError;
}

/** @throws what `readCaptureFile` does, among others if the link type is not Ethernet. */
export async function decodeCapture(path: string): Promise<DecodedFrame[]> {
  const frames: DecodedFrame[] = [];
  await readCaptureFile(path, "", ({ bytes, realtimeNs }) => frames.push(decodeFrame(bytes, realtimeNs)));
  return frames;
}

export function decodeFrame(bytes: Uint8Array, realtimeNs: bigint): DecodedFrame {
  let frame: DecodedFrame = { realtimeNs, ethernet: decodeEthernet(bytes) };
  try {
    const { tags, etherType, payload } = decodeTags(frame.ethernet);
    frame = { ...frame, tags };
    if (etherType === EtherType.arp) return { ...frame, arp: decodeArp(payload) };
    if (etherType === EtherType.ipv4) {
      const ipv4 = decodeIpv4(payload);
      frame = { ...frame, ipv4 };
      if (ipv4.protocol === IpProtocol.vrrp) return { ...frame, ...decodeAdvert(ipv4) };
    }
    if (etherType === EtherType.ipv6) {
      const ipv6 = decodeIpv6(payload);
      frame = { ...frame, ipv6 };
      if (ipv6.nextHeader === IpProtocol.vrrp) return { ...frame, ...decodeAdvert(ipv6) };
      if (isNeighbour(ipv6)) return { ...frame, neighbour: decodeNeighbour(ipv6) };
      if (isListenerReport(ipv6)) return { ...frame, listener: decodeListenerReport(ipv6) };
    }
    return frame;
  } catch (error) {
    if (error instanceof WireError) return { ...frame, refused: error };
    throw error;
  }
}

function isNeighbour({ nextHeader, payload }: Ipv6Packet): boolean {
  return nextHeader === IpProtocol.icmpv6 && Object.values<unknown>(NeighbourType).includes(payload[0]);
}

/** Behind a hop-by-hop header of eight octets, as senders write it. */
function isListenerReport({ nextHeader, payload }: Ipv6Packet): boolean {
  return (
    nextHeader === IpProtocol.hopByHop &&
    payload[0] === IpProtocol.icmpv6 &&
    payload[8] === LISTENER_REPORT_TYPE
  );
}

interface Envelope {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly payload: Uint8Array;
}

function decodeAdvert({ payload, source, destination }: Envelope): Pick<DecodedFrame, "vrrp" | "carp"> {
  if (isCarp(payload)) return { carp: decodeCarp(payload) };
  const isV2 = vrrpVersion(payload) === 2;
  return { vrrp: isV2 ? decodeVrrpV2(payload) : decodeVrrpV3(payload, source, destination) };
}
