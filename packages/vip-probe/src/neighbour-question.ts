/**
 * Who has an IPv6 address? To its solicited-node group (RFC 4861 §7.2.2), and answered to our own address.
 *
 * @module
 */
import { ADVERTISEMENT_FILTER } from "@viptools/kernel";
import {
  decodeIpv6,
  decodeNeighbour,
  encodeIpv6Frame,
  encodeNeighbour,
  type Ipv6,
  type Mac,
  NeighbourType,
  solicitedNodeGroup,
} from "@viptools/wire";
import type { Question } from "./frame-asker.ts";

/**
 * An announcement to all is no answer, and neither is one without a MAC, which nobody could use.
 *
 * @param source our own address on the link.
 */
export function neighbourQuestion(target: Ipv6, mac: Mac, source: Ipv6): Question {
  const group = solicitedNodeGroup(target);
  const solicitation = { type: NeighbourType.solicitation, target, linkLayer: mac };
  return {
    frame: encodeIpv6Frame(encodeNeighbour(solicitation, source, group), mac),
    filter: ADVERTISEMENT_FILTER,
    readOwner: (frame) => {
      const packet = decodeIpv6(frame.payload);
      const message = decodeNeighbour(packet);
      if (message.type !== NeighbourType.advertisement || !message.isSolicited) return undefined;
      return message.target === target && packet.destination === source ? message.linkLayer : undefined;
    },
  };
}
