/**
 * The command line of garp-send. Letters are those of iputils arping.
 *
 * @module
 */
import { type CommandSpec, type OptionSpec, PIPE_OPTIONS } from "@viptools/cli";
import { isGroupMac, type Mac, parseMac, virtualMac, ZERO_MAC } from "@viptools/wire";
import { GATES } from "./voice-gate.ts";

/** Frames a second; faster than any Ethernet. */
export const RATE_MAX = 100_000_000;
/** Answers a second to one asker. */
export const PER_ASKER_MAX = 1_000_000;

const ANSWER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "answer",
    value: "VIP=MAC",
    isRepeated: true,
    about:
      "answer the questions on standard input (arp.seen, ndp.seen) that are for this address; MAC as --mac",
  },
  { name: "announce", about: "with --answer: announce them when this host begins to speak for them" },
  {
    name: "gate",
    value: "WHEN",
    choices: GATES,
    default: "auto",
    about:
      "with --answer: auto: where virtual routers are spoken of, only as the leased Active; lease: only so; none: always",
  },
  {
    name: "per-asker",
    value: "N",
    default: "100",
    about: "with --answer: at most so many answers a second to one asker",
  },
];

export const SPEC: CommandSpec = {
  name: "garp-send",
  summary: "tell the neighbours where an address is (gratuitous ARP, unsolicited neighbour advertisement)",
  usage: "-I IF [--mac MAC] [-U|-A] [-c N] ADDRESS… | --follow | -I IF --answer VIP=MAC…",
  examples: [
    ["garp-send -I eth0 192.0.2.100", "announce an address of this host, as request and as reply"],
    ["garp-send -I eth0 --mac vrid:51 -c 3 -i 0.2 192.0.2.100", "three rounds, from the virtual router MAC"],
    ["garp-send -I eth0 --router 2001:db8::100", "an IPv6 address, as that of a router"],
    ["… | vmac-ctl follow | garp-send --follow", "announce what vmac-ctl has taken"],
    [
      "arp-listen -I eth0 | garp-send --answer 192.0.2.100=auto -I eth0",
      "answer for an address that is on no interface of this host",
    ],
  ],
  words: { name: "ADDRESS", atLeast: 0 },
  options: [
    { name: "interface", letter: "I", value: "IF", about: "where to announce" },
    {
      name: "mac",
      value: "MAC",
      default: "auto",
      about: "vrid:N, vrid6:N, auto (who has the address) or a MAC: Ethernet source and sender",
    },
    { name: "unsolicited", letter: "U", about: "requests only; IPv6 is announced in its one form always" },
    { name: "reply", letter: "A", about: "replies only; IPv6 likewise" },
    { name: "count", letter: "c", value: "N", default: "1", about: "rounds" },
    { name: "interval", letter: "i", value: "T", default: "1s", about: "between rounds" },
    { name: "quiet", letter: "q", about: "write no records" },
    { name: "router", about: "IPv6: set the router flag; without, it is set where this host forwards IPv6" },
    { name: "force", about: "announce also an address that this host does not have" },
    { name: "follow", about: "obey the records on standard input" },
    {
      name: "again-after",
      value: "T",
      default: "5s",
      about: "with --follow: once more, this long after; 0 for not",
    },
    {
      name: "refresh",
      value: "T",
      default: "0",
      about: "with --follow: requests, and IPv6, again and again; 0 for not",
    },
    {
      name: "again-every",
      value: "T",
      default: "0",
      about: "both forms at this distance until --again-after; 0 for only then",
    },
    { name: "rate", value: "N", about: "with --follow: at most so many frames a second" },
    ...ANSWER_OPTIONS,
    ...PIPE_OPTIONS,
  ],
  exits: [
    [65, "with --follow --strict: a line is no record"],
    [69, "no such interface"],
  ],
  records: ["garp.sent", "garp.round", "garp.answered", "tool.error", "tool.stats"],
};

/**
 * Reads `vrid:51`, `vrid6:51` (the virtual MAC of that family), `auto` or a MAC.
 *
 * @throws {SyntaxError} if it is none of them.
 */
export function parseMacChoice(text: string): Mac | "auto" {
  if (text === "auto") return text;
  const [, family, vrid] = /^vrid(6?):(\d{1,3})$/.exec(text) ?? [];
  if (vrid === undefined) return parseStation(text);
  if (Number(vrid) < 1 || Number(vrid) > 255)
    throw new SyntaxError(`VRID is ${vrid}: needs a number from 1 to 255`);
  return virtualMac(family === "6" ? 6 : 4, Number(vrid));
}

/** Switches learn no group address, and nobody has the address of zeros. */
function parseStation(text: string): Mac {
  const mac = parseMac(text);
  if (isGroupMac(mac) || mac === ZERO_MAC)
    throw new SyntaxError(`MAC address "${text}" belongs to no single station: needs one that does`);
  return mac;
}
