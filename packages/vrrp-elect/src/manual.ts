/**
 * What the man page of vrrp-elect tells beside its table.
 *
 * @module
 */
import type { Manual } from "@viptools/cli";

export const MANUAL: Manual = {
  description: [
    "It speaks VRRP on an interface, and says in records which host is Active for a virtual router, and for how long that holds. It owns no address: vmac-ctl(1) follows what it says, and garp-send(1) announces it.",
    "Adverts leave at their cadence, whatever else is to be done. A packet that is refused changes nothing, and is counted by its reason. After a stall, packets that wait are read before a timer is believed.",
    "Each lease is half an advert interval shorter than what a Backup waits for. A host that can advertise no more is mute, by its followers, before another one speaks. When the reader of its records is gone, it steps down and ends. One that leaves a whole lease unread makes it silent: it gives up the role when its last lease ends, goes on when it is read again, and ends after a second.",
    "With --config it holds many virtual routers, in sync groups if they belong together. With --observe it takes no part and sends nothing: it tells who is Active, who takes over and why, and what is wrong.",
    "Records on standard input steer it, and are passed on: health checks change the priority or take the virtual router out, commands set the priority, give the role away or read the file again.",
  ],
  reads: ["track.state", "elect.set"],
  signals: [["SIGHUP", "with --config: read the file again; a file with a mistake changes nothing"]],
  files: [["/etc/viptools/vrrp.json", "where examples have the file of --config; it may be anywhere"]],
  pages: ["docs/election.md", "docs/observe.md", "docs/keepalived.md"],
};
