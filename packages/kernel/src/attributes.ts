/**
 * Netlink attributes (linux/netlink.h): length, type, value, padding to four octets; values may hold attributes.
 *
 * @module
 */

const HEADER_LENGTH = 4;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

/** One attribute. Numbers are in the machine's byte order; where the kernel wants network order, say `be`. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = HEADER_LENGTH + value.length;
  const bytes = new Uint8Array((length + 3) & ~3);
  bytes[0] = length & 0xff;
  bytes[1] = length >> 8;
  bytes[2] = type & 0xff;
  bytes[3] = type >> 8;
  bytes.set(value, HEADER_LENGTH);
  return bytes;
}

export function nested(type: number, ...attributes: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F_NESTED, concat(attributes));
}

/** A string with the zero octet that the kernel expects. */
export function stringAttribute(type: number, text: string): Uint8Array {
  return attribute(type, Buffer.from(`${text}\0`, "utf8"));
}

export function u8(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value));
}

export function u32(type: number, value: number): Uint8Array {
  return attribute(type, new Uint8Array(Uint32Array.of(value).buffer));
}

/** Network byte order, as nfnetlink wants. */
export function be32(type: number, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value);
  return attribute(type, new Uint8Array(view.buffer));
}

export function be64(type: number, value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  return attribute(type, new Uint8Array(view.buffer));
}

/** Reads the attributes of one level; of two of the same type the last stays. A cut one ends the reading. */
export function readAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  eachAttribute(bytes, (type, value) => found.set(type, value));
  return found;
}

/** The values of a list, whose attributes all have one type. */
export function listAttributes(bytes: Uint8Array): Uint8Array[] {
  const values: Uint8Array[] = [];
  eachAttribute(bytes, (_, value) => values.push(value));
  return values;
}

/** Called back and not yielded: thousands of addresses are told of at once, and a generator takes twice as long. */
function eachAttribute(bytes: Uint8Array, take: (type: number, value: Uint8Array) => void): void {
  for (let at = 0; at + HEADER_LENGTH <= bytes.length; ) {
    const length = bytes[at]! | (bytes[at + 1]! << 8);
    if (length < HEADER_LENGTH || at + length > bytes.length) return;
    const type = (bytes[at + 2]! | (bytes[at + 3]! << 8)) & NLA_TYPE_MASK;
    take(type, bytes.subarray(at + HEADER_LENGTH, at + length));
    at += (length + 3) & ~3;
  }
}

/** The text of a zero-terminated string. */
export function readString(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return Buffer.from(end < 0 ? value : value.subarray(0, end)).toString("utf8");
}

export function readU32(value: Uint8Array | undefined): number | undefined {
  if (value === undefined || value.length < 4) return undefined;
  return new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
