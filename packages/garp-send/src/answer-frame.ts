/**
 * The frame that answers a question: an ARP reply or a neighbour advertisement, in the VLAN of the question.
 *
 * @module
 */
import {
  ALL_NODES_GROUP,
  ArpOperation,
  EtherType,
  encodeArp,
  encodeEthernet,
  encodeIpv6,
  encodeNeighbour,
  encodeTagged,
  ipv6GroupMac,
  type Mac,
  NeighbourType,
} from "@viptools/wire";
import type { Answer } from "./answer.ts";
import { isDetection, type Question } from "./question.ts";

/** Who asks whether it may have an IPv6 address has none to be answered at: all nodes are told (RFC 4861 §7.2.4). */
export function answeredMac(question: Question): Mac {
  return question.family === 6 && isDetection(question) ? ipv6GroupMac(ALL_NODES_GROUP) : question.mac;
}

/** @param isRouter of IPv6: whether the asker shall take the address for a router's. */
export function encodeAnswer(answer: Answer, isRouter: boolean): Uint8Array {
  const { question, mac: source } = answer;
  const packet =
    question.family === 4
      ? { etherType: EtherType.arp, payload: encodeReply(answer) }
      : { etherType: EtherType.ipv6, payload: encodeAdvertisement(answer, isRouter) };
  const { vlan } = question;
  const tags = vlan === undefined ? [] : [{ tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan }];
  return encodeEthernet({ destination: answeredMac(question), source, ...encodeTagged({ tags, ...packet }) });
}

/** To a probe too, whose sender address 0.0.0.0 becomes the target (RFC 826, RFC 5227 §2.1.1). */
function encodeReply({ question, mac }: Answer): Uint8Array {
  return encodeArp({
    operation: ArpOperation.reply,
    senderMac: mac,
    senderIp: question.target,
    targetMac: question.mac,
    targetIp: question.address,
  });
}

function encodeAdvertisement({ question, mac }: Answer, isRouter: boolean): Uint8Array {
  const { target, address } = question;
  const isSolicited = !isDetection(question);
  const message = {
    type: NeighbourType.advertisement,
    isRouter,
    isSolicited,
    isOverride: true,
    target,
    linkLayer: mac,
  };
  return encodeIpv6(encodeNeighbour(message, target, isSolicited ? address : ALL_NODES_GROUP));
}
