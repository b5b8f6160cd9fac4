/**
 * Kernel settings that keep a virtual router from answering: pure.
 *
 * @module
 */
import type { Facts, OwnedRouter } from "./facts.ts";
import type { Finding } from "./finding.ts";

const STRICT = 1;
const LOOSE = 2;
/** Values of `arp_ignore` (ip-sysctl): 1 asks where the address is, all above ask more. */
const WHERE_IT_IS = 1;

/** All that is meant is owned here, each in such a way. */
function isOwnedBy({ owned, routers, interface: nic }: Facts, isSo: (own: OwnedRouter) => boolean): boolean {
  const here = owned.filter(({ parent }) => parent === nic);
  const ways = routers.map(({ family, vrid }) =>
    here.find((own) => own.family === family && own.vrid === vrid),
  );
  return ways.length > 0 && ways.every((own) => own !== undefined && isSo(own));
}

/** The VIPs are where the questions come in. */
function isOnNic({ mode }: OwnedRouter): boolean {
  return mode !== "macvlan";
}

/**
 * `all` counts where it is larger than the interface's own (IN_DEV_MAXCONF): 2 on a macvlan wins over a strict `all`, the
 * 0 that a link without addresses needs does not.
 */
export function checkRpFilter(facts: Facts): Finding[] {
  const isHarmless = isOwnedBy(facts, (own) => own.mode !== "macvlan" || own.rpFilter === LOOSE);
  if (facts.settings.rp_filter.all !== STRICT || isHarmless) return [];
  return [
    {
      code: "rp_filter_strict",
      severity: "warning",
      found: "net.ipv4.conf.all.rp_filter is 1 (strict)",
      consequence:
        "each interface filters strictly unless its own value is 2: questions to a VIP are dropped where answers leave by another interface, and all packets to a virtual MAC without addresses; vmac-ctl sets 2 on its own macvlans, others may not",
      command: "sysctl -w net.ipv4.conf.all.rp_filter=0",
    },
  ];
}

export function checkArpIgnore(facts: Facts): Finding[] {
  const { all } = facts.settings.arp_ignore;
  if (all < WHERE_IT_IS || (all === WHERE_IT_IS && isOwnedBy(facts, isOnNic))) return [];
  return [
    {
      code: "arp_ignore_all",
      severity: all === WHERE_IT_IS ? "warning" : "error",
      found: `net.ipv4.conf.all.arp_ignore is ${all}, for every interface with a smaller value of its own`,
      consequence:
        all === WHERE_IT_IS
          ? "no interface answers for an address that another one has, such as a VIP on lo"
          : "ARP for VIPs is not answered on a macvlan, nor on most NICs: take-overs succeed, and nobody reaches the address",
      command: "sysctl -w net.ipv4.conf.all.arp_ignore=0",
    },
  ];
}

export function checkArpFilter(facts: Facts): Finding[] {
  if (facts.settings.arp_filter.all === 0 || isOwnedBy(facts, isOnNic)) return [];
  return [
    {
      code: "arp_filter_all",
      severity: "error",
      found: "net.ipv4.conf.all.arp_filter is 1",
      consequence:
        "a macvlan answers ARP only if the way back to the asker leaves by it, and that way leaves by the NIC: its VIPs are not answered for",
      command: "sysctl -w net.ipv4.conf.all.arp_filter=0",
    },
  ];
}

export function checkIpv6Off({ interface: nic, isIpv6Meant, ipv6Off }: Facts): Finding[] {
  if (!isIpv6Meant || ipv6Off?.own === 0) return [];
  return [
    {
      code: "ipv6_disabled",
      severity: "error",
      found: ipv6Off === undefined ? "this kernel has no IPv6" : `net.ipv6.conf.${nic}.disable_ipv6 is 1`,
      consequence: "the interface takes no IPv6 address and hears no IPv6 advert",
      command:
        ipv6Off === undefined
          ? "cat /proc/cmdline"
          : `sysctl -w ${ipv6Off.all === 0 ? "" : "net/ipv6/conf/all/disable_ipv6=0 "}net/ipv6/conf/${nic}/disable_ipv6=0`,
    },
  ];
}
