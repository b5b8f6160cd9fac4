/**
 * Golden rows: one drives the encoder, the decoder, every truncation of its octets and every flip of one bit in them.
 *
 * @module
 */
import assert from "node:assert/strict";
import test from "node:test";
import { type WireCheck, WireError } from "./error.ts";

/** Octets as people write them down: hexadecimal, with blanks anywhere. */
export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

export interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly bytes: Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (value: unknown) => Uint8Array;
  /** Octets that cannot be missing; what follows is payload of any length. */
  readonly needed: number;
}

/** Ties a value to its own codec, so that a wrong pairing fails at once. */
export function row<T>(
  name: string,
  octets: string,
  value: T,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array,
  needed: number = hex(octets).length,
): Row {
  return { name, value, bytes: hex(octets), decode, encode: (v) => encode(v as T), needed };
}

export function testRows(rows: readonly Row[]): void {
  for (const { name, value, bytes, decode, encode, needed } of rows) {
    test(`encode writes ${name}`, () =>
      assert.equal(Buffer.from(encode(value)).toString("hex"), Buffer.from(bytes).toString("hex")));
    test(`decode reads ${name}`, () => assert.deepEqual(decode(bytes), value));
    test(`decode refuses every truncation of ${name}`, () => {
      for (let n = 0; n < needed; n++)
        assert.throws(() => decode(bytes.subarray(0, n)), WireError, `${n} octets`);
    });
    test(`one bit flipped in ${name} is a WireError or a value that survives encode and decode`, () => {
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = bytes.map((octet, n) => (n === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));
        const read = attempt(() => decode(flipped));
        if (read !== undefined) assert.deepEqual(decode(encode(read)), read, `bit ${bit}`);
      }
    });
  }
}

/** @returns undefined where a decoder refused; any other error is thrown. */
function attempt(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Octet `at` of `octets` becomes `value`; `check` is what a decoder must name. */
export type Refusal = readonly [
  name: string,
  octets: string,
  decode: (bytes: Uint8Array) => unknown,
  at: number,
  value: number,
  check: WireCheck,
];

export function testRefusals(refusals: readonly Refusal[]): void {
  for (const [name, octets, decode, at, value, check] of refusals) {
    test(`decode refuses ${name} as ${check}`, () => {
      const bytes = hex(octets);
      bytes[at] = value;
      assertRefused(() => decode(bytes), check);
    });
  }
}

export function assertRefused(decode: () => unknown, check: WireCheck): void {
  assert.throws(decode, (error) => error instanceof WireError && error.check === check);
}
