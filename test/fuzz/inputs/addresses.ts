/**
 * What an address is to all readers of records.
 *
 * @module
 */
import { parseIpAddress } from "@viptools/wire";

/** True for an address in its canonical text. */
export function isIpAddress(text: string): boolean {
  try {
    return parseIpAddress(text) === text;
  } catch {
    return false;
  }
}
