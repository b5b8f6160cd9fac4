/**
 * What the man page of garp-send tells beside its table.
 *
 * @module
 */
import type { Manual } from "@viptools/cli";

export const MANUAL: Manual = {
  description: [
    "It announces addresses: by gratuitous ARP, as request and as reply, and by unsolicited neighbour advertisements. Before an advertisement from a virtual MAC goes an MLD report, so that switches that snoop know where to send questions.",
    "With -D it asks instead: 0 if nobody has the addresses, 1 and every MAC that answered if somebody has, 64 and above if that could not be found out.",
    "With --follow it announces what vmac-ctl(1) has taken, once more a while later, and again when somebody may have said otherwise. Where leases are spoken of, nothing is said without a running one.",
    "With --answer it answers what arp-listen(1) hears asked, for addresses that are on no interface.",
    "An ADDRESS of - reads addresses, or records that name some, from standard input. Letters are those of arping(8) of iputils.",
  ],
  reads: [
    "vmac.up",
    "vmac.prepared",
    "vmac.repaired",
    "vmac.down",
    "vmac.fenced",
    "vrrp.state",
    "vrrp.lease",
    "vrrp.peer",
    "vrrp.healed",
    "vrrp.reasserted",
    "vrrp.conflict",
    "arp.seen",
    "ndp.seen",
    "arp.changed",
    "arp.conflict",
    "arp.flip_flop",
  ],
  pages: ["docs/announcing.md", "docs/speaking.md"],
};
