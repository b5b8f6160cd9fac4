/**
 * The command lines of arp-hide.
 *
 * @module
 */
import type { CommandSpec, OptionSpec } from "@viptools/cli";
import { METHODS } from "./plan.ts";

const INTERFACE: OptionSpec = {
  name: "interface",
  letter: "I",
  value: "IF",
  about: "where the question is heard",
};
const DRY_RUN: OptionSpec = {
  name: "dry-run",
  about: "change nothing: print each step as the command that does the same",
};
const NO_INTERFACE = [69, "no such interface"] as const;

export const SPEC: CommandSpec = {
  name: "arp-hide",
  summary: "have an address on this host without answering for it: real servers of LVS, anycast",
  usage: "add | remove | status | check",
  examples: [
    ["arp-hide add -I eth0 192.0.2.100", "take what a director sends for it, and let the director answer"],
    ["arp-hide remove -I eth0 192.0.2.100", "addresses, settings and rules are as before"],
    ["arp-hide check -I eth0 192.0.2.100", "from any host of the network: which MACs answer?"],
  ],
  options: [],
  subcommands: [
    {
      name: "add",
      summary: "put addresses on this host, hidden",
      usage: "-I IF [--method METHOD] [--tunnel | --tunnel-on IF] [--to SERVICE]… VIP…",
      examples: [
        ["arp-hide add -I eth0 192.0.2.100 2001:db8::100", "both on lo, and eth0 does not answer for them"],
        ["arp-hide add -I eth0 --method nft 192.0.2.100", "the same without a changed setting"],
        [
          "arp-hide add -I eth0 --method redirect --to tcp/80 --to tcp/443 192.0.2.100",
          "no VIP on this host: two services of its own are reached by it",
        ],
        ["arp-hide add -I eth0 --tunnel 192.0.2.100", "a real server of LVS/TUN: the VIP stands on tunl0"],
        ["arp-hide add -I eth0 --dry-run 192.0.2.100", "what that would do, as commands"],
      ],
      words: { name: "VIP", atLeast: 1 },
      options: [
        INTERFACE,
        {
          name: "method",
          value: "METHOD",
          choices: METHODS,
          default: "sysctl",
          about:
            "sysctl: arp_ignore and arp_announce of the interface; nft: rules that drop questions and change what is announced; arptables: the same where nftables cannot; redirect: no VIP here, what comes for it is turned to the interface's own address",
        },
        {
          name: "to",
          value: "SERVICE",
          isRepeated: true,
          about: "of redirect: only this, tcp/80 or udp/53; the rest is dropped. Without: all",
        },
        {
          name: "tunnel",
          about: "for LVS/TUN: put the VIP on tunl0 (IPv6: ip6tnl0), made if it is not there",
        },
        {
          name: "tunnel-on",
          value: "IF",
          about: "the same with a tunnel interface of any kind that is there",
        },
        DRY_RUN,
      ],
      exits: [NO_INTERFACE, [75, "this host has a VIP already, or hides it in another way"]],
      records: ["hide.added", "hide.step"],
    },
    {
      name: "remove",
      summary: "take hidden addresses away; all of the interface where none is named",
      usage: "-I IF [VIP…]",
      examples: [["arp-hide remove -I eth0", "all that is hidden there, and what a killed `add` left"]],
      words: { name: "VIP", atLeast: 0 },
      options: [INTERFACE, DRY_RUN],
      records: ["hide.removed", "hide.step"],
    },
    {
      name: "status",
      summary: "what is hidden here, whether it is whole, and what is left over",
      usage: "[-I IF]",
      examples: [["arp-hide status --json | jq 'select(.is_whole | not).why'", "what is missing"]],
      options: [{ ...INTERFACE, about: "only this interface" }],
      exits: [[1, "nothing is hidden, something is not whole, or something is left over"]],
      records: ["hide.status"],
    },
    {
      name: "check",
      summary: "ask the network who answers for addresses",
      usage: "-I IF [--expect MAC] VIP…",
      examples: [
        ["arp-hide check -I eth0 192.0.2.100", "0: nobody or one MAC, 1: several"],
        [
          "arp-hide check -I eth0 --expect vrid:51 --count 1000 --every 1ms 192.0.2.100",
          "1: anybody but the director's virtual MAC",
        ],
      ],
      words: { name: "VIP", atLeast: 1 },
      options: [
        { ...INTERFACE, about: "where to ask; this host itself is not heard there" },
        { name: "expect", value: "MAC", about: "who may answer: a MAC, vrid:N or vrid6:N" },
        { name: "count", letter: "c", value: "N", default: "3", about: "questions for each address" },
        { name: "every", value: "T", default: "100ms", about: "time between them" },
        { name: "wait", letter: "w", value: "T", default: "500ms", about: "for the last answers" },
      ],
      exits: [[1, "more than one MAC answers, or one that --expect does not name"], NO_INTERFACE],
      records: ["hide.checked"],
    },
  ],
};
