/**
 * What a packet says about who has an address, as far as a kernel's neighbour table goes by it: pure.
 *
 * @module
 */
import {
  ANY_IPV4,
  ArpOperation,
  decodeArp,
  decodeEthernet,
  decodeIpv6,
  decodeNeighbour,
  type EthernetFrame,
  EtherType,
  type IpAddress,
  isGroupAddress,
  isGroupMac,
  type Mac,
  NEIGHBOUR_HOP_LIMIT,
  NeighbourType,
  WireError,
} from "@viptools/wire";

interface Common {
  /** Whose owner it names; of a probe, the address that it asks for. */
  readonly ip: IpAddress;
  /** Who has it, by the packet; where it names nobody, who sent it. */
  readonly mac: Mac;
  /** Ethernet destination; undefined for a group, which every host takes. */
  readonly onlyFor: Mac | undefined;
  /** 0 for none: the table of `eth0` knows nothing of what is tagged, that goes to `eth0.5`. */
  readonly vlan: number;
}

/** RFC 826; the words of RFC 5227. */
export interface ArpClaim extends Common {
  readonly family: 4;
  readonly form: "request" | "reply" | "probe";
  readonly target: IpAddress;
  /** The target MAC is the sender's: without that, Linux takes no reply as gratuitous. */
  readonly namesItself: boolean;
}

/** A neighbour advertisement, RFC 4861 §4.4. */
export interface AdvertisementClaim extends Common {
  readonly family: 6;
  readonly form: "advertisement";
  readonly source: IpAddress;
  readonly hopLimit: number;
  readonly isSolicited: boolean;
  readonly isOverride: boolean;
  /** It has the target link-layer address option. */
  readonly saysMac: boolean;
}

export type Claim = ArpClaim | AdvertisementClaim;

/** @returns undefined for what no neighbour table goes by: other packets, solicitations, and what cannot be read. */
export function readClaim(bytes: Uint8Array, vlan: number): Claim | undefined {
  try {
    const frame = decodeEthernet(bytes);
    if (frame.etherType === EtherType.arp) return readArp(frame, vlan);
    return frame.etherType === EtherType.ipv6 ? readAdvertisement(frame, vlan) : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function common({ destination }: EthernetFrame, vlan: number): Pick<Common, "onlyFor" | "vlan"> {
  return { onlyFor: isGroupMac(destination) ? undefined : destination, vlan };
}

function readArp(frame: EthernetFrame, vlan: number): ArpClaim | undefined {
  const { operation, senderMac: mac, senderIp, targetMac, targetIp: target } = decodeArp(frame.payload);
  if (operation !== ArpOperation.request && operation !== ArpOperation.reply) return undefined;
  const isProbe = senderIp === ANY_IPV4;
  return {
    ...common(frame, vlan),
    family: 4,
    form: isProbe ? "probe" : operation === ArpOperation.request ? "request" : "reply",
    ip: isProbe ? target : senderIp,
    mac,
    target,
    namesItself: targetMac === mac,
  };
}

/** A wrong hop limit is a reason of its own, so it is not checked here as receivers do. */
function readAdvertisement(frame: EthernetFrame, vlan: number): AdvertisementClaim | undefined {
  const packet = decodeIpv6(frame.payload);
  const message = decodeNeighbour({ ...packet, hopLimit: NEIGHBOUR_HOP_LIMIT });
  if (message.type !== NeighbourType.advertisement || isGroupAddress(message.target)) return undefined;
  return {
    ...common(frame, vlan),
    family: 6,
    form: "advertisement",
    ip: message.target,
    mac: message.linkLayer ?? frame.source,
    source: packet.source,
    hopLimit: packet.hopLimit,
    isSolicited: message.isSolicited,
    isOverride: message.isOverride,
    saysMac: message.linkLayer !== undefined,
  };
}
