/**
 * The capture file format pcapng (draft-ietf-opsawg-pcapng): blocks, in sections of either byte order. Blocks that hold no
 * packet and describe no interface are skipped.
 *
 * ```text
 *  block     0 type  4 totalLength  8 body  totalLength - 4: totalLength again
 *  section   8 byteOrderMagic  12 major  14 minor  16 sectionLength(64)
 *  enhanced  8 interface  12 time, high half  16 low half  20 captured  24 length  28 octets
 *  simple    8 length  12 octets
 *  obsolete  8 interface(16)  10 drops(16), then as enhanced
 * ```
 *
 * @module
 */
import type { ByteWindow } from "./byte-window.ts";
import { type CapturedPacket, checkCapturedLength, emptyPacket, failAt } from "./captured-packet.ts";
import { decodePcapngInterface, type PcapngInterface, setPcapngTime } from "./pcapng-interface.ts";

export const PcapngBlock = {
  /** The same in either byte order. */
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete, before `enhanced`. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;
export const PCAPNG_BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const MAJOR = 1;
const BLOCK_LENGTH_MIN = 12;
/** As libpcap has it: no writer comes near. */
const BLOCK_LENGTH_MAX = 1 << 24;
const BODY_AT = 8;
const SIMPLE_OCTETS_AT = 12;
const OCTETS_AT = 28;
/** The length stands at the end again. */
const TRAILER_LENGTH = 4;

/** @returns whether a file that begins with these four octets is one. */
export function isPcapng(view: DataView, at: number): boolean {
  return view.getUint32(at) === PcapngBlock.section;
}

/** Reads packets, from the first section header on. */
export class PcapngPackets {
  readonly #window: ByteWindow;
  readonly #packet = emptyPacket();
  /** Of the section that is being read. */
  #isLittle = true;
  #interfaces: PcapngInterface[] = [];

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  /**
   * @returns undefined until a whole packet waits.
   * @throws {WireError} `length` where blocks, interfaces or packets have one that cannot be; `type` without a byte-order
   * magic; `version` unless the major version is 1; `value` for an interface that is not described, or a time that is none.
   */
  next(): CapturedPacket | undefined {
    const window = this.#window;
    while (window.has(BLOCK_LENGTH_MIN)) {
      const { view, at } = window;
      if (view.getUint32(at) === PcapngBlock.section) this.#begin(at);
      const length = view.getUint32(at + 4, this.#isLittle);
      this.#checkLength(length);
      if (!window.has(length)) return undefined;
      this.#checkTrailer(at, length);
      const isPacket = this.#read(view.getUint32(at, this.#isLittle), at, at + length - TRAILER_LENGTH);
      window.at = at + length;
      if (isPacket) return this.#packet;
    }
    return undefined;
  }

  #checkLength(length: number): void {
    if (length >= BLOCK_LENGTH_MIN && length <= BLOCK_LENGTH_MAX && (length & 3) === 0) return;
    const needs = `a multiple of 4 from ${BLOCK_LENGTH_MIN} to ${BLOCK_LENGTH_MAX}`;
    failAt("length", this.#window.offset, `a block of ${length} octets begins, needs ${needs}`);
  }

  #checkTrailer(at: number, length: number): void {
    const again = this.#window.view.getUint32(at + length - TRAILER_LENGTH, this.#isLittle);
    if (again !== length)
      failAt("length", this.#window.offset, `a block of ${length} octets begins, its end says ${again}`);
  }

  /** A section has its own byte order, without which not even its header's length can be read. */
  #begin(at: number): void {
    const { view, offset } = this.#window;
    const isLittle = view.getUint32(at + BODY_AT, true) === PCAPNG_BYTE_ORDER_MAGIC;
    if (!isLittle && view.getUint32(at + BODY_AT) !== PCAPNG_BYTE_ORDER_MAGIC) {
      const seen = view
        .getUint32(at + BODY_AT)
        .toString(16)
        .padStart(8, "0");
      failAt("type", offset + BODY_AT, `0x${seen} stands, needs a section's byte-order magic`);
    }
    this.#isLittle = isLittle;
  }

  /** @returns whether it was a packet. */
  #read(type: number, at: number, end: number): boolean {
    switch (type) {
      case PcapngBlock.enhancedPacket:
        this.#readPacket(at, end, this.#window.view.getUint32(at + BODY_AT, this.#isLittle));
        return true;
      case PcapngBlock.packet:
        this.#readPacket(at, end, this.#window.view.getUint16(at + BODY_AT, this.#isLittle));
        return true;
      case PcapngBlock.simplePacket:
        this.#readSimple(at, end);
        return true;
      case PcapngBlock.section:
        this.#readSection(at, end);
        return false;
      case PcapngBlock.interface:
        this.#interfaces.push(this.#readInterface(at, end));
        return false;
      default:
        return false;
    }
  }

  #readSection(at: number, end: number): void {
    const { view, offset } = this.#window;
    const needs = BODY_AT + 16;
    if (end - at < needs) failAt("length", offset, `a section header has ${end - at} octets, needs ${needs}`);
    const major = view.getUint16(at + 12, this.#isLittle);
    if (major !== MAJOR) failAt("version", offset + 12, `the version of pcapng is ${major}, needs ${MAJOR}`);
    this.#interfaces = [];
  }

  #readInterface(at: number, end: number): PcapngInterface {
    const bytes = this.#window.octets(at + BODY_AT, end);
    const { offset } = this.#window;
    return decodePcapngInterface({ bytes, isLittleEndian: this.#isLittle, offset });
  }

  #readPacket(at: number, end: number, index: number): void {
    const { view, offset } = this.#window;
    const little = this.#isLittle;
    if (end - at < OCTETS_AT)
      failAt("length", offset, `a packet block has ${end - at} octets, needs ${OCTETS_AT}`);
    const from = this.#interfaceOf(index);
    const captured = view.getUint32(at + 20, little);
    this.#setOctets(at + OCTETS_AT, end, captured, view.getUint32(at + 24, little), from);
    setPcapngTime(
      this.#packet,
      view.getUint32(at + 12, little),
      view.getUint32(at + 16, little),
      from,
      offset,
    );
  }

  /** It has no time, and its length is kept once: what was kept of it ends at the interface's limit. */
  #readSimple(at: number, end: number): void {
    const { view, offset } = this.#window;
    if (end - at < SIMPLE_OCTETS_AT)
      failAt("length", offset, `a packet block has ${end - at} octets, needs ${SIMPLE_OCTETS_AT}`);
    const from = this.#interfaceOf(0);
    const length = view.getUint32(at + BODY_AT, this.#isLittle);
    const captured = from.snapLength === 0 ? length : Math.min(length, from.snapLength);
    this.#setOctets(at + SIMPLE_OCTETS_AT, end, captured, length, from);
    this.#packet.seconds = 0;
    this.#packet.nanoseconds = 0;
  }

  #interfaceOf(index: number): PcapngInterface {
    const found = this.#interfaces[index];
    if (found !== undefined) return found;
    const seen = `a packet is of interface ${index}, and ${this.#interfaces.length} are described`;
    return failAt("value", this.#window.offset, seen);
  }

  #setOctets(start: number, end: number, captured: number, length: number, from: PcapngInterface): void {
    const { offset } = this.#window;
    checkCapturedLength(captured, offset);
    if (captured > end - start)
      failAt("length", offset, `a packet of ${captured} octets is in a block that holds ${end - start}`);
    const packet = this.#packet;
    packet.bytes = this.#window.octets(start, start + captured);
    packet.linkType = from.linkType;
    packet.length = length;
    packet.interfaceName = from.name;
  }
}
