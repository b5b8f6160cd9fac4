/**
 * Linux cooked captures, in both versions: what `tcpdump -i any` writes instead of Ethernet headers. The destination is
 * not kept, nor is the source of a link whose addresses have more than eight octets.
 *
 * ```text
 *  v1  0 packetType  2 hardwareType  4 addressLength  6 address  14 protocol  16 payload
 *  v2  0 protocol  2 reserved  4 ifindex  8 hardwareType  10 packetType  11 addressLength  12 address  20 payload
 * ```
 *
 * @module
 */
import { MAC_LENGTH, type Mac, macFromBytes, macToBytes } from "./address.ts";
import { WireError } from "./error.ts";

export const COOKED_V1_LENGTH = 16;
export const COOKED_V2_LENGTH = 20;

/** Whom the kernel took a packet to be for (linux/if_packet.h). */
export const CookedPacketType = { host: 0, broadcast: 1, multicast: 2, otherHost: 3, outgoing: 4 } as const;
/** Protocols below 0x0600 are no EtherTypes: this one has LLC behind it (linux/if_ether.h). */
export const COOKED_LLC = 4;

export interface CookedFrame {
  /** One of {@link CookedPacketType}. */
  readonly packetType: number;
  /** ARPHRD of linux/if_arp.h: 1 Ethernet, 772 loopback. */
  readonly hardwareType: number;
  /** Undefined where the link's addresses do not have six octets. */
  readonly source: Mac | undefined;
  /** An EtherType on Ethernet and its kin; VLAN tags follow as they do there. */
  readonly protocol: number;
  /** Where it was captured, by the capturing host's count; 0 in version 1, which does not tell. */
  readonly ifindex: number;
  /** A view into the caller's bytes. */
  readonly payload: Uint8Array;
}

/** @throws {WireError} `length` if there is no whole header. */
export function decodeCookedV1(bytes: Uint8Array): CookedFrame {
  const view = viewOf(bytes, COOKED_V1_LENGTH);
  return {
    packetType: view.getUint16(0),
    hardwareType: view.getUint16(2),
    source: view.getUint16(4) === MAC_LENGTH ? macFromBytes(bytes, 6) : undefined,
    protocol: view.getUint16(14),
    ifindex: 0,
    payload: bytes.subarray(COOKED_V1_LENGTH),
  };
}

/** @throws {WireError} `length` if there is no whole header. */
export function decodeCookedV2(bytes: Uint8Array): CookedFrame {
  const view = viewOf(bytes, COOKED_V2_LENGTH);
  return {
    packetType: view.getUint8(10),
    hardwareType: view.getUint16(8),
    source: view.getUint8(11) === MAC_LENGTH ? macFromBytes(bytes, 12) : undefined,
    protocol: view.getUint16(0),
    ifindex: view.getUint32(4),
    payload: bytes.subarray(COOKED_V2_LENGTH),
  };
}

/** @throws {RangeError} if there is an ifindex, for which version 1 has no place. */
export function encodeCookedV1(frame: CookedFrame): Uint8Array {
  if (frame.ifindex !== 0)
    throw new RangeError(`Cannot encode Linux cooked v1 header: ifindex is ${frame.ifindex}, needs 0`);
  const bytes = new Uint8Array(COOKED_V1_LENGTH + frame.payload.length);
  const view = viewOf(bytes, COOKED_V1_LENGTH);
  view.setUint16(0, frame.packetType);
  view.setUint16(2, frame.hardwareType);
  view.setUint16(4, frame.source === undefined ? 0 : MAC_LENGTH);
  if (frame.source !== undefined) bytes.set(macToBytes(frame.source), 6);
  view.setUint16(14, frame.protocol);
  bytes.set(frame.payload, COOKED_V1_LENGTH);
  return bytes;
}

export function encodeCookedV2(frame: CookedFrame): Uint8Array {
  const bytes = new Uint8Array(COOKED_V2_LENGTH + frame.payload.length);
  const view = viewOf(bytes, COOKED_V2_LENGTH);
  view.setUint16(0, frame.protocol);
  view.setUint32(4, frame.ifindex);
  view.setUint16(8, frame.hardwareType);
  view.setUint8(10, frame.packetType);
  view.setUint8(11, frame.source === undefined ? 0 : MAC_LENGTH);
  if (frame.source !== undefined) bytes.set(macToBytes(frame.source), 12);
  bytes.set(frame.payload, COOKED_V2_LENGTH);
  return bytes;
}

function viewOf(bytes: Uint8Array, needs: number): DataView {
  if (bytes.length < needs) {
    throw new WireError(
      "length",
      `Cannot decode Linux cooked header: length is ${bytes.length}, needs ${needs}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
