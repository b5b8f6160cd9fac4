/**
 * Why a kernel's neighbour table took what a packet said, or did not: pure.
 *
 * @module
 */
import type { NeighbourEntry } from "@viptools/kernel";
import { whyArpLearned, whyArpRefused } from "./arp-verdict.ts";
import type { Claim } from "./kernel-claim.ts";
import type { EntryChange, Host, Verdict } from "./kernel-facts.ts";
import { whyNaLearned, whyNaRefused } from "./na-verdict.ts";

/** States in which an entry has no MAC, so that any answer is as good as another. */
const OPEN_STATES: readonly string[] = ["INCOMPLETE", "FAILED", "NONE"];

export function explain(claim: Claim, change: EntryChange, host: Host): Verdict {
  const { before, after } = change;
  const elsewhere = whyElsewhere(claim, host);
  if (elsewhere !== undefined) return compare(claim, after, elsewhere);
  const empty = whyEmpty(claim);
  if (empty !== undefined) return { verdict: "none", because: empty };
  if (after?.mac !== claim.mac) return explainRefusal(claim, change, host);
  const hasLost = before?.flags.includes("router") && !after.flags.includes("router");
  const note = hasLost ? "; it is no router any more" : "";
  if (before?.mac === claim.mac) return { verdict: "known", because: `the entry says so already${note}` };
  return { verdict: "learned", because: `${whyLearned(claim, before, host)}${note}` };
}

/** The packet does not reach this interface's table at all. */
function whyElsewhere({ vlan, onlyFor }: Claim, { mac, interfaceName }: Host): string | undefined {
  if (vlan !== 0) return `VLAN ${vlan} has a table of its own, on ${interfaceName}.${vlan} if anywhere`;
  return onlyFor !== undefined && onlyFor !== mac ? `it is for ${onlyFor} alone` : undefined;
}

/** For what the kernel never saw: is its entry right? */
function compare(claim: Claim, entry: NeighbourEntry | undefined, elsewhere: string): Verdict {
  const isOurs = claim.vlan === 0 && claim.form !== "probe";
  if (entry?.mac === undefined || !isOurs) return { verdict: "none", because: elsewhere };
  if (entry.mac === claim.mac) return { verdict: "known", because: "the entry says so already" };
  return { verdict: "stale", because: `${difference(claim, entry)}; ${elsewhere}` };
}

function difference(claim: Claim, entry: NeighbourEntry): string {
  return `the entry says ${entry.mac}, the wire says ${claim.mac}`;
}

/** The packet has nothing to be learned. */
function whyEmpty(claim: Claim): string | undefined {
  if (claim.form === "probe") return "a probe claims no address";
  if (claim.form === "advertisement" && !claim.saysMac) return "no target link-layer address option";
  return undefined;
}

function whyLearned(claim: Claim, before: NeighbourEntry | undefined, host: Host): string {
  if (before !== undefined && OPEN_STATES.includes(before.state)) return `the entry was ${before.state}`;
  return claim.family === 4 ? whyArpLearned(claim, before, host) : whyNaLearned(claim, before, host);
}

/** The kernel got the packet, and its entry says something else. */
function explainRefusal(claim: Claim, change: EntryChange, host: Host): Verdict {
  const reason = claim.family === 4 ? whyArpRefused(claim, change, host) : whyNaRefused(claim, change, host);
  if (reason !== undefined) return reason;
  const unknown = "nothing that was looked at says why: a firewall may have dropped it";
  const { after } = change;
  return after?.mac === undefined
    ? { verdict: "ignored", because: `no entry was made, and ${unknown}` }
    : { verdict: "stale", because: `${difference(claim, after)}, and ${unknown}` };
}
