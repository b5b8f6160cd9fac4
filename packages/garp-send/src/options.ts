/**
 * The command line of garp-send. Letters are those of iputils arping.
 *
 * @module
 */
import { type CommandSpec, FOREIGN_INPUT, type OptionSpec, PIPE_OPTIONS } from "@viptools/cli";
import { PRESETS } from "./campaign.ts";
import { FORMS } from "./choices.ts";
import { GATES } from "./voice-gate.ts";

const grouped = (group: string, options: readonly OptionSpec[]): OptionSpec[] =>
  options.map((option) => ({ ...option, group }));

/** What announcing and asking have in common. */
const BOTH: readonly OptionSpec[] = grouped("announcing and asking", [
  { name: "interface", letter: "I", value: "IF", about: "where" },
  {
    name: "mac",
    value: "MAC",
    default: "auto",
    about: "vrid:N, vrid6:N, auto (who has the address) or a MAC: Ethernet source and sender",
  },
  { name: "to", value: "MAC", about: "one neighbour only, by a frame to its MAC" },
  { name: "vlan", value: "N", about: "put an 802.1Q tag on" },
  { name: "count", letter: "c", value: "N", about: "rounds: 1; questions: 3, or with -w as many as fit" },
  {
    name: "interval",
    letter: "i",
    value: "T",
    about: "between rounds: 1s; between questions: 60ms, with -w 1s",
  },
  {
    name: "deadline",
    letter: "w",
    value: "T",
    about: "end after this, with rounds and with waiting for answers",
  },
  {
    name: "source",
    letter: "s",
    value: "IP",
    about: "of questions; an announcement's source is the address itself, and that may be said",
  },
  { name: "rate", value: "N", about: "frames a second at most" },
  { name: "broadcast", letter: "b", about: "ask everybody each time: always so without --to" },
  { name: "first", letter: "f", about: "end at the first answer" },
  { name: "quiet", letter: "q", about: "write no records" },
  { name: "force", about: "announce also an address that this host does not have, ask also from one" },
  { name: "dry-run", about: "write the frames as records, and send none; needs no privilege" },
]);

/** What only announcing takes. */
export const ANNOUNCING: readonly OptionSpec[] = grouped("announcing", [
  { name: "unsolicited", letter: "U", about: "--form request" },
  { name: "reply", letter: "A", about: "--form reply" },
  {
    name: "form",
    value: "FORM",
    choices: Object.keys(FORMS),
    about: "both if left out; IPv6 has one form, which is always sent",
  },
  { name: "tha", value: "MAC", about: "target MAC of ARP: zero, ones, own (if left out) or a MAC" },
  { name: "router", about: "IPv6: set the router flag; without, it is set where this host forwards IPv6" },
  {
    name: "preset",
    value: "NAME",
    choices: Object.keys(PRESETS),
    about: "what others send: forms, --tha, rounds and their distance, router flag",
  },
]);

/** What only asking takes. */
export const ASKING: readonly OptionSpec[] = grouped("asking", [
  {
    name: "probe",
    letter: "D",
    about: "ask who has the addresses: ARP probes, and solicitations as for duplicate address detection",
  },
  { name: "patient", about: "as slowly as RFC 5227 has it: 3 questions in 2 to 5 s, and 2 s to answer" },
]);

/** What only answering takes. */
const ANSWERING: readonly OptionSpec[] = grouped("answering", [
  {
    name: "answer",
    value: "VIP=MAC",
    isRepeated: true,
    about:
      "answer what standard input says somebody asked (arp.seen, ndp.seen) for this address; MAC as --mac",
  },
  { name: "announce", about: "announce them, too, when this host begins to speak for them" },
  {
    name: "gate",
    value: "WHEN",
    choices: GATES,
    default: "auto",
    about: "auto: where virtual routers are spoken of, as the leased Active; lease: only so; none: always",
  },
  {
    name: "per-asker",
    value: "N",
    default: "100",
    about: "answers a second to one asker at most",
  },
]);

/** What has no meaning where nothing is answered. */
export const ONLY_ANSWERING: readonly string[] = ANSWERING.map(({ name }) => name);
/** Answers a second to one asker. */
export const PER_ASKER_MAX = 1_000_000;

const FOLLOWING: readonly OptionSpec[] = grouped("following records", [
  { name: "follow", about: "obey the records on standard input" },
  { name: "again-after", value: "T", default: "5s", about: "once more, this long after; 0 for not" },
  {
    name: "again-every",
    value: "T",
    default: "0",
    about: "both forms at this distance until --again-after; 0 for only then",
  },
  { name: "refresh", value: "T", default: "0", about: "requests, and IPv6, again and again; 0 for not" },
  ...PIPE_OPTIONS,
]);

/** What has no meaning where no records are obeyed. */
export const ONLY_FOLLOWING: readonly string[] = ["again-after", "again-every", "refresh"];
/** What has no meaning where nothing is read from standard input. */
export const OF_INPUT: readonly string[] = PIPE_OPTIONS.map(({ name }) => name).filter(
  (name) => name !== "stats",
);

/** What a run on the spot takes, and following does not. */
export const ON_THE_SPOT: readonly string[] = [...BOTH, ...ANNOUNCING, ...ASKING].map(({ name }) => name);

export const SPEC: CommandSpec = {
  name: "garp-send",
  summary: "tell the neighbours where an address is, or ask them (gratuitous ARP, neighbour discovery)",
  usage: "-I IF [--mac MAC] [-U|-A] [-c N] ADDRESS… | -D -I IF ADDRESS… | --follow | -I IF --answer VIP=MAC…",
  examples: [
    ["garp-send -I eth0 192.0.2.100", "announce an address of this host, as request and as reply"],
    ["garp-send -I eth0 --mac vrid:51 -c 3 -i 0.2 192.0.2.100", "three rounds, from the virtual router MAC"],
    [
      "garp-send -D -I eth0 192.0.2.100 || echo taken",
      "does somebody have it? 0: nobody, 1: who and with which MAC",
    ],
    ["garp-send -I eth0 --preset metallb 2001:db8::100", "as MetalLB would, in its rhythm"],
    ["garp-send -I eth0 --dry-run 192.0.2.100 | jq -r .frame_hex", "look before it leaves"],
    [
      "vrrp-elect --observe -I eth0 | garp-send -I eth0 -",
      "announce what this host has when two Actives became one",
    ],
    ["… | vmac-ctl follow | garp-send --follow", "announce what vmac-ctl has taken"],
    [
      "arp-listen -I eth0 | garp-send --answer 192.0.2.100=auto -I eth0",
      "answer for an address that is on no interface of this host",
    ],
  ],
  words: { name: "ADDRESS", atLeast: 0 },
  options: [...BOTH, ...ANNOUNCING, ...ASKING, ...ANSWERING, ...FOLLOWING],
  exits: [
    [1, "-D: somebody else has one of the addresses"],
    [65, "standard input has a line that is no address, or with --strict no record"],
    [69, "no such interface, or it is down or has no carrier"],
    FOREIGN_INPUT,
  ],
  records: [
    "garp.sent",
    "garp.round",
    "garp.planned",
    "garp.probed",
    "garp.found",
    "garp.answered",
    "tool.error",
    "tool.stats",
  ],
};
