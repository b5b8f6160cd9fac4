/**
 * Packets that say, or seem to say, that an address is at another MAC now.
 *
 * @module
 */
import {
  ALL_NODES_GROUP,
  ANY_IPV4,
  ArpOperation,
  type ArpPacket,
  BROADCAST_MAC,
  encodeArpBroadcast,
  encodeIpv6Frame,
  encodeNeighbour,
  type IpAddress,
  type Mac,
  NeighbourType,
  ZERO_MAC,
} from "@viptools/wire";

/** Where the address is said to be; entries say {@link OLD_MAC} before. */
export const NEW_MAC: Mac = "02:00:00:00:01:0b";
export const OLD_MAC: Mac = "02:00:00:00:01:0a";
/** On every client's loopback: one question asks them all. */
export const CLIENTS_ADDRESS = "198.51.100.1";
const NOBODYS_ADDRESS = "192.0.2.250";
const SENDER_LINK_LOCAL = "fe80::b";

export interface Form {
  readonly family: 4 | 6;
  /** Its row in the table. */
  readonly name: string;
  readonly frame: (ip: IpAddress) => Uint8Array;
}

function arp(name: string, fill: (ip: IpAddress) => Partial<ArpPacket>): Form {
  return {
    family: 4,
    name,
    frame: (ip) =>
      encodeArpBroadcast({
        operation: ArpOperation.request,
        senderMac: NEW_MAC,
        senderIp: ip,
        targetMac: ZERO_MAC,
        targetIp: ip,
        ...fill(ip),
      }),
  };
}

interface NaOptions {
  readonly isOverride?: boolean;
  readonly isRouter?: boolean;
  readonly hopLimit?: number;
}

function advertisement(
  name: string,
  { isOverride = true, isRouter = true, hopLimit = 255 }: NaOptions,
): Form {
  return {
    family: 6,
    name,
    frame: (target) => {
      const message = {
        type: NeighbourType.advertisement,
        isRouter,
        isSolicited: false,
        isOverride,
        target,
        linkLayer: NEW_MAC,
      };
      const packet = encodeNeighbour(message, SENDER_LINK_LOCAL, ALL_NODES_GROUP);
      return encodeIpv6Frame({ ...packet, hopLimit }, NEW_MAC);
    },
  };
}

const reply = ArpOperation.reply;

export const FORMS: readonly Form[] = [
  arp("request, target MAC 0", () => ({})),
  arp("request, target MAC ff", () => ({ targetMac: BROADCAST_MAC })),
  arp("request, target MAC its own", () => ({ targetMac: NEW_MAC })),
  arp("reply, target MAC 0", () => ({ operation: reply })),
  arp("reply, target MAC ff", () => ({ operation: reply, targetMac: BROADCAST_MAC })),
  arp("reply, target MAC its own", () => ({ operation: reply, targetMac: NEW_MAC })),
  arp("question for the neighbour's address", () => ({ targetIp: CLIENTS_ADDRESS })),
  arp("question for another address", () => ({ targetIp: NOBODYS_ADDRESS })),
  arp("probe", () => ({ senderIp: ANY_IPV4 })),
  advertisement("Override", {}),
  advertisement("no Override", { isOverride: false }),
  advertisement("Override, hop limit 254", { hopLimit: 254 }),
  advertisement("Override, no Router flag", { isRouter: false }),
];
