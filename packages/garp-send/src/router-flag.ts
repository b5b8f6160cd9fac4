/**
 * Whether this host is an IPv6 router on an interface, as its kernel says it to those who ask.
 *
 * @module
 */
import { readSysctl } from "@viptools/kernel";

/**
 * What the kernel puts into its own advertisements (`ndisc_recv_ns`, net/ipv6/ndisc.c): an announcement that says
 * something else would change the mind of its hearers.
 *
 * @returns false also where there is no such interface or no IPv6.
 */
export function isIpv6Router(interfaceName: string): boolean {
  const forwarding = readSysctl(`net/ipv6/conf/${interfaceName}/forwarding`);
  return forwarding !== undefined && forwarding !== "0";
}
