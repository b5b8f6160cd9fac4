/**
 * What an ARP packet is for, and what is unusual about it: pure, in place.
 *
 * @module
 */
import { ARP_LENGTH, ArpField, ArpOperation, EtherType, HARDWARE_ETHERNET, MAC_LENGTH } from "@viptools/wire";
import { Flag } from "./flags.ts";
import { Kind } from "./kinds.ts";
import { half, isSame, isZero, Protocol, type Sighting, shortFrameOf } from "./sighting.ts";

const IPV4_LENGTH = 4;
/** The part whose size does not depend on what it says. */
const FIXED_LENGTH = 8;

/**
 * Reads the packet at the sighting's place. ARP for IPv4 with six octets of MAC is read whatever hardware it names: its
 * fields are where they always are.
 *
 * @param length how long the frame was on the wire.
 */
export function classifyArp(sighting: Sighting, length: number): void {
  sighting.protocol = Protocol.arp;
  if (!isLongEnough(sighting, length)) return;
  if (!isWhole(sighting, FIXED_LENGTH, length) || !hasForm(sighting)) return;
  if (!isWhole(sighting, ARP_LENGTH, length)) return;
  const { bytes, at, sourceAt } = sighting;
  sighting.kind = kindOf(bytes, at);
  if (sourceAt >= 0 && !isSame(bytes, sourceAt, at + ArpField.senderMac, MAC_LENGTH))
    sighting.flags |= Flag.ethMismatch;
  if ((bytes[at + ArpField.senderMac]! & 1) !== 0) sighting.flags |= Flag.groupSha;
  if (isZero(bytes, at + ArpField.senderMac, MAC_LENGTH)) sighting.flags |= Flag.zeroSha;
}

/**
 * The names of RFC 5227 for probes and announcements, of common use for the rest. A probe is one whatever its target
 * MAC: iputils arping fills it with ones.
 */
function kindOf(bytes: Uint8Array, at: number): number {
  const senderIp = at + ArpField.senderIp;
  const isGratuitous = isSame(bytes, senderIp, at + ArpField.targetIp, IPV4_LENGTH);
  switch (half(bytes, at + ArpField.operation)) {
    case ArpOperation.request:
      if (isZero(bytes, senderIp, IPV4_LENGTH)) return Kind.probe;
      if (!isGratuitous) return Kind.request;
      return isZero(bytes, at + ArpField.targetMac, MAC_LENGTH) ? Kind.announcement : Kind.gratuitousRequest;
    case ArpOperation.reply:
      return isGratuitous ? Kind.gratuitousReply : Kind.reply;
    default:
      return Kind.otherOperation;
  }
}

/** @returns false, and refuses the packet, if its frame has fewer octets than it says itself. */
function isLongEnough(sighting: Sighting, length: number): boolean {
  const detail = shortFrameOf(sighting, length);
  if (detail !== undefined) sighting.refuse(Kind.malformedArp, Flag.truncated, detail);
  return detail === undefined;
}

/** @returns false, and refuses the packet, if it has fewer octets. */
function isWhole(sighting: Sighting, needs: number, length: number): boolean {
  const { bytes, at, end } = sighting;
  if (end - at >= needs) return true;
  const cut = bytes.length < length ? `, and the capture has ${bytes.length} of ${length} octets` : "";
  const detail = `ARP packet has ${Math.max(0, end - at)} octets, needs ${needs}${cut}`;
  sighting.refuse(Kind.malformedArp, Flag.truncated, detail);
  return false;
}

/** @returns false, and refuses the packet, if its fields are not where those of Ethernet and IPv4 are. */
function hasForm(sighting: Sighting): boolean {
  const { bytes, at } = sighting;
  const hardware = half(bytes, at + ArpField.hardware);
  const protocol = half(bytes, at + ArpField.protocol);
  const macLength = bytes[at + ArpField.hardwareLength]!;
  const ipLength = bytes[at + ArpField.protocolLength]!;
  if (hardware !== HARDWARE_ETHERNET) sighting.flags |= Flag.unknownHardware;
  if (protocol === EtherType.ipv4 && macLength === MAC_LENGTH && ipLength === IPV4_LENGTH) return true;
  const seen = `hardware ${hardware} and protocol 0x${protocol.toString(16).padStart(4, "0")}`;
  const detail = `ARP of ${seen} has addresses of ${macLength} and ${ipLength} octets, needs Ethernet and IPv4 with 6 and 4`;
  const flag = protocol === EtherType.ipv4 ? Flag.unknownHardware : Flag.unknownProtocol;
  sighting.refuse(Kind.malformedArp, flag, detail);
  return false;
}
