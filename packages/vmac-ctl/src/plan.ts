/**
 * What owning a virtual router in `macvlan` mode means on a host: names and settings. Pure.
 *
 * @module
 */

/** A kernel setting and what it has to be. */
export interface Setting {
  /** Below /proc/sys. */
  readonly path: string;
  readonly value: string;
}

const INTERFACE_NAME_MAX = 15;

/** `vrrp4-2-51` for VRID 51 on interface 2: no dot, which sysctl would take for a separator. */
export function virtualInterfaceName(family: 4 | 6, parentIndex: number, vrid: number): string {
  const name = `vrrp${family}-${parentIndex}-${vrid}`;
  return name.length <= INTERFACE_NAME_MAX ? name : `v${family}-${parentIndex}-${vrid}`;
}

/** How `ip link` shows whose an interface is. */
export function interfaceAlias(instance: string): string {
  return `viptools:${instance}`;
}

/**
 * The parent must not answer for the macvlan's addresses (ARP flux), nor teach clients VIP -> NIC MAC with its own
 * questions.
 */
export function parentSettings(parent: string): Setting[] {
  return [
    { path: `net/ipv4/conf/${parent}/arp_ignore`, value: "1" },
    { path: `net/ipv4/conf/${parent}/arp_announce`, value: "2" },
  ];
}

/**
 * The macvlan answers for its own addresses alone. Answers leave by the parent, so reverse path filtering must be loose:
 * the kernel takes the larger of this and `all`, and 2 (loose) is larger than 1 (strict).
 */
export function virtualSettings(name: string): Setting[] {
  return [
    { path: `net/ipv4/conf/${name}/arp_ignore`, value: "1" },
    { path: `net/ipv4/conf/${name}/rp_filter`, value: "2" },
  ];
}
