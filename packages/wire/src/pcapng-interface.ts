/**
 * Interfaces of a pcapng file: what its packets are, and what their time stamps mean
 * (draft-ietf-opsawg-pcapng §4.2, Interface Description Block).
 *
 * ```text
 *  body     0 linkType  2 reserved  4 snapLength  8 options
 *  options  0 code  2 length  4 value, padded to four octets
 * ```
 *
 * @module
 */
import { type CapturedPacket, checkSeconds, failAt } from "./captured-packet.ts";

const OPTIONS_AT = 8;
const OPTION_HEADER_LENGTH = 4;
const Option = { end: 0, name: 2, resolution: 9, offset: 14 } as const;
/** A resolution with this bit is a negative power of 2, otherwise of 10. */
const POWER_OF_TWO = 0x80;
const MICROSECONDS = 6;
const NANOSECONDS = 9;
const NANOSECONDS_PER_SECOND = 1_000_000_000;
const TWO_TO_32 = 0x1_0000_0000;
const TWO_TO_16 = 0x1_0000;

export interface PcapngInterface {
  readonly linkType: number;
  /** How much of each packet was kept at most, in octets; 0 for all. */
  readonly snapLength: number;
  readonly name: string | undefined;
  /** Of its time stamps: at most 10^127. */
  readonly ticksPerSecond: bigint;
  /** The same where a tick is a power of ten down to a nanosecond; undefined for finer ones and powers of two. */
  readonly plainTicksPerSecond: number | undefined;
  /** To be added to each of its times. */
  readonly offsetSeconds: number;
}

/** A part of a block: where it lies in memory, and in the file. */
export interface BlockBody {
  readonly bytes: Uint8Array;
  readonly isLittleEndian: boolean;
  /** Of the block, from the beginning of the file. */
  readonly offset: number;
}

/** @throws {WireError} `length` if the body or an option is cut short. */
export function decodePcapngInterface({ bytes, isLittleEndian, offset }: BlockBody): PcapngInterface {
  if (bytes.length < OPTIONS_AT)
    failAt("length", offset, `an interface has ${bytes.length} octets, needs ${OPTIONS_AT}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const options = readOptions(view, isLittleEndian, offset);
  const resolution = options.get(Option.resolution)?.getUint8(0) ?? MICROSECONDS;
  const seconds = options.get(Option.offset);
  const power = resolution & ~POWER_OF_TWO;
  const isBinary = (resolution & POWER_OF_TWO) !== 0;
  return {
    linkType: view.getUint16(0, isLittleEndian),
    snapLength: view.getUint32(4, isLittleEndian),
    name: nameFrom(options.get(Option.name)),
    ticksPerSecond: (isBinary ? 2n : 10n) ** BigInt(power),
    plainTicksPerSecond: isBinary || power > NANOSECONDS ? undefined : 10 ** power,
    offsetSeconds: seconds === undefined ? 0 : Number(seconds.getBigInt64(0, isLittleEndian)),
  };
}

/**
 * Writes a time stamp of 64 bits, given as its halves, into a packet.
 *
 * @param offset of the block, for the error.
 * @throws {WireError} `value` for a time before 1970 or after 9999.
 */
export function setPcapngTime(
  packet: CapturedPacket,
  high: number,
  low: number,
  at: PcapngInterface,
  offset: number,
): void {
  if (at.plainTicksPerSecond === undefined) divideFine(packet, high, low, at.ticksPerSecond);
  else divide(packet, high, low, at.plainTicksPerSecond);
  packet.seconds += at.offsetSeconds;
  checkSeconds(packet.seconds, offset);
}

/**
 * Long division with digits of 16 bits: each step stays below 2^53, so that plain numbers are exact, where a BigInt for
 * every packet would take most of the time.
 */
function divide(packet: CapturedPacket, high: number, low: number, ticksPerSecond: number): void {
  const first = Math.floor(high / ticksPerSecond);
  const middle = (high - first * ticksPerSecond) * TWO_TO_16 + (low >>> 16);
  const second = Math.floor(middle / ticksPerSecond);
  const last = (middle - second * ticksPerSecond) * TWO_TO_16 + (low & 0xffff);
  const third = Math.floor(last / ticksPerSecond);
  packet.seconds = first * TWO_TO_32 + second * TWO_TO_16 + third;
  packet.nanoseconds = (last - third * ticksPerSecond) * (NANOSECONDS_PER_SECOND / ticksPerSecond);
}

/** What is finer than a nanosecond is cut off. */
function divideFine(packet: CapturedPacket, high: number, low: number, ticksPerSecond: bigint): void {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  packet.seconds = Number(ticks / ticksPerSecond);
  packet.nanoseconds = Number(((ticks % ticksPerSecond) * 1_000_000_000n) / ticksPerSecond);
}

/** @returns the first value of each code; those that we know have their length. */
function readOptions(view: DataView, isLittleEndian: boolean, offset: number): Map<number, DataView> {
  const found = new Map<number, DataView>();
  const needs = new Map<number, number>([
    [Option.resolution, 1],
    [Option.offset, 8],
  ]);
  for (let at = OPTIONS_AT; at + OPTION_HEADER_LENGTH <= view.byteLength; ) {
    const code = view.getUint16(at, isLittleEndian);
    const length = view.getUint16(at + 2, isLittleEndian);
    if (code === Option.end) break;
    at += OPTION_HEADER_LENGTH;
    const isWhole = at + length <= view.byteLength && length >= (needs.get(code) ?? 0);
    if (!isWhole) failAt("length", offset, `option ${code} of an interface has ${length} octets`);
    if (!found.has(code)) found.set(code, new DataView(view.buffer, view.byteOffset + at, length));
    at += length + (-length & 3);
  }
  return found;
}

/** Names are ASCII in practice; other octets are carried through one by one. Some writers end them with a zero. */
function nameFrom(value: DataView | undefined): string | undefined {
  if (value === undefined) return undefined;
  const octets = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const end = octets.indexOf(0);
  return String.fromCharCode(...(end < 0 ? octets : octets.subarray(0, end)));
}
