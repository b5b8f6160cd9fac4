/**
 * What somebody asks, read from what arp-listen heard: pure.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";
import { ANY_IPV4, ANY_IPV6, type IpAddress, type Mac, ZERO_MAC } from "@viptools/wire";

/** Who has this address? */
export interface Question {
  readonly family: 4 | 6;
  readonly target: IpAddress;
  /** The asker; without an address where it asks whether it may have the target. */
  readonly mac: Mac;
  readonly address: IpAddress;
  /** Whom it was sent to; undefined where the capture has no Ethernet header. */
  readonly sentTo: Mac | undefined;
  readonly interface: string;
  readonly vlan: number | undefined;
  readonly direction: "in" | "out" | undefined;
  /** When it was heard, CLOCK_MONOTONIC; undefined for one from a capture file. */
  readonly heardNs: bigint | undefined;
  /** What receivers have to discard (RFC 4861 §7.1.1). */
  readonly isInvalid: boolean;
}

/**
 * Flags of a solicitation that receivers discard: it came over a router, and so on. And of a question in a VLAN within a
 * VLAN: the record does not have both numbers, and an answer would go to another network.
 */
const INVALID: ReadonlySet<string> = new Set([
  "stacked_vlan",
  "hop_limit",
  "checksum",
  "code",
  "group_target",
  "dad_form",
  "options",
  "fragment",
]);

/** @returns undefined for a record that asks nothing. */
export function readQuestion(record: KnownRecord): Question | undefined {
  if (record.type === "arp.seen" && (record.kind === "request" || record.kind === "probe"))
    return { ...frameOf(record), family: 4, target: record.tpa, mac: record.sha, address: record.spa };
  if (record.type === "ndp.seen" && (record.kind === "solicitation" || record.kind === "dad"))
    return {
      ...frameOf(record),
      family: 6,
      target: record.target,
      // Only an asker that is known already may leave the option out (RFC 4861 §4.3).
      mac: record.lladdr ?? record.eth_src ?? ZERO_MAC,
      address: record.source,
    };
  return undefined;
}

/** Asks whether somebody else has the address that it wants for itself (RFC 5227 §2.1, RFC 4862 §5.4). */
export function isDetection({ address }: Question): boolean {
  return address === ANY_IPV4 || address === ANY_IPV6;
}

function frameOf(record: RecordOf<"arp.seen"> | RecordOf<"ndp.seen">) {
  const { interface: name, vlan, direction, eth_dst: sentTo, mono_ns, flags } = record;
  const heardNs = mono_ns === undefined ? undefined : BigInt(mono_ns);
  return {
    interface: name,
    vlan,
    direction,
    sentTo,
    heardNs,
    isInvalid: flags.some((flag) => INVALID.has(flag)),
  };
}
