/**
 * The command line of `vip-verdict`, and the facts that it carries.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { type Args, type CommandSpec, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { parseVip } from "@viptools/records";
import { parseIpAddress, parseMac } from "@viptools/wire";
import type { Looked } from "./facts.ts";
import { readNeighbours } from "./neighbours.ts";

export const SPEC: CommandSpec = {
  name: "vip-verdict",
  summary:
    "read what the other tools saw, and say what is wrong with a virtual IP address; vip-doctor runs them all",
  usage: "-I IF [--vrid N] [--role router|client] [VIP…] < RECORDS",
  examples: [
    ["vip-doctor -I eth0 --vrid 51 192.0.2.100", "looks, asks and judges in one command"],
    [
      "vrrp-elect --observe -I eth0 --for 10s --json | vip-verdict -I eth0",
      "judges what the observer alone has heard",
    ],
    ["cat *.ndjson | vip-verdict -I eth0 --json | jq .code", "what was wrong in records that were kept"],
  ],
  words: { name: "VIP", atLeast: 0 },
  options: [
    { name: "interface", letter: "I", value: "IF", about: "where it was looked" },
    { name: "vrid", value: "N", about: "only this virtual router, 1 to 255" },
    {
      name: "role",
      value: "ROLE",
      choices: ["router", "client"],
      default: "client",
      about: "whether a VRRP program runs on this host, or is meant to",
    },
    { name: "for", value: "T", default: "0", about: "how long it was listened" },
    { name: "own", value: "ADDRESS", isRepeated: true, about: "--plan: an address of the interface" },
    { name: "mac", value: "MAC", isRepeated: true, about: "of this host, that of the interface first" },
    {
      name: "target",
      value: "ADDRESS",
      isRepeated: true,
      about: "--plan: a neighbour that may be asked from the virtual MAC",
    },
    { name: "neighbours", value: "FILE", about: "what `ip neigh show` said before anybody was asked" },
    { name: "missed", value: "TEXT", isRepeated: true, about: "what could not be looked at, and why" },
    { name: "plan", about: "only print what to ask the network: a line for each command" },
  ],
  exits: [
    [1, "something is wrong"],
    [65, "standard input has no record"],
    [66, "no such file"],
  ],
  records: ["verdict.finding", "verdict.summary"],
};

/** @throws {ExitError} usage; noFile, for a file that cannot be read. */
export function readLooked(args: Args): Looked {
  return {
    interface: args.required("interface"),
    vrid: args.integer("vrid", 1, 255),
    vips: args.words.map((word) => orUsage(() => parseVip(word)).address),
    role: args.text("role") === "router" ? "router" : "client",
    macs: args.texts("mac").map((text) => orUsage(() => parseMac(text))),
    own: args.texts("own").map((text) => orUsage(() => parseIpAddress(text))),
    targets: args.texts("target").map((text) => orUsage(() => parseIpAddress(text))),
    neighbours: readNeighbours(readText(args.text("neighbours"))),
    missed: args.texts("missed"),
    lookedMs: args.parsed("for", parseDurationUs)! / 1000,
  };
}

function readText(path: string | undefined): string {
  if (path === undefined) return "";
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ExitError(ExitCode.noFile, `cannot read ${path}: ${(error as Error).message}`);
  }
}
