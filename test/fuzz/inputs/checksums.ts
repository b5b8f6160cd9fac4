/**
 * Makes checksums hold, so that the fuzz gets past them.
 *
 * @module
 */
import { internetChecksum } from "@viptools/wire";

/** @param at place of the checksum; @param start sum of a pseudo-header. */
export function mendChecksum(bytes: Uint8Array, at: number, start = 0, to: number = bytes.length): void {
  if (at + 2 > to || to > bytes.length) return;
  bytes.fill(0, at, at + 2);
  const sum = internetChecksum(bytes.subarray(0, to), start);
  bytes.set([sum >> 8, sum & 0xff], at);
}
