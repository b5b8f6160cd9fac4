/**
 * The command line of arp-listen.
 *
 * @module
 */
import type { CommandSpec } from "@viptools/cli";

export const SPEC: CommandSpec = {
  name: "arp-listen",
  summary: "say what ARP traffic really happens, live or from a capture file",
  usage: "-I IF | -r FILE [-c N] [--for T]",
  examples: [
    ["arp-listen -I eth0", "every ARP packet on eth0, both directions, VLANs included"],
    [
      "arp-listen -I eth0 --kernel",
      "and whether this host learned from it, or which setting kept it from that",
    ],
    ["arp-listen -r capture.pcap --json | jq -r .kind | sort | uniq -c", "what kinds a capture holds"],
  ],
  options: [
    { name: "interface", letter: "I", value: "IF", about: "where to listen" },
    { name: "read", letter: "r", value: "FILE", about: "read a capture file (pcap, pcapng) instead" },
    { name: "kernel", about: "say what this host's neighbour table made of each packet, and why" },
    { name: "count", letter: "c", value: "N", about: "stop after so many packets" },
    { name: "for", value: "T", about: "stop after this long" },
    { name: "stats", value: "T", about: "write the counters this often" },
  ],
  exits: [
    [65, "the file is no capture of Ethernet"],
    [66, "no such file"],
    [69, "no such interface"],
  ],
  records: ["arp.seen", "arp.kernel", "tool.error", "tool.stats"],
};
