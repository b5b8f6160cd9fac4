/**
 * Capture files made by hand, octet by octet, for readers to read.
 *
 * @module
 */
import { PCAPNG_BYTE_ORDER_MAGIC, PcapngBlock } from "./pcapng.ts";

/** Writes numbers in one byte order: [octets of the field, value] each; a bigint takes eight. */
export class Fields {
  readonly #isLittle: boolean;

  constructor(isLittle: boolean) {
    this.#isLittle = isLittle;
  }

  of(...fields: readonly (readonly [size: 1 | 2 | 4 | 8, value: number | bigint])[]): Uint8Array {
    return joined(
      fields.map(([size, value]) => {
        const view = new DataView(new ArrayBuffer(8));
        view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), this.#isLittle);
        const octets = new Uint8Array(view.buffer);
        return this.#isLittle ? octets.slice(0, size) : octets.slice(8 - size);
      }),
    );
  }
}

export const LITTLE: Fields = new Fields(true);
export const BIG: Fields = new Fields(false);

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export interface FilePacket {
  readonly seconds: number;
  /** In the file's own unit. */
  readonly fraction: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

export function pcapFile(
  write: Fields,
  magic: number,
  linkType: number,
  packets: readonly FilePacket[],
): Uint8Array {
  const header = write.of([4, magic], [2, 2], [2, 4], [4, 0], [4, 0], [4, 262_144], [4, linkType]);
  const records = packets.flatMap(({ seconds, fraction, bytes, length }) => [
    write.of([4, seconds], [4, fraction], [4, bytes.length], [4, length]),
    bytes,
  ]);
  return joined([header, ...records]);
}

export function block(write: Fields, type: number, body: Uint8Array): Uint8Array {
  const total = 12 + body.length + (-body.length & 3);
  return joined([
    write.of([4, type], [4, total]),
    body,
    new Uint8Array(-body.length & 3),
    write.of([4, total]),
  ]);
}

export function sectionBlock(write: Fields): Uint8Array {
  const body = write.of([4, PCAPNG_BYTE_ORDER_MAGIC], [2, 1], [2, 0], [8, -1]);
  return block(write, PcapngBlock.section, body);
}

/** @param options code and value each. */
export function interfaceBlock(
  write: Fields,
  linkType: number,
  snapLength: number,
  ...options: readonly (readonly [code: number, value: Uint8Array])[]
): Uint8Array {
  const written = options.flatMap(([code, value]) => [
    write.of([2, code], [2, value.length]),
    value,
    new Uint8Array(-value.length & 3),
  ]);
  const end = options.length === 0 ? [] : [write.of([2, 0], [2, 0])];
  const body = joined([write.of([2, linkType], [2, 0], [4, snapLength]), ...written, ...end]);
  return block(write, PcapngBlock.interface, body);
}

/** @param ticks of the interface. */
export function enhancedBlock(
  write: Fields,
  index: number,
  ticks: bigint,
  bytes: Uint8Array,
  length: number = bytes.length,
): Uint8Array {
  const times = [[4, ticks >> 32n] as const, [4, ticks & 0xffff_ffffn] as const];
  const body = joined([write.of([4, index], ...times, [4, bytes.length], [4, length]), bytes]);
  return block(write, PcapngBlock.enhancedPacket, body);
}

export function obsoleteBlock(write: Fields, index: number, ticks: bigint, bytes: Uint8Array): Uint8Array {
  const times = [[4, ticks >> 32n] as const, [4, ticks & 0xffff_ffffn] as const];
  const head = write.of([2, index], [2, 3], ...times, [4, bytes.length], [4, bytes.length]);
  return block(write, PcapngBlock.packet, joined([head, bytes]));
}

/** @param length on the wire; `bytes` are what was kept of it. */
export function simpleBlock(write: Fields, bytes: Uint8Array, length: number): Uint8Array {
  return block(write, PcapngBlock.simplePacket, joined([write.of([4, length]), bytes]));
}
