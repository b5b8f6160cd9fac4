/**
 * The command lines of vmac-ctl.
 *
 * @module
 */
import { type CommandSpec, type OptionSpec, PIPE_OPTIONS } from "@viptools/cli";
import { DOCTOR, PROBE } from "./doctor/doctor-options.ts";

const INTERFACE: OptionSpec = { name: "interface", letter: "I", value: "IF", about: "the NIC" };
const VRID: OptionSpec = { name: "vrid", value: "N", about: "virtual router, 1 to 255" };
const FAMILY: OptionSpec = { name: "family", value: "F", choices: ["4", "6"], about: "only this family" };
const DRY_RUN: OptionSpec = {
  name: "dry-run",
  about: "change nothing: print each step as the command that does the same",
};
/** How VIPs are owned, by hand and by records. */
const OWNING: readonly OptionSpec[] = [
  {
    name: "mode",
    value: "MODE",
    choices: ["macvlan", "rewrite", "address"],
    about:
      "macvlan: a link of its own with the virtual MAC; rewrite: on the NIC, rules put the virtual MAC on; address: on the NIC, with its MAC",
  },
  {
    name: "accept",
    default: "true",
    about: "take packets to the VIPs; --no-accept only forwards, and answers ARP",
  },
  {
    name: "address",
    default: "true",
    about: "put the VIPs on this host; --no-address has the virtual MAC alone",
  },
  { name: "name", value: "NAME", about: "of the macvlan; {family} and {vrid} are filled in" },
  {
    name: "macvlan-mode",
    value: "MODE",
    choices: ["private", "bridge"],
    default: "private",
    about: "bridge: macvlans of this host reach the VIPs, and nothing mutes them there",
  },
  { name: "label", value: "TEXT", about: "of IPv4 addresses, like eth0:vip" },
  { name: "scope", value: "N", about: "of the addresses: global, site, link, host or a number" },
  {
    name: "preferred",
    value: "T",
    about: "how long a VIP may be the source of new connections [IPv4 forever, IPv6 0]",
  },
  {
    name: "probe-first",
    about:
      "ask the network first, and leave an address alone that somebody has (1); with follow only for virtual MACs",
  },
];
const RECORDS = [
  "vmac.up",
  "vmac.prepared",
  "vmac.down",
  "vmac.fenced",
  "vmac.repaired",
  "vmac.error",
  "tool.error",
  "tool.stats",
];
const CONFLICT = [1, "with --probe-first: somebody has an address"] as const;
const OWNED = [75, "another process owns this virtual router, or this host has a VIP already"] as const;
const NO_INTERFACE = [69, "no such interface"] as const;

const FOLLOW: CommandSpec = {
  name: "follow",
  summary: "own what the records on standard input say, while their leases run",
  usage: "[--mode MODE] [--standby absent|fenced] | --instance NAME -I IF --vrid N VIP…",
  examples: [
    ["vrrp-elect -I eth0 --vrid 51 192.0.2.100 | vmac-ctl follow | garp-send --follow", "a whole router"],
    ["… | vmac-ctl follow --standby fenced", "everything is there before it is needed, muted by the kernel"],
    ["… | vmac-ctl follow --instance VI_1 -I eth0 --vrid 51 192.0.2.100", "behind keepalived's notify"],
  ],
  words: { name: "VIP", atLeast: 0 },
  options: [
    { ...INTERFACE, isRepeated: true, about: "obey only records about these NICs; with --instance, the NIC" },
    ...OWNING,
    {
      name: "standby",
      value: "HOW",
      choices: ["absent", "fenced"],
      default: "absent",
      about: "as Backup: without a trace of the VIPs, or with them there and muted",
    },
    {
      name: "fence",
      value: "HOW",
      choices: ["auto", "nft", "watched", "lifetime", "none"],
      default: "auto",
      about:
        "how the kernel mutes this host when leases stop; watched: rules that others may change; lifetime: addresses that end, for adverts of 1 s and more",
    },
    {
      name: "drain",
      value: "T",
      default: "1500ms",
      about: "address mode: serve on this long, mute, after another host became Active",
    },
    {
      name: "repairs",
      value: "N",
      default: "5",
      about: "how often in a row to put back what somebody takes away",
    },
    { name: "realtime", about: "ask for SCHED_RR, and for code that stays in memory" },
    {
      name: "ack",
      value: "FILE",
      about: "where to say of each virtual router that this host receives, for vrrp-elect --ack",
    },
    { name: "instance", value: "NAME", about: "keepalived's name for what -I, --vrid and VIP say" },
    { ...VRID, about: "with --instance: virtual router, 1 to 255" },
    { name: "config", value: "FILE", about: "what keepalived's names mean, many of them (JSON)" },
    ...PIPE_OPTIONS,
  ],
  exits: [
    CONFLICT,
    [65, "with --strict: a line is no record"],
    [66, "--config: no such file"],
    NO_INTERFACE,
    OWNED,
    [78, "--config: the file is wrong; or standard input is a FIFO that others own or may write"],
  ],
  records: RECORDS,
};

