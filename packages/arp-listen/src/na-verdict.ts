/**
 * How Linux decides about a neighbour advertisement: pure. In the order of `ndisc_rcv` and `ndisc_recv_na`
 * (net/ipv6/ndisc.c), with the settings of ip-sysctl.
 *
 * @module
 */
import type { NeighbourEntry } from "@viptools/kernel";
import { NEIGHBOUR_HOP_LIMIT } from "@viptools/wire";
import type { AdvertisementClaim } from "./kernel-claim.ts";
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

/** Value of accept_untracked_na: only senders of this interface's networks. */
const ACCEPT_ON_LINK = 2;

/** @param before an entry that had another MAC, or none. */
export function whyNaLearned(
  { isOverride }: AdvertisementClaim,
  before: NeighbourEntry | undefined,
  host: Host,
): string {
  if (before !== undefined) return isOverride ? "Override flag" : "the entry changed meanwhile";
  return value(host, "forwarding") > 0 && value(host, "accept_untracked_na") > 0
    ? `${named(host, "accept_untracked_na")} and ${named(host, "forwarding")}`
    : "the kernel was asking for it";
}

/** @returns undefined if nothing that is known explains it. */
export function whyNaRefused(
  claim: AdvertisementClaim,
  { before, after }: EntryChange,
  host: Host,
): Verdict | undefined {
  if (claim.hopLimit !== NEIGHBOUR_HOP_LIMIT)
    return ignored(`hop limit ${claim.hopLimit}, needs ${NEIGHBOUR_HOP_LIMIT}`);
  if (!claim.isSolicited && value(host, "drop_unsolicited_na") > 0)
    return ignored(named(host, "drop_unsolicited_na"));
  if (host.ownAddresses.has(claim.ip)) return ignored(`${claim.ip} is an address of this host`);
  if (after === undefined) return whyNoEntry(claim, host);
  if (after.state === "FAILED" || isFixed(after)) return ignored(`entry is ${after.state}`);
  if (claim.isOverride) return undefined;
  const isDoubted = before !== undefined && before.state !== "STALE" && after.state === "STALE";
  return ignored(`no Override flag${isDoubted ? ": the entry stays, but is STALE now" : ""}`);
}

function whyNoEntry({ source }: AdvertisementClaim, host: Host): Verdict | undefined {
  const accept = value(host, "accept_untracked_na");
  if (accept === 0) return ignored(`${named(host, "accept_untracked_na")} and no entry`);
  if (value(host, "forwarding") === 0)
    return ignored(`${named(host, "forwarding")} and no entry: accept_untracked_na is for routers`);
  if (accept === ACCEPT_ON_LINK && !isOnLink(source, host))
    return ignored(
      `${named(host, "accept_untracked_na")}, no entry, and ${source} is in no network of this interface`,
    );
  return undefined;
}
