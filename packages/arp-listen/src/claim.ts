/**
 * What a packet claims: pure, in place.
 *
 * @module
 */
import { ArpField, MAC_LENGTH, NeighbourField } from "@viptools/wire";
import { ipv4Number, key4, key6, macNumber, segmentOf } from "./address-number.ts";
import { Ipv6Field } from "./classify-ndp.ts";
import { Flag } from "./flags.ts";
import { Kind } from "./kinds.ts";
import type { AddressKey } from "./owner-columns.ts";
import { isZero, Protocol, type Sighting } from "./sighting.ts";

/** What no receiver of neighbour discovery believes. */
const UNBELIEVED =
  Flag.hopLimit | Flag.code | Flag.groupTarget | Flag.solicitedGroup | Flag.dadForm | Flag.options;
const IPV6_LENGTH = 16;
/** Enough of an IPv6 address to tell askers apart. */
const ASKER_AT = IPV6_LENGTH - MAC_LENGTH;

/** One is made and used again for every packet. */
export class MutableClaim {
  key: AddressKey = 0;
  /** Where the address stands in the frame, and how long it is. */
  addressAt = 0;
  addressLength = 4;
  mac = 0;
  asker = 0;
  expected = -1;
  seconds = 0;
  nanoseconds = 0;
  atUs = 0;

  /**
   * Everybody who hears an ARP packet with a sender address may learn it; a probe has none, so it claims nothing. An
   * IPv6 question teaches its asker's address, an advertisement its target.
   *
   * @param source counts interfaces and files.
   * @returns false if the sighting claims nothing.
   */
  read(sighting: Sighting, source: number): boolean {
    // Behind the outermost tag there are networks of their own, which one number does not tell apart.
    if (sighting.isMalformed || (sighting.flags & Flag.stackedVlan) !== 0) return false;
    const segment = segmentOf(source, sighting.vlan);
    return sighting.protocol === Protocol.arp
      ? this.#readArp(sighting, segment)
      : this.#readNdp(sighting, segment);
  }

  #readArp({ kind, bytes, at }: Sighting, segment: number): boolean {
    const senderIp = at + ArpField.senderIp;
    if (kind === Kind.probe || kind === Kind.otherOperation || ipv4Number(bytes, senderIp) === 0)
      return false;
    this.addressAt = senderIp;
    this.addressLength = 4;
    this.key = key4(segment, bytes, senderIp);
    this.mac = macNumber(bytes, at + ArpField.senderMac);
    this.asker = kind === Kind.reply ? macNumber(bytes, at + ArpField.targetMac) : 0;
    return true;
  }

  #readNdp({ kind, flags, bytes, at, messageAt, linkLayerAt, sourceAt }: Sighting, segment: number): boolean {
    if (kind === Kind.dad || (flags & UNBELIEVED) !== 0) return false;
    const isQuestion = kind === Kind.solicitation;
    const macAt = isQuestion || linkLayerAt >= 0 ? linkLayerAt : sourceAt;
    if (macAt < 0) return false;
    this.addressAt = isQuestion ? at + Ipv6Field.source : messageAt + NeighbourField.target;
    if (isZero(bytes, this.addressAt, IPV6_LENGTH)) return false;
    this.addressLength = IPV6_LENGTH;
    this.key = key6(segment, bytes, this.addressAt);
    this.mac = macNumber(bytes, macAt);
    this.asker = kind === Kind.advertisement ? macNumber(bytes, at + Ipv6Field.destination + ASKER_AT) : 0;
    return true;
  }
}
