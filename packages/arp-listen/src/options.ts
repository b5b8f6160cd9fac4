/**
 * The command line of arp-listen: its table, and what it asks for.
 *
 * @module
 */
import { type Args, type CommandSpec, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { parseIpAddress, parseMac } from "@viptools/wire";
import { STANDARD_OUTPUT } from "./capture-writer.ts";
import { parseFields } from "./fields.ts";
import type { FilterOptions } from "./filter.ts";
import { KIND_WORDS, kindsOf, PACKET_WORDS } from "./kinds.ts";
import { parseWatched, type Watched } from "./watch.ts";

const RECORDS = [
  "arp.seen",
  "ndp.seen",
  "arp.malformed",
  "ndp.malformed",
  "arp.kernel",
  "arp.changed",
  "arp.conflict",
  "arp.flip_flop",
] as const;
const VLAN_MAX = 4094;

export const SPEC: CommandSpec = {
  name: "arp-listen",
  summary: "say what ARP and neighbour discovery really happens, live or from a capture file",
  usage:
    "-I IF… | -r FILE [-w FILE] [--ip ADDRESS] [--kind KIND] [--until KIND] [--watch VIP[=MAC]] [-c N] [--for T]",
  examples: [
    ["arp-listen -I eth0", "every ARP, NS and NA packet on eth0, both directions, VLANs included"],
    [
      "arp-listen -I eth0 --ip 192.0.2.100 --until gratuitous --for 5s",
      "was the VIP announced within 5 seconds? 0 yes, 1 no",
    ],
    [
      "arp-listen -I eth0 --watch 192.0.2.100=00:00:5e:00:01:33 | garp-send --follow",
      "a sensor: says when somebody else claims the VIP",
    ],
    [
      "arp-listen -I eth0 --kernel",
      "and whether this host learned from it, or which setting kept it from that",
    ],
    ["arp-listen -I eth0 -w arp.pcap", "and keeps them as a capture file"],
    ["arp-listen -I eth0 --fields ts,kind,spa,sha", "columns for scripts"],
    ["arp-listen -r capture.pcap --json | jq -r .kind | sort | uniq -c", "what kinds a capture holds"],
  ],
  options: [
    { name: "interface", letter: "I", value: "IF", isRepeated: true, about: "where to listen" },
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
    { name: "kernel", about: "say what this host's neighbour table made of each packet, and why" },
    { name: "count", letter: "c", value: "N", about: "stop after so many packets" },
    { name: "for", value: "T", about: "stop after this long" },
    {
      name: "at-most",
      value: "N",
      about:
        "tell so many packets in a second, and count the others (untold): for a pipe that a flood must not fill",
    },
    {
      name: "until",
      value: "KIND",
      isRepeated: true,
      about: `stop when such a packet was seen (0), or --for is over (1): ${KIND_WORDS.join(", ")}`,
    },
    { name: "ip", value: "ADDRESS", isRepeated: true, about: "only packets with it as sender or target" },
    {
      name: "mac",
      value: "MAC",
      isRepeated: true,
      about: "only packets with it, in the frame or in the packet",
    },
    {
      name: "kind",
      value: "KIND",
      isRepeated: true,
      about: `only such packets: ${PACKET_WORDS.join(", ")}`,
    },
    { name: "vlan", value: "N", about: "only packets of this VLAN" },
    {
      name: "watch",
      value: "VIP[=MAC]",
      isRepeated: true,
      about: "only say who claims this address first, and when that changes",
    },
    {
      name: "promiscuous",
      about: "also what is for others, and all VLANs of the NIC: on a mirror port",
    },
    { name: "fields", value: "A,B,C", about: "print these fields of the records, with tabs between" },
    { name: "color", about: "on a terminal, colour what is unusual" },
    { name: "live", about: "a table of addresses and their owners, redrawn in place" },
    { name: "stats", value: "T", about: "write the counters this often" },
  ],
  exits: [
    [1, "--until: it was not seen"],
    [65, "the file is no capture of Ethernet or Linux cooked frames, or is cut"],
    [66, "no such file"],
    [69, "no such interface"],
  ],
  records: [...RECORDS, "tool.error", "tool.stats"],
};

export interface ListenOptions {
  /** Empty with a file. */
  readonly interfaces: readonly string[];
  readonly file: string | undefined;
  readonly filter: FilterOptions;
  readonly isPromiscuous: boolean;
  /** Whether each packet is compared with this host's neighbour table. */
  readonly asksKernel: boolean;
  /** Packets that are told. */
  readonly limit: number;
  /** Packets that are told in one second of their own clock. */
  readonly inSecond: number;
  /** Undefined for ever. */
  readonly forUs: number | undefined;
  /** Bits of kinds; 0: goes on. */
  readonly until: number;
  readonly watched: readonly Watched[];
  readonly fields: readonly string[] | undefined;
  readonly isColored: boolean;
  readonly isTable: boolean;
  /** What is told is written here as a capture too. */
  readonly writeTo: string | undefined;
  /** Standard output is for the capture, and nothing else. */
  readonly isSilent: boolean;
}

/** @throws {ExitError} usage. */
export function readListenOptions(args: Args): ListenOptions {
  const interfaces = [...new Set(args.texts("interface"))];
  const file = args.text("read");
  if (file === undefined && interfaces.length === 0) usage("needs one of -I IF and -r FILE");
  if (file !== undefined && interfaces.length > 0) usage("-I and -r are both given: needs one of them");
  if (interfaces.includes("any"))
    usage('"any" is no interface: name each, as in -I eth0 -I eth1, so that records say where it was');
  if (file !== undefined && args.isGiven("for")) usage("--for is given beside -r: a file ends by itself");
  if (file !== undefined && args.flag("promiscuous"))
    usage("--promiscuous is given beside -r: a file has what it has");
  if (file !== undefined && args.flag("kernel"))
    usage("--kernel is given beside -r: this host's neighbour table is of now");
  const writeTo = args.text("write");
  const fields = args.parsed("fields", (text) => parseFields(text, RECORDS));
  if (args.flag("live") && (fields !== undefined || args.flag("json")))
    usage("--live draws a table: --json and --fields are not for it");
  if (writeTo === STANDARD_OUTPUT && (args.flag("live") || fields !== undefined))
    usage("-w - writes a capture to standard output: --live and --fields are not for it");
  return {
    interfaces,
    file,
    filter: readFilter(args),
    isPromiscuous: args.flag("promiscuous"),
    asksKernel: args.flag("kernel"),
    limit: args.integer("count", 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    inSecond: args.integer("at-most", 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    forUs: args.parsed("for", parseDurationUs),
    until: kindBits("until", args.texts("until"), KIND_WORDS),
    watched: args.texts("watch").map((text) => orUsage(() => parseWatched(text), "--watch")),
    fields,
    isColored: args.flag("color"),
    isTable: args.flag("live"),
    writeTo,
    isSilent: writeTo === STANDARD_OUTPUT,
  };
}

function readFilter(args: Args): FilterOptions {
  return {
    ips: args.texts("ip").map((text) => orUsage(() => parseIpAddress(text), "--ip")),
    macs: args.texts("mac").map((text) => orUsage(() => parseMac(text), "--mac")),
    kinds: kindBits("kind", args.texts("kind"), PACKET_WORDS),
    vlan: args.integer("vlan", 1, VLAN_MAX),
  };
}

function kindBits(option: string, words: readonly string[], known: readonly string[]): number {
  const wrong = words.find((word) => !known.includes(word));
  if (wrong !== undefined) usage(`--${option} is "${wrong}": needs one of ${known.join(", ")}`);
  return words.reduce((bits, word) => bits | kindsOf(word), 0);
}

function usage(message: string): never {
  throw new ExitError(ExitCode.usage, message);
}
