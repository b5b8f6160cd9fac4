/**
 * A sighting as a record: for terminals, chosen fields and whatever is rare. In bulk, `line-renderer.ts` writes the same.
 *
 * @module
 */
import type { RecordBody, RecordOf } from "@viptools/records";
import {
  ArpField,
  ipv4FromBytes,
  ipv6FromBytes,
  macFromBytes,
  NeighbourField,
  NeighbourFlag,
} from "@viptools/wire";
import { Ipv6Field } from "./classify-ndp.ts";
import { flagNames } from "./flags.ts";
import { KIND_NAMES, Kind } from "./kinds.ts";
import { Direction, half, Protocol, type Sighting } from "./sighting.ts";

/** @param source interface or file. @returns the record of a sighting that has a protocol. */
export function bodyOf(sighting: Sighting, source: string): RecordBody {
  if (sighting.isMalformed) return malformedBody(sighting, source);
  return sighting.protocol === Protocol.arp ? arpBody(sighting, source) : ndpBody(sighting, source);
}

function arpBody(sighting: Sighting, source: string): RecordBody {
  const { bytes, at } = sighting;
  return {
    type: "arp.seen",
    ...placeOf(sighting, source),
    kind: KIND_NAMES[sighting.kind] as RecordOf<"arp.seen">["kind"],
    operation: half(bytes, at + ArpField.operation),
    ...macsOf(sighting),
    sha: macFromBytes(bytes, at + ArpField.senderMac),
    spa: ipv4FromBytes(bytes, at + ArpField.senderIp),
    tha: macFromBytes(bytes, at + ArpField.targetMac),
    tpa: ipv4FromBytes(bytes, at + ArpField.targetIp),
    flags: flagNames(sighting.flags),
  };
}

function ndpBody(sighting: Sighting, source: string): RecordBody {
  const { bytes, at, messageAt, linkLayerAt, kind } = sighting;
  const said = bytes[messageAt + NeighbourField.flags]!;
  const isAdvertisement = kind === Kind.advertisement || kind === Kind.unsolicitedAdvertisement;
  return {
    type: "ndp.seen",
    ...placeOf(sighting, source),
    kind: KIND_NAMES[kind] as RecordOf<"ndp.seen">["kind"],
    ...macsOf(sighting),
    source: ipv6FromBytes(bytes, at + Ipv6Field.source),
    destination: ipv6FromBytes(bytes, at + Ipv6Field.destination),
    target: ipv6FromBytes(bytes, messageAt + NeighbourField.target),
    ...(linkLayerAt < 0 ? {} : { lladdr: macFromBytes(bytes, linkLayerAt) }),
    ...(isAdvertisement
      ? {
          is_router: (said & NeighbourFlag.router) !== 0,
          is_solicited: (said & NeighbourFlag.solicited) !== 0,
          is_override: (said & NeighbourFlag.override) !== 0,
        }
      : {}),
    flags: flagNames(sighting.flags),
  };
}

function malformedBody(sighting: Sighting, source: string): RecordBody {
  return {
    type: sighting.protocol === Protocol.arp ? "arp.malformed" : "ndp.malformed",
    ...placeOf(sighting, source),
    ...macsOf(sighting),
    flags: flagNames(sighting.flags),
    detail: sighting.detail,
  };
}

function placeOf(
  { vlan, direction }: Sighting,
  source: string,
): Pick<RecordOf<"arp.seen">, "interface" | "vlan" | "direction"> {
  const way = direction === Direction.in ? "in" : "out";
  return {
    interface: source,
    ...(vlan === 0 ? {} : { vlan }),
    ...(direction === Direction.unknown ? {} : { direction: way }),
  };
}

function macsOf({ bytes, sourceAt, destinationAt }: Sighting) {
  return {
    ...(sourceAt < 0 ? {} : { eth_src: macFromBytes(bytes, sourceAt) }),
    ...(destinationAt < 0 ? {} : { eth_dst: macFromBytes(bytes, destinationAt) }),
  };
}
