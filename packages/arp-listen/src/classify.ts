/**
 * What an ARP packet is for, and what is unusual about it: pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { ANY_IPV4, ArpOperation, type ArpPacket, isGroupMac, type LinkFrame, ZERO_MAC } from "@viptools/wire";

export type ArpKind = RecordOf<"arp.seen">["kind"];

/**
 * The names of RFC 5227 for probes and announcements, of common use for the rest. A probe is one whatever its target
 * MAC: iputils arping fills it with ones.
 */
export function classifyArp(packet: ArpPacket): ArpKind {
  const isGratuitous = packet.senderIp === packet.targetIp;
  switch (packet.operation) {
    case ArpOperation.request:
      if (packet.senderIp === ANY_IPV4) return "probe";
      if (!isGratuitous) return "request";
      return packet.targetMac === ZERO_MAC ? "announcement" : "gratuitous_request";
    case ArpOperation.reply:
      return isGratuitous ? "gratuitous_reply" : "reply";
    default:
      return "other";
  }
}

/** @returns names of what a healthy packet does not have. */
export function flagArp(frame: Pick<LinkFrame, "source">, packet: ArpPacket): string[] {
  const flags: string[] = [];
  if (frame.source !== packet.senderMac) flags.push("eth_mismatch");
  if (isGroupMac(packet.senderMac)) flags.push("group_sha");
  return flags;
}
