/**
 * Addresses that stand on the NIC and are not its own: pure.
 *
 * @module
 */
import type { InterfaceAddress } from "@viptools/kernel";
import { IpProtocol } from "@viptools/wire";

/** What vmac-ctl puts on an interface is marked with VRRP's number (Linux 5.18); a VIP of this or another virtual router. */
export function isMoving({ protocol }: Pick<InterfaceAddress, "protocol">): boolean {
  return protocol === IpProtocol.vrrp;
}
