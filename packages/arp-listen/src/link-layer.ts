/**
 * Takes the link layer off a frame, in place: Ethernet or a Linux cooked header, VLAN tags, LLC/SNAP.
 *
 * @module
 */
import {
  COOKED_LLC,
  COOKED_V1_LENGTH,
  COOKED_V2_LENGTH,
  CookedPacketType,
  ETHERNET_HEADER_LENGTH,
  EtherType,
  LinkType,
  MAC_LENGTH,
  SNAP_HEADER_LENGTH,
  VLAN_TAG_LENGTH,
} from "@viptools/wire";
import { Flag } from "./flags.ts";
import { Direction, half, type Sighting } from "./sighting.ts";

/** Below it, a type field is the length of an LLC frame (IEEE 802.3). */
const ETHER_TYPE_MIN = 0x0600;
const VLAN_MAX = 4094;
/** DSAP, SSAP and control of SNAP, and the OUI under which an EtherType follows (RFC 1042). */
const SNAP_WORDS = [0xaaaa, 0x0300, 0x0000] as const;

/**
 * Finds what the frame carries, and tells the sighting.
 *
 * @returns false if there is no whole header of a kind that is known.
 */
export function findPayload(sighting: Sighting, linkType: number): boolean {
  switch (linkType) {
    case LinkType.ethernet:
      return openEthernet(sighting);
    case LinkType.cookedV1:
      return openCooked(sighting, {
        header: COOKED_V1_LENGTH,
        packetType: 1,
        length: 5,
        address: 6,
        protocol: 14,
      });
    case LinkType.cookedV2:
      return openCooked(sighting, {
        header: COOKED_V2_LENGTH,
        packetType: 10,
        length: 11,
        address: 12,
        protocol: 0,
      });
    default:
      return false;
  }
}

function openEthernet(sighting: Sighting): boolean {
  const { bytes } = sighting;
  if (bytes.length < ETHERNET_HEADER_LENGTH) return false;
  sighting.destinationAt = 0;
  sighting.sourceAt = MAC_LENGTH;
  if ((bytes[MAC_LENGTH]! & 1) !== 0) sighting.flags |= Flag.groupSource;
  return openTags(sighting, half(bytes, 2 * MAC_LENGTH), ETHERNET_HEADER_LENGTH);
}

/** Places of the low octet of each field. */
interface CookedPlaces {
  readonly header: number;
  readonly packetType: number;
  readonly length: number;
  readonly address: number;
  readonly protocol: number;
}

/** What `tcpdump -i any` writes: no destination, but which way it went. */
function openCooked(sighting: Sighting, places: CookedPlaces): boolean {
  const { bytes } = sighting;
  if (bytes.length < places.header) return false;
  sighting.direction = bytes[places.packetType] === CookedPacketType.outgoing ? Direction.out : Direction.in;
  if (bytes[places.length] === MAC_LENGTH) sighting.sourceAt = places.address;
  return openTags(sighting, half(bytes, places.protocol), places.header);
}

/** The outermost tag is the VLAN's number, unless the kernel took one off before. A number of 0 is no VLAN. */
function openTags(sighting: Sighting, firstType: number, firstAt: number): boolean {
  const { bytes } = sighting;
  let type = firstType;
  let at = firstAt;
  while (type === EtherType.vlan || type === EtherType.qinq || type === EtherType.qinqOld) {
    if (at + VLAN_TAG_LENGTH > bytes.length) return false;
    const vlan = half(bytes, at) & 0xfff;
    if (vlan > 0 && (sighting.vlan > 0 || type !== EtherType.vlan)) sighting.flags |= Flag.stackedVlan;
    if (sighting.vlan === 0 && vlan <= VLAN_MAX) sighting.vlan = vlan;
    type = half(bytes, at + 2);
    at += VLAN_TAG_LENGTH;
  }
  if (type < ETHER_TYPE_MIN) return openSnap(sighting, type, at);
  sighting.etherType = type;
  sighting.at = at;
  return true;
}

/** @param length what the type field says; a cooked frame says a number instead that means LLC. */
function openSnap(sighting: Sighting, length: number, at: number): boolean {
  const { bytes } = sighting;
  const isCooked = sighting.destinationAt < 0;
  if (isCooked && length !== COOKED_LLC) return false;
  if (at + SNAP_HEADER_LENGTH > bytes.length) return false;
  if (SNAP_WORDS.some((word, n) => half(bytes, at + 2 * n) !== word)) return false;
  if (!isCooked) {
    sighting.claimedEnd = at + length;
    sighting.end = Math.min(bytes.length, sighting.claimedEnd);
  }
  sighting.flags |= Flag.llcSnap;
  sighting.etherType = half(bytes, at + 6);
  sighting.at = at + SNAP_HEADER_LENGTH;
  return true;
}
