/**
 * Who has an IPv4 address? Broadcast, and answered to our MAC.
 *
 * @module
 */
import { ARP_FILTER } from "@viptools/kernel";
import {
  ANY_IPV4,
  ArpOperation,
  decodeArp,
  encodeArpBroadcast,
  type Ipv4,
  type Mac,
  ZERO_MAC,
} from "@viptools/wire";
import type { Question } from "./frame-asker.ts";

/** @param source our own address; without one it is a probe, whose answerer need not tell us again. */
export function arpQuestion(target: Ipv4, mac: Mac, source: Ipv4 = ANY_IPV4): Question {
  const frame = encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac: mac,
    senderIp: source,
    targetMac: ZERO_MAC,
    targetIp: target,
  });
  return {
    frame,
    filter: ARP_FILTER,
    readOwner: ({ payload }) => {
      const { operation, senderIp, senderMac, targetMac } = decodeArp(payload);
      const isAnswer = operation === ArpOperation.reply && senderIp === target && targetMac === mac;
      return isAnswer ? senderMac : undefined;
    },
  };
}
