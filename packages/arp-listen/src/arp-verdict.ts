/**
 * How Linux decides about an ARP packet: pure. In the order of `arp_process` (net/ipv4/arp.c) and `neigh_update`
 * (net/core/neighbour.c), with the settings of ip-sysctl.
 *
 * @module
 */
import type { NeighbourEntry } from "@viptools/kernel";
import type { ArpClaim } from "./kernel-claim.ts";
import {
  type EntryChange,
  type Host,
  ignored,
  isFixed,
  isOnLink,
  named,
  type Verdict,
  value,
} from "./kernel-facts.ts";

/** Ages come in hundredths of a second, and the kernel's clock ticks each 4 ms or so. */
const AGE_GRAIN_MS = 20;
const MS_OF_LOCKTIME = 10;
/** Values of arp_ignore. */
const ArpIgnore = { otherInterface: 1, otherNetwork: 2, hostScope: 3, always: 8 } as const;
/** Value of arp_accept: only addresses of this interface's networks. */
const ACCEPT_ON_LINK = 2;

/** @param before an entry that had another MAC, or none. */
export function whyArpLearned(claim: ArpClaim, before: NeighbourEntry | undefined, host: Host): string {
  if (asksForUs(claim, host)) return `it asks for ${claim.target}, an address of this host`;
  if (before === undefined)
    return value(host, "arp_accept") > 0 ? named(host, "arp_accept") : "the kernel was asking for it";
  if (isGratuitous(claim)) return "it is gratuitous: locktime does not hold it off";
  return `the entry was older than locktime ${locktimeText(host)}`;
}

/** @returns undefined if nothing that is known explains it. */
export function whyArpRefused(
  claim: ArpClaim,
  { after, ageMs }: EntryChange,
  host: Host,
): Verdict | undefined {
  if (claim.ip === claim.target && value(host, "drop_gratuitous_arp") > 0)
    return ignored(named(host, "drop_gratuitous_arp"));
  if (host.ownAddresses.has(claim.ip)) return ignored(`${claim.ip} is an address of this host`);
  if (after !== undefined && isFixed(after)) return ignored(`entry is ${after.state}`);
  if (asksForUs(claim, host)) return whyNotAnswered(claim, host);
  if (after === undefined) return whyNoEntry(claim, host);
  if (isGratuitous(claim) || ageMs > locktimeMs(host) + AGE_GRAIN_MS) return undefined;
  return ignored(`locktime ${locktimeText(host)} and ${nature(claim)}`);
}

/** Linux learns from a question for its own address only where it would answer it. */
function whyNotAnswered(claim: ArpClaim, host: Host): Verdict | undefined {
  const silent = "a question that is not answered teaches nothing";
  if (isIgnored(claim, host)) return ignored(`${named(host, "arp_ignore")}: ${silent}`);
  if (value(host, "arp_filter") > 0) return ignored(`${named(host, "arp_filter")}: ${silent}`);
  if (value(host, "rp_filter") > 0 && !isOnLink(claim.ip, host))
    return ignored(`${named(host, "rp_filter")}, and ${claim.ip} is in no network of this interface`);
  return undefined;
}

function isIgnored({ ip, target }: ArpClaim, host: Host): boolean {
  const here = host.networks.filter(({ address }) => address === target);
  switch (value(host, "arp_ignore")) {
    case ArpIgnore.otherInterface:
      return here.length === 0;
    case ArpIgnore.otherNetwork:
      return !isOnLink(ip, { ...host, networks: here });
    case ArpIgnore.hostScope:
    case ArpIgnore.always:
      return true;
    default:
      return false;
  }
}

function whyNoEntry(claim: ArpClaim, host: Host): Verdict | undefined {
  if (claim.form === "request" && claim.ip !== claim.target)
    return { verdict: "none", because: "no entry, and a question for others makes none" };
  const accept = value(host, "arp_accept");
  if (accept === 0) return ignored(`${named(host, "arp_accept")} and no entry`);
  if (accept === ACCEPT_ON_LINK && !isOnLink(claim.ip, host))
    return ignored(
      `${named(host, "arp_accept")}, no entry, and ${claim.ip} is in no network of this interface`,
    );
  return undefined;
}

function asksForUs({ form, target }: ArpClaim, { ownAddresses }: Host): boolean {
  return form === "request" && ownAddresses.has(target);
}

/** `arp_is_garp`: only such a packet changes an entry inside its locktime. */
function isGratuitous({ form, ip, target, namesItself }: ArpClaim): boolean {
  return ip === target && (form === "request" || namesItself);
}

function nature({ form, ip, target }: ArpClaim): string {
  if (form === "reply" && ip === target) return "a reply whose target MAC is not the sender's";
  return form === "reply" ? "a reply to somebody" : "a question for others";
}

function locktimeMs(host: Host): number {
  return value(host, "locktime") * MS_OF_LOCKTIME;
}

function locktimeText(host: Host): string {
  return `${locktimeMs(host) / 1000} s`;
}
