/**
 * Text of addresses and numbers, written as octets: each function puts it at a place and returns the place behind it.
 * Nothing is checked: the caller has made room.
 *
 * @module
 */

const DIGITS = "0123456789abcdef";
const COLON = 0x3a;
const DOT = 0x2e;
const ZERO = 0x30;
const THOUSAND = 1000;
const BILLION = 1_000_000_000;

/** Two hexadecimal digits of each octet. */
const HEX_HIGH = Uint8Array.from({ length: 256 }, (_, n) => DIGITS.charCodeAt(n >> 4));
const HEX_LOW = Uint8Array.from({ length: 256 }, (_, n) => DIGITS.charCodeAt(n & 15));
/** Three decimal digits of each number below a thousand. */
const HUNDREDS = Uint8Array.from({ length: THOUSAND }, (_, n) => ZERO + Math.floor(n / 100));
const TENS = Uint8Array.from({ length: THOUSAND }, (_, n) => ZERO + (Math.floor(n / 10) % 10));
const ONES = Uint8Array.from({ length: THOUSAND }, (_, n) => ZERO + (n % 10));

/** @param text of ASCII alone. */
export function putText(out: Uint8Array, at: number, text: string): number {
  for (let n = 0; n < text.length; n++) out[at + n] = text.charCodeAt(n);
  return at + text.length;
}

export function putOctets(out: Uint8Array, at: number, octets: Uint8Array): number {
  for (let n = 0; n < octets.length; n++) out[at + n] = octets[n]!;
  return at + octets.length;
}

/** Six octets from `from` on, as `02:00:5e:10:00:01`: 17 characters. */
export function putMac(out: Uint8Array, at: number, bytes: Uint8Array, from: number): number {
  let to = at;
  for (let n = from; n < from + 6; n++) {
    const octet = bytes[n]!;
    out[to] = HEX_HIGH[octet]!;
    out[to + 1] = HEX_LOW[octet]!;
    out[to + 2] = COLON;
    to += 3;
  }
  return to - 1;
}

/** Four octets from `from` on, as `192.0.2.1`. */
export function putIpv4(out: Uint8Array, at: number, bytes: Uint8Array, from: number): number {
  let to = at;
  for (let n = from; n < from + 4; n++) {
    to = putBelowThousand(out, to, bytes[n]!);
    out[to] = DOT;
    to += 1;
  }
  return to - 1;
}

/** A whole number of 0 or more, below 2^53. */
export function putNumber(out: Uint8Array, at: number, value: number): number {
  if (value < THOUSAND) return putBelowThousand(out, at, value);
  const above = Math.floor(value / THOUSAND);
  return putThreeDigits(out, putNumber(out, at, above), value - above * THOUSAND);
}

/** Nanoseconds below a second, as nine digits. */
export function putNineDigits(out: Uint8Array, at: number, value: number): number {
  const millis = Math.floor(value / 1_000_000);
  const rest = value - millis * 1_000_000;
  const micros = Math.floor(rest / THOUSAND);
  putThreeDigits(out, at, millis);
  putThreeDigits(out, at + 3, micros);
  return putThreeDigits(out, at + 6, rest - micros * THOUSAND);
}

/** Seconds and nanoseconds as one number of nanoseconds, which a double could not hold. */
export function putNanoseconds(out: Uint8Array, at: number, seconds: number, nanoseconds: number): number {
  if (seconds === 0) return putNumber(out, at, nanoseconds % BILLION);
  return putNineDigits(out, putNumber(out, at, seconds), nanoseconds);
}

function putBelowThousand(out: Uint8Array, at: number, value: number): number {
  let to = at;
  if (value >= 100) out[to++] = HUNDREDS[value]!;
  if (value >= 10) out[to++] = TENS[value]!;
  out[to] = ONES[value]!;
  return to + 1;
}

function putThreeDigits(out: Uint8Array, at: number, value: number): number {
  out[at] = HUNDREDS[value]!;
  out[at + 1] = TENS[value]!;
  out[at + 2] = ONES[value]!;
  return at + 3;
}
