/**
 * Who has this address? A probe (RFC 5227 §2.1.1) or a request (RFC 826) for IPv4, a solicitation as of duplicate address
 * detection (RFC 4862 §5.4.2) or as of address resolution (RFC 4861 §7.2.2) for IPv6; and who says that it has it.
 *
 * @module
 */
import { ANY_IPV4, BROADCAST_MAC, type Mac, ZERO_MAC } from "./address.ts";
import { ArpOperation, decodeArp, encodeArp } from "./arp.ts";
import { WireError } from "./error.ts";
import { decodeEthernet, EtherType, encodeEthernet } from "./ethernet.ts";
import { decodeNeighbour, encodeNeighbour, NeighbourType } from "./icmpv6-nd.ts";
import { familyOf, type IpAddress } from "./ip-address.ts";
import { decodeIpv6, encodeIpv6Frame } from "./ipv6.ts";
import { ANY_IPV6, ipv6GroupMac, solicitedNodeGroup } from "./ipv6-address.ts";

export interface AddressQuestion {
  readonly target: IpAddress;
  /** Of the asker. */
  readonly mac: Mac;
  /**
   * The asker's own address, of the target's family. Without one nobody's cache changes; but some hosts answer only
   * who has one.
   */
  readonly source?: IpAddress | undefined;
  /** The only one who is asked; everybody if left out. */
  readonly to?: Mac | undefined;
}

/** @returns the whole frame. */
export function encodeAddressQuestion(question: AddressQuestion): Uint8Array {
  return familyOf(question.target) === 4 ? encodeArpQuestion(question) : encodeSolicitation(question);
}

function encodeArpQuestion({
  target,
  mac,
  source = ANY_IPV4,
  to = BROADCAST_MAC,
}: AddressQuestion): Uint8Array {
  const payload = encodeArp({
    operation: ArpOperation.request,
    senderMac: mac,
    senderIp: source,
    targetMac: ZERO_MAC,
    targetIp: target,
  });
  return encodeEthernet({ destination: to, source: mac, etherType: EtherType.arp, payload });
}

function encodeSolicitation({ target, mac, source = ANY_IPV6, to }: AddressQuestion): Uint8Array {
  const group = solicitedNodeGroup(target);
  const linkLayer = source === ANY_IPV6 ? undefined : mac;
  const message = { type: NeighbourType.solicitation, target, linkLayer };
  return encodeIpv6Frame(encodeNeighbour(message, source, group), mac, to ?? ipv6GroupMac(group));
}

/** Somebody says that an address is its own, or is about to be. */
export interface AddressClaim {
  readonly ip: IpAddress;
  readonly owner: Mac;
}

/**
 * An owner claims its address by any ARP packet and any advertisement of its own; who probes for one claims it too, for
 * two that ask at the same time must not both take it (RFC 5227 §2.1.1, RFC 4862 §5.4.3).
 *
 * @param frame without VLAN tags.
 * @returns undefined for what is neither ARP nor neighbour discovery, and what cannot be read.
 */
export function readAddressClaim(frame: Uint8Array): AddressClaim | undefined {
  try {
    const { etherType, payload, source } = decodeEthernet(frame);
    if (etherType === EtherType.ipv6) return readIpv6Claim(payload, source);
    if (etherType !== EtherType.arp) return undefined;
    const { senderIp, senderMac, targetIp } = decodeArp(payload);
    return { ip: senderIp === ANY_IPV4 ? targetIp : senderIp, owner: senderMac };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** A solicitation claims its target only where it has no source: otherwise somebody wants to talk to it. */
function readIpv6Claim(payload: Uint8Array, source: Mac): AddressClaim | undefined {
  const packet = decodeIpv6(payload);
  const message = decodeNeighbour(packet);
  const isAsking = message.type === NeighbourType.solicitation && packet.source !== ANY_IPV6;
  return isAsking ? undefined : { ip: message.target, owner: message.linkLayer ?? source };
}
