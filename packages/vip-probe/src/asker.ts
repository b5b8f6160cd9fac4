/**
 * Asks a target whether it is there: by ping through the host's own stack, or by ARP on the wire.
 *
 * @module
 */
import { ARP_FILTER, type IcmpSocket, KernelError, openIcmp, PacketSocket } from "@viptools/kernel";
import {
  ANY_IPV4,
  ArpOperation,
  BROADCAST_MAC,
  decodeArp,
  decodeEthernet,
  decodeIcmpEcho,
  decodeIpv4,
  EtherType,
  encodeArp,
  encodeEthernet,
  encodeIcmpEcho,
  IcmpType,
  type Ipv4,
  type Mac,
  WireError,
  ZERO_MAC,
} from "@viptools/wire";

export interface Asker {
  /** Sends ask number `n`; one that cannot be sent is simply not answered. */
  ask(n: number): void;
  close(): void;
}

/** Told which ask was answered, and by which MAC if that is known; `n` is undefined where answers carry no number. */
export type OnAnswer = (n: number | undefined, mac: Mac | undefined) => void;

/** Sequence numbers have 16 bits: the full number stands in the data. */
export function pingAsker(target: Ipv4, onAnswer: OnAnswer): Asker {
  const identifier = process.pid & 0xffff;
  const socket: IcmpSocket = openIcmp((bytes) => {
    const n = readReply(bytes, target, identifier);
    if (n !== undefined) onAnswer(n, undefined);
  });
  return {
    ask: (n) => {
      const data = new Uint8Array(4);
      new DataView(data.buffer).setUint32(0, n);
      const echo = { type: IcmpType.echoRequest, identifier, sequence: n & 0xffff, data };
      socket.send(target, encodeIcmpEcho(echo), () => {});
    },
    close: () => socket.close(),
  };
}

/** @returns the number of the ask that this packet answers. */
function readReply(bytes: Uint8Array, target: Ipv4, identifier: number): number | undefined {
  try {
    const packet = decodeIpv4(bytes);
    const echo = decodeIcmpEcho(packet.payload);
    const isOurs =
      packet.source === target && echo.type === IcmpType.echoReply && echo.identifier === identifier;
    if (!isOurs || echo.data.length !== 4) return undefined;
    return new DataView(echo.data.buffer, echo.data.byteOffset).getUint32(0);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

export interface ArpAskerOptions {
  readonly ifindex: number;
  readonly mac: Mac;
  /** Our own address: who answers a probe from 0.0.0.0 need not tell us again. */
  readonly source: Ipv4 | undefined;
  readonly target: Ipv4;
}

/** Broadcasts a request each time, so that everybody who answers is heard. */
export function arpAsker(options: ArpAskerOptions, onAnswer: OnAnswer): Asker {
  const { ifindex, mac, source = ANY_IPV4, target } = options;
  const payload = encodeArp({
    operation: ArpOperation.request,
    senderMac: mac,
    senderIp: source,
    targetMac: ZERO_MAC,
    targetIp: target,
  });
  const frame = encodeEthernet({
    destination: BROADCAST_MAC,
    source: mac,
    etherType: EtherType.arp,
    payload,
  });
  const socket = new PacketSocket({
    ifindex,
    filter: ARP_FILTER,
    onFrame: ({ bytes, direction }) => {
      const owner = direction === "in" ? readOwner(bytes, target, mac) : undefined;
      if (owner !== undefined) onAnswer(undefined, owner);
    },
  });
  return {
    ask: () => {
      try {
        socket.send(frame);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
    },
    close: () => socket.close(),
  };
}

/** @returns the MAC that answers for the target, if the frame is such an answer to us. */
function readOwner(bytes: Uint8Array, target: Ipv4, asker: Mac): Mac | undefined {
  try {
    const packet = decodeArp(decodeEthernet(bytes).payload);
    const isAnswer =
      packet.operation === ArpOperation.reply && packet.senderIp === target && packet.targetMac === asker;
    return isAnswer ? packet.senderMac : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
