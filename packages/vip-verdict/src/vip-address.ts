/**
 * Addresses of VIPs that somebody has said: pure.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "@viptools/wire";

/**
 * @param vip of a record. Whether a host may have the address is another question: an advert can list anything.
 * @returns its address, in canonical text.
 */
export function addressSaid(vip: string): IpAddress {
  return parseIpAddress(vip.split("/")[0]!);
}
