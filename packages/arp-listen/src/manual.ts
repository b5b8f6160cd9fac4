/**
 * What the man page of arp-listen tells beside its table.
 *
 * @module
 */
import type { Manual } from "@viptools/cli";

export const MANUAL: Manual = {
  description: [
    "It tells every ARP packet, neighbour solicitation and neighbour advertisement, of both directions and of all VLANs, from interfaces or from a capture file: what it is for, and what is odd about it. It sends nothing.",
    "It keeps a table of who has claimed which address, and tells when an address moves to another MAC, and when two claim it. With --watch it tells nothing else: a sensor for a pipe.",
    "With --until it is a question: 0 when such a packet was seen, 1 when --for was over before.",
    "With --kernel it says of each packet whether this host's neighbour table learned from it, and which setting or state kept it from that.",
  ],
  pages: ["docs/listening.md", "docs/announcing.md"],
};