export const SPEC: CommandSpec = {
  name: "vmac-ctl",
  summary: "make this host own, or not own, a virtual MAC and its VIPs",
  usage: "follow | up | down | status | cleanup | doctor | probe",
  examples: [
    [
      "vrrp-elect -I eth0 --vrid 51 192.0.2.100 | vmac-ctl follow",
      "own the address while this host is Active",
    ],
    ["vmac-ctl up -I eth0 --vrid 51 192.0.2.100", "own it now, until `vmac-ctl down -I eth0 --vrid 51`"],
    ["vmac-ctl up -I eth0 --vrid 51 --dry-run 192.0.2.100", "what that would do, as commands"],
  ],
  options: [],
  subcommands: [
    FOLLOW,
    {
      name: "up",
      summary: "own a virtual MAC and its VIPs now, without leases and fence",
      usage: "-I IF --vrid N VIP[/LEN]…",
      examples: [
        ["vmac-ctl up -I eth0 --vrid 51 192.0.2.100", "own 192.0.2.100 with 00:00:5e:00:01:33"],
        ["vmac-ctl up -I eth0 --vrid 51 --mode rewrite 192.0.2.100", "the same without a link of its own"],
        ["vmac-ctl up -I eth0 --vrid 51 --mode address 192.0.2.100", "the same with the NIC's MAC"],
        ["vmac-ctl up -I eth0 --vrid 51 fe80::100 2001:db8::100", "IPv6, with 00:00:5e:00:02:33"],
      ],
      words: { name: "VIP", atLeast: 0 },
      options: [INTERFACE, VRID, { ...FAMILY, about: "with --no-address and no VIP" }, ...OWNING, DRY_RUN],
      exits: [CONFLICT, NO_INTERFACE, OWNED],
      records: ["vmac.up", "vmac.step", "vmac.error", "tool.error"],
    },
    {
      name: "down",
      summary: "give back what `up` took or a dead owner left",
      usage: "-I IF --vrid N [--family 4|6]",
      examples: [["vmac-ctl down -I eth0 --vrid 51", "links, addresses and settings are as before"]],
      options: [INTERFACE, VRID, FAMILY, DRY_RUN],
      exits: [OWNED],
      records: ["vmac.down", "vmac.step", "tool.error"],
    },
    {
      name: "status",
      summary: "what this host owns, what dead owners left, and whether it answers",
      usage: "[-I IF]",
      examples: [
        ["vmac-ctl status", "each virtual router of this host, and why it is silent if it is"],
        ["vmac-ctl status --json | jq .vips", "the VIPs of this host"],
      ],
      options: [{ ...INTERFACE, about: "only this NIC" }],
      exits: [[1, "nothing is owned"]],
      records: ["vmac.status"],
    },
    {
      name: "cleanup",
      summary: "remove what dead owners left",
      usage: "[-I IF]",
      examples: [["vmac-ctl cleanup", "after a crash; what `up` took stays, and what a living process owns"]],
      options: [{ ...INTERFACE, about: "only this NIC" }, DRY_RUN],
      records: ["vmac.down", "vmac.step", "tool.error"],
    },
    DOCTOR,
    PROBE,
  ],
};
