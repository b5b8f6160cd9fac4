/**
 * Who has an IPv4 address? Broadcast, and answered to our MAC.
 *
 * @module
 */
import { ARP_FILTER } from "@viptools/kernel";
import {
  ANY_IPV4,
  ArpOperation,
  BROADCAST_MAC,
  decodeArp,
  EtherType,
  encodeArp,
  encodeEthernet,
  type Ipv4,
  type Mac,
  ZERO_MAC,
} from "@viptools/wire";
import type { Question } from "./frame-asker.ts";

/** @param source our own address; without one it is a probe, whose answerer need not tell us again. */
export function arpQuestion(target: Ipv4, mac: Mac, source: Ipv4 = ANY_IPV4): Question {
  const payload = encodeArp({
    operation: ArpOperation.request,
    senderMac: mac,
    senderIp: source,
    targetMac: ZERO_MAC,
    targetIp: target,
  });
  return {
    frame: encodeEthernet({ destination: BROADCAST_MAC, source: mac, etherType: EtherType.arp, payload }),
    filter: ARP_FILTER,
    readOwner: (frame) => {
      const { operation, senderIp, senderMac, targetMac } = decodeArp(frame.payload);
      const isAnswer = operation === ArpOperation.reply && senderIp === target && targetMac === mac;
      return isAnswer ? senderMac : undefined;
    },
  };
}
