/**
 * The capture file format of libpcap (draft-ietf-opsawg-pcap), in either byte order, with microseconds or nanoseconds.
 *
 * ```text
 *  file    0 magic  4 major  6 minor  8 reserved  16 snapLength  20 fcs(16)+linkType(16)  24 packets
 *  packet  0 seconds  4 fraction  8 captured  12 length  16 octets
 * ```
 *
 * @module
 */
import type { ByteWindow } from "./byte-window.ts";
import {
  CAPTURED_LENGTH_MAX,
  type CapturedPacket,
  checkCapturedLength,
  emptyPacket,
  failAt,
} from "./captured-packet.ts";

export const PCAP_HEADER_LENGTH = 24;
export const PCAP_PACKET_HEADER_LENGTH = 16;

/** The two magics, as the host that wrote the file has them; their value tells the unit of the fraction. */
export const PcapMagic = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d } as const;
const MAJOR = 2;
const MINOR = 4;
const NANOSECONDS_PER_SECOND = 1_000_000_000;

export interface PcapHeader {
  readonly isLittleEndian: boolean;
  readonly isNanosecond: boolean;
  readonly linkType: number;
  /** How much of each packet was to be kept at most, in octets. */
  readonly snapLength: number;
}

/** @returns whether a file that begins with these four octets is one. */
export function isPcap(view: DataView, at: number): boolean {
  return magicOf(view, at) !== undefined;
}

/**
 * @param at where the header begins; 24 octets are there.
 * @throws {WireError} `type` without a magic, `version` unless the major version is 2.
 */
export function decodePcapHeader(view: DataView, at = 0): PcapHeader {
  const magic = magicOf(view, at);
  if (magic === undefined)
    return failAt("type", 0, `0x${view.getUint32(at).toString(16)} stands, needs a magic`);
  const { isLittleEndian } = magic;
  const major = view.getUint16(at + 4, isLittleEndian);
  if (major !== MAJOR) failAt("version", 4, `the version of pcap is ${major}, needs ${MAJOR}`);
  return {
    ...magic,
    snapLength: view.getUint32(at + 16, isLittleEndian),
    linkType: view.getUint32(at + 20, isLittleEndian) & 0xffff,
  };
}

export function encodePcapHeader(header: PcapHeader): Uint8Array {
  const { isLittleEndian, isNanosecond, linkType, snapLength } = header;
  const view = new DataView(new ArrayBuffer(PCAP_HEADER_LENGTH));
  view.setUint32(0, isNanosecond ? PcapMagic.nanoseconds : PcapMagic.microseconds, isLittleEndian);
  view.setUint16(4, MAJOR, isLittleEndian);
  view.setUint16(6, MINOR, isLittleEndian);
  view.setUint32(16, snapLength, isLittleEndian);
  view.setUint32(20, linkType, isLittleEndian);
  return new Uint8Array(view.buffer);
}

/**
 * Writes a packet in little-endian order with nanoseconds: sixteen octets, then its own.
 *
 * @param packet of 262,144 octets at most; its seconds end in 2106, with 32 bits.
 * @returns where the next one goes.
 * @throws {RangeError} if it does not fit into the rest of `into`.
 */
export function writePcapPacket(
  into: Uint8Array,
  at: number,
  packet: Pick<CapturedPacket, "bytes" | "seconds" | "nanoseconds" | "length">,
): number {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint32(at, packet.seconds, true);
  view.setUint32(at + 4, packet.nanoseconds, true);
  view.setUint32(at + 8, packet.bytes.length, true);
  view.setUint32(at + 12, packet.length, true);
  into.set(packet.bytes, at + PCAP_PACKET_HEADER_LENGTH);
  return at + PCAP_PACKET_HEADER_LENGTH + packet.bytes.length;
}

/** The header that fits {@link writePcapPacket}. */
export function headerForWriting(linkType: number): PcapHeader {
  return { isLittleEndian: true, isNanosecond: true, linkType, snapLength: CAPTURED_LENGTH_MAX };
}

/** Reads packets, once the header is read. */
export class PcapPackets {
  readonly #window: ByteWindow;
  readonly #isLittle: boolean;
  readonly #fractionNs: number;
  readonly #packet: CapturedPacket;

  constructor(window: ByteWindow, header: PcapHeader) {
    this.#window = window;
    this.#isLittle = header.isLittleEndian;
    this.#fractionNs = header.isNanosecond ? 1 : 1000;
    this.#packet = emptyPacket(header.linkType);
  }

  /** @returns undefined until a whole packet waits. @throws {WireError} `length` for one that is too long. */
  next(): CapturedPacket | undefined {
    const window = this.#window;
    if (!window.has(PCAP_PACKET_HEADER_LENGTH)) return undefined;
    const { view, at } = window;
    const captured = view.getUint32(at + 8, this.#isLittle);
    checkCapturedLength(captured, window.offset);
    const whole = PCAP_PACKET_HEADER_LENGTH + captured;
    if (!window.has(whole)) return undefined;
    window.at = at + whole;
    const packet = this.#packet;
    packet.bytes = window.octets(at + PCAP_PACKET_HEADER_LENGTH, at + whole);
    packet.length = view.getUint32(at + 12, this.#isLittle);
    this.#setTime(view.getUint32(at, this.#isLittle), view.getUint32(at + 4, this.#isLittle));
    return packet;
  }

  /** A fraction of a second or more is wrong, but says a time all the same. */
  #setTime(seconds: number, fraction: number): void {
    const nanoseconds = fraction * this.#fractionNs;
    const more = nanoseconds < NANOSECONDS_PER_SECOND ? 0 : Math.floor(nanoseconds / NANOSECONDS_PER_SECOND);
    this.#packet.seconds = seconds + more;
    this.#packet.nanoseconds = nanoseconds - more * NANOSECONDS_PER_SECOND;
  }
}

function magicOf(
  view: DataView,
  at: number,
): Pick<PcapHeader, "isLittleEndian" | "isNanosecond"> | undefined {
  for (const isLittleEndian of [true, false]) {
    const magic = view.getUint32(at, isLittleEndian);
    if (magic === PcapMagic.microseconds) return { isLittleEndian, isNanosecond: false };
    if (magic === PcapMagic.nanoseconds) return { isLittleEndian, isNanosecond: true };
  }
  return undefined;
}
