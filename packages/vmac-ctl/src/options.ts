/**
 * The command lines of vmac-ctl.
 *
 * @module
 */
import {
  type Args,
  type CommandSpec,
  ExitCode,
  ExitError,
  type OptionSpec,
  orUsage,
  PIPE_OPTIONS,
} from "@viptools/cli";
import { familyOfVip, formatInstance, formatVip, parseVip } from "@viptools/records";
import { virtualMac } from "@viptools/wire";
import type { Claim } from "./owner-table.ts";

const MODE: OptionSpec = {
  name: "mode",
  value: "MODE",
  choices: ["macvlan"],
  default: "macvlan",
  about: "a macvlan with the virtual MAC carries the VIPs",
};
const INTERFACE: OptionSpec = { name: "interface", letter: "I", value: "IF", about: "the NIC" };
const VRID: OptionSpec = { name: "vrid", value: "N", about: "virtual router, 1 to 255" };
const RECORDS = [
  "vmac.up",
  "vmac.prepared",
  "vmac.down",
  "vmac.fenced",
  "vmac.error",
  "tool.error",
  "tool.stats",
];
const FOLLOW_EXITS = [
  [65, "with --strict: a line is no record"],
  [69, "no such interface"],
  [75, "another process owns this virtual router"],
] as const;
const UP_EXITS = [
  [69, "no such interface"],
  [75, "another process owns this virtual router"],
] as const;

export const SPEC: CommandSpec = {
  name: "vmac-ctl",
  summary: "make this host own, or not own, a virtual MAC and its VIPs",
  usage: "follow | up | down | status",
  examples: [
    [
      "vrrp-elect -I eth0 --vrid 51 192.0.2.100 | vmac-ctl follow",
      "own the address while this host is Active",
    ],
    ["vmac-ctl up -I eth0 --vrid 51 192.0.2.100", "own it now, until `vmac-ctl down -I eth0 --vrid 51`"],
  ],
  options: [],
  subcommands: [
    {
      name: "follow",
      summary: "own what the records on standard input say, while their leases run",
      usage: "[--fence auto|nft|none]",
      examples: [
        ["vrrp-elect -I eth0 --vrid 51 192.0.2.100 | vmac-ctl follow | garp-send --follow", "a whole router"],
      ],
      options: [
        MODE,
        {
          name: "fence",
          value: "HOW",
          choices: ["auto", "nft", "none"],
          default: "auto",
          about: "how the kernel mutes this host when leases stop",
        },
        {
          name: "ack",
          value: "FILE",
          about: "where to say of each virtual router that this host receives, for vrrp-elect --ack",
        },
        ...PIPE_OPTIONS,
      ],
      exits: FOLLOW_EXITS,
      records: RECORDS,
    },
    {
      name: "up",
      summary: "own a virtual MAC and its VIPs now, without leases and fence",
      usage: "-I IF --vrid N VIP[/LEN]…",
      examples: [["vmac-ctl up -I eth0 --vrid 51 192.0.2.100", "own 192.0.2.100 with 00:00:5e:00:01:33"]],
      words: { name: "VIP", atLeast: 1 },
      options: [INTERFACE, VRID, MODE],
      exits: UP_EXITS,
      records: RECORDS,
    },
    {
      name: "down",
      summary: "give back what `up` took or a dead owner left",
      usage: "-I IF --vrid N",
      examples: [["vmac-ctl down -I eth0 --vrid 51", "links, addresses and settings are as before"]],
      options: [INTERFACE, VRID],
      exits: [[75, "another process owns this virtual router"]],
      records: RECORDS,
    },
    {
      name: "status",
      summary: "what this host owns, and what dead owners left",
      usage: "",
      examples: [["vmac-ctl status --json | jq .vips", "the VIPs of this host"]],
      options: [],
      exits: [[1, "nothing is owned"]],
      records: ["vmac.status"],
    },
  ],
};

/** The virtual router that `-I` and `--vrid` name; its VIPs are the words. */
export function readClaim(args: Args): Claim {
  const parent = args.required("interface");
  const vrid = args.integer("vrid", 1, 255);
  const vips = args.words.map((word) => orUsage(() => parseVip(word)));
  const six = vips.find((vip) => familyOfVip(vip) === 6);
  if (six !== undefined)
    throw new ExitError(ExitCode.usage, `${formatVip(six)} is IPv6: this version owns IPv4 only`);
  if (new Set(vips.map(({ address }) => address)).size < vips.length)
    throw new ExitError(ExitCode.usage, "a VIP is given twice");
  if (vrid === undefined) throw new ExitError(ExitCode.usage, "--vrid is missing: say which virtual router");
  return {
    instance: formatInstance({ interface: parent, family: 4, vrid }),
    parent,
    vrid,
    vmac: virtualMac(4, vrid),
    vips: vips.map(formatVip),
    epoch: 0,
  };
}
