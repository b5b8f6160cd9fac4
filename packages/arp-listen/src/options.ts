/**
 * The command line of arp-listen.
 *
 * @module
 */
import type { CommandSpec } from "@viptools/cli";

export const SPEC: CommandSpec = {
  name: "arp-listen",
  summary: "say what ARP traffic really happens, live or from a capture file",
  usage: "-I IF | -r FILE [-w FILE] [-c N] [--for T]",
  examples: [
    ["arp-listen -I eth0", "every ARP packet on eth0, both directions, VLANs included"],
    ["arp-listen -I eth0 -w arp.pcap", "and keeps them as a capture file"],
    ["arp-listen -r capture.pcap --json | jq -r .kind | sort | uniq -c", "what kinds a capture holds"],
  ],
  options: [
    { name: "interface", letter: "I", value: "IF", about: "where to listen" },
    {
      name: "read",
      letter: "r",
      value: "FILE",
      about: "read a capture file (pcap, pcapng) instead; -: from standard input",
    },
    {
      name: "write",
      letter: "w",
      value: "FILE",
      about: "write what is told as a capture file (pcap) too; -: to standard output, instead of records",
    },
    { name: "count", letter: "c", value: "N", about: "stop after so many packets" },
    { name: "for", value: "T", about: "stop after this long" },
    { name: "stats", value: "T", about: "write the counters this often" },
  ],
  exits: [
    [65, "the file is no capture of Ethernet or Linux cooked frames, or is cut"],
    [66, "no such file"],
    [69, "no such interface"],
  ],
  records: ["arp.seen", "ndp.seen", "arp.malformed", "ndp.malformed", "tool.error", "tool.stats"],
};
