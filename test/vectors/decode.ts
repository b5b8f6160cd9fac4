/**
 * Decodes the IPv4 frames of a capture with our codecs, into what other decoders say of them.
 *
 * @module
 */
import { readCaptureFile } from "@viptools/kernel";
import {
  type ArpPacket,
  decodeArp,
  decodeEthernet,
  decodeIpv4,
  decodeVrrpV2,
  decodeVrrpV3,
  EtherType,
  type EthernetFrame,
  IpProtocol,
  type Ipv4Packet,
  type VrrpV2Advert,
  type VrrpV3Advert,
  WireError,
  vrrpVersion,
} from "@viptools/wire";

/** One frame, as far as our codecs go; or why they do not go on. */
export interface DecodedFrame {
  readonly realtimeNs: bigint;
  readonly ethernet: EthernetFrame;
  readonly arp?: ArpPacket;
  readonly ipv4?: Ipv4Packet;
  readonly vrrp?: VrrpV2Advert | VrrpV3Advert;
  /** Set where a decoder refused. */
  readonly refused?: WireError;
}

export async function decodeCapture(path: string): Promise<DecodedFrame[]> {
  const frames: DecodedFrame[] = [];
  await readCaptureFile(path, "", ({ bytes, realtimeNs }) => frames.push(decodeFrame(bytes, realtimeNs)));
  return frames;
}

function decodeFrame(bytes: Uint8Array, realtimeNs: bigint): DecodedFrame {
  let frame: DecodedFrame = { realtimeNs, ethernet: decodeEthernet(bytes) };
  try {
    if (frame.ethernet.etherType === EtherType.arp) frame = { ...frame, arp: decodeArp(frame.ethernet.payload) };
    if (frame.ethernet.etherType === EtherType.ipv4) frame = { ...frame, ipv4: decodeIpv4(frame.ethernet.payload) };
    if (frame.ipv4?.protocol === IpProtocol.vrrp) frame = { ...frame, vrrp: decodeVrrp(frame.ipv4) };
    return frame;
  } catch (error) {
    if (error instanceof WireError) return { ...frame, refused: error };
    throw error;
  }
}

function decodeVrrp({ payload, source, destination }: Ipv4Packet): VrrpV2Advert | VrrpV3Advert {
  return vrrpVersion(payload) === 2 ? decodeVrrpV2(payload) : decodeVrrpV3(payload, source, destination);
}
