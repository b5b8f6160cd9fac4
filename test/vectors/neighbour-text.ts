/**
 * ARP and neighbour discovery as tcpdump prints them, beside the records in which arp-listen tells them.
 *
 * @module
 */
import { ZERO_MAC } from "@viptools/wire";
import { attemptBeside } from "../lab/shell.ts";
import type { Told } from "./neighbour-fields.ts";

const ENTRY = /^\d{4}-\d\d-\d\d /;
const WANTED = /ethertype ARP[ ,]|ICMP6, neighbor (solicitation|advertisement)/;
/** What tcpdump says of ARP that is not of Ethernet and IPv4, or not whole. */
const ODD_ARP = /\[\|arp\]|Unknown (Hardware|Protocol)|(?<!Ethernet) \(len 6\)|\(len (?!6\), IPv4 \(len 4\))\d+\), /;

/** @returns an entry for each frame of ARP or neighbour discovery, its further lines behind the first. */
export async function tcpdumpEntries(path: string): Promise<string[]> {
  const argv = ["env", "TZ=UTC", "tcpdump", "-tttt", "-nn", "-e", "-v", "--time-stamp-precision=nano", "-r", path];
  const { stdout, stderr, code } = await attemptBeside(argv);
  if (code !== 0) throw new Error(`tcpdump ended with ${code}: ${stderr}`);
  const entries: string[] = [];
  for (const line of stdout.split("\n")) {
    if (ENTRY.test(line)) entries.push(line);
    else entries[entries.length - 1] += `\n${line}`;
  }
  return entries.filter((entry) => WANTED.test(entry));
}

/** @returns what tcpdump has to say of a packet, and does not; nothing where both tell the same. */
export function missingFrom(entry: string, told: Told): (string | RegExp)[] {
  return wordsFor(told).filter((words) => (typeof words === "string" ? !entry.includes(words) : !words.test(entry)));
}

function wordsFor(told: Told): (string | RegExp)[] {
  const time = told.ts.replace("T", " ").replace("Z", " ");
  const ends = told.eth_src === undefined ? [] : [told.eth_dst === undefined ? told.eth_src : `${told.eth_src} > ${told.eth_dst}, `];
  const tag = told.vlan === undefined ? [] : [`vlan ${told.vlan}, `];
  return [time, ...ends, ...tag, ...bodyOf(told)];
}

function bodyOf(told: Told): (string | RegExp)[] {
  switch (told.type) {
    case "arp.seen":
      if (told.flags.includes("unknown_hardware")) return [ODD_ARP];
      if (told.operation === 2) return [`Reply ${told.spa} is-at ${told.sha}, `];
      if (told.operation !== 1) return [];
      return [`Request who-has ${told.tpa}${told.tha === ZERO_MAC ? "" : ` (${told.tha})`} tell ${told.spa}, `];
    case "ndp.seen": {
      const question = told.kind === "advertisement" ? "tgt is" : "who has";
      const name = told.kind === "advertisement" ? "advertisement" : "solicitation";
      return [
        `${told.source} > ${told.destination}: [icmp6 sum ok] ICMP6, neighbor ${name}, `,
        `, ${question} ${told.target}`,
        ...(told.lladdr === undefined ? [] : [`link-address option`, `length 8 (1): ${told.lladdr}`]),
        ...(told.kind === "advertisement" ? [flagsOf(told)] : []),
      ];
    }
    case "arp.malformed":
      return [ODD_ARP];
    case "ndp.malformed":
      return [];
  }
}

function flagsOf(told: Extract<Told, { type: "ndp.seen" }>): string {
  const set = [told.is_router && "router", told.is_solicited && "solicited", told.is_override && "override"];
  return `Flags [${set.filter(Boolean).join(", ") || "none"}]`;
}
