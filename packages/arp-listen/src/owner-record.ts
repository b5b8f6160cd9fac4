/**
 * What there is to tell of an address's owners, as a record: pure.
 *
 * @module
 */
import { formatTimestamp, type RecordBody } from "@viptools/records";
import { macText, partsOf } from "./address-number.ts";
import { Kind } from "./kinds.ts";
import type { ClaimTime } from "./owner-columns.ts";
import type { OwnerEvent } from "./owners.ts";

const TYPES: Readonly<Record<number, "arp.changed" | "arp.conflict" | "arp.flip_flop">> = {
  [Kind.changed]: "arp.changed",
  [Kind.conflict]: "arp.conflict",
  [Kind.flipFlop]: "arp.flip_flop",
};

/** @param sources names of interfaces and files, by their numbers. */
export function ownerBody(event: OwnerEvent, sources: readonly string[]): RecordBody {
  const { source, vlan, ip } = partsOf(event.key);
  return {
    type: TYPES[event.kind]!,
    interface: sources[source]!,
    ...(vlan === 0 ? {} : { vlan }),
    ip,
    owners: event.owners.map(({ mac, first, last }) => ({
      mac: macText(mac),
      first_seen: timestampOf(first),
      last_seen: timestampOf(last),
    })),
    ...(event.expected < 0 ? {} : { expected: macText(event.expected) }),
    ...(event.repeats === 0 ? {} : { repeats: event.repeats }),
  };
}

function timestampOf({ seconds, nanoseconds }: ClaimTime): string {
  return formatTimestamp(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
}
