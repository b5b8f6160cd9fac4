/**
 * Who advertises what, and who of them is Active at the end, from what the observer told: pure.
 *
 * @module
 */
import { type KnownRecord, parseInstance, type RecordOf } from "@viptools/records";
import type { IpAddress } from "@viptools/wire";
import type { Peer, VirtualRouter } from "./facts.ts";
import { addressSaid } from "./vip-address.ts";

interface Growing {
  readonly peers: Map<IpAddress, Peer>;
  active: IpAddress[];
}

/** @param records in the order in which the observer wrote them. */
export function gatherRouters(records: readonly KnownRecord[]): VirtualRouter[] {
  const found = new Map<string, Growing>();
  for (const record of records) {
    if (!("instance" in record) || record.instance === undefined) continue;
    const known = found.get(record.instance) ?? { peers: new Map(), active: [] };
    if (!note(known, record)) continue;
    found.set(record.instance, known);
  }
  return [...found].flatMap(([instance, { peers, active }]) => {
    const place = parseInstance(instance);
    if (place === undefined) return [];
    const { interface: segment, family, vrid } = place;
    const vips = [...new Set([...peers.values()].flatMap((peer) => peer.vips))];
    return [{ instance, segment, family, vrid, peers, active, vips }];
  });
}

/** @returns false for what says nothing about who speaks. */
function note(known: Growing, record: KnownRecord): boolean {
  switch (record.type) {
    case "vrrp.peer":
      known.peers.set(record.address, peerOf(record));
      // Only an Active advertises; a second one is told of as a change or a conflict.
      if (known.active.length === 0) known.active = [record.address];
      return true;
    case "vrrp.changed":
    case "vrrp.healed":
      known.active = [record.to];
      return true;
    case "vrrp.silent":
      known.active = [];
      return true;
    case "vrrp.conflict":
      if (record.cause === "two_active" || record.cause === "one_way")
        known.active = [...new Set([...known.active, ...record.peers])];
      return true;
    default:
      return false;
  }
}

function peerOf({
  address,
  mac,
  priority,
  version,
  vips,
  interval_ms,
  protocol,
  notes = [],
}: RecordOf<"vrrp.peer">): Peer {
  return {
    address,
    mac,
    priority,
    version,
    vips: vips.map(addressSaid),
    intervalMs: interval_ms,
    protocol: protocol === "carp" ? "CARP" : "VRRP",
    isOwn: notes.includes("this host"),
    isBareSum: notes.includes("checksum of the message alone (RFC 9568)"),
    isPlain: notes.includes("from its NIC's own MAC"),
  };
}
