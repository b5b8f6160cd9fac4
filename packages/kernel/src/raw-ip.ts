/**
 * Raw IP sockets (raw(7)), through npm's `raw-socket`.
 *
 * A membership of protocol 112 on the parent makes the NIC and snooping switches let adverts through, and keeps the
 * kernel from answering them with "protocol unreachable". The adverts themselves are read by the packet socket: a private
 * macvlan hides the peer's from this one.
 *
 * @module
 */
import { createRequire } from "node:module";
import {
  addressToBytes,
  familyOf,
  type IpAddress,
  IpProtocol,
  type Ipv4,
  parseIpAddress,
} from "@viptools/wire";
import { KernelError } from "./native.ts";

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const SO_RCVBUF = 8;
const IPPROTO_IP = 0;
const IP_ADD_MEMBERSHIP = 35;
const IP_HDRINCL = 3;
const IPPROTO_IPV6 = 41;
const IPV6_ADD_MEMBERSHIP = 20;
const IPV6_HDRINCL = 36;
const RECEIVED_BYTES_MAX = 4096;
/** Of a socket that is not read. */
const SILENT_BYTES = 64;
/** `AddressFamily` of the package. */
const PACKAGE_FAMILY = { 4: 1, 6: 2 } as const;

/** The part of `raw-socket` that is used; the package brings no types. */
interface RawSocket {
  setOption(level: number, option: number, value: Buffer, length: number): void;
  pauseRecv(): void;
  readonly wrap: {
    send(buffer: Buffer, offset: number, length: number, address: string, sent: () => void): void;
  };
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "message", listener: (packet: Buffer, source: string) => void): void;
  send(
    buffer: Buffer,
    offset: number,
    length: number,
    address: string,
    sent: (error: Error | null) => void,
  ): void;
  close(): void;
}

/** The package's sockets are closed by the garbage collector when nothing refers to them. */
const held = new Set<RawSocket>();

export interface Membership {
  leave(): void;
}

/** @param group IPv4 or IPv6. @throws {KernelError} EPERM without CAP_NET_RAW, ENODEV if the interface is gone. */
export function joinGroup(interfaceName: string, ifindex: number, group: IpAddress): Membership {
  const family = familyOf(group);
  const request = membershipRequest(ifindex, group);
  const socket = openBound(interfaceName, family, SILENT_BYTES, (fresh) => {
    silence(fresh);
    if (family === 4) setOption(fresh, IPPROTO_IP, IP_ADD_MEMBERSHIP, request);
    else setOption(fresh, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, request);
  });
  return { leave: () => release(socket) };
}

/** Sends whole IP packets, header included, by the host's own routes and neighbours: from the NIC's MAC. */
export interface PacketSender {
  /** Sends now, or not at all. @throws {KernelError} what the stack answered: no route, no neighbour, a full queue. */
  send(packet: Uint8Array, destination: IpAddress): void;
  close(): void;
}

/** @param family of the packets. @throws {KernelError} EPERM without CAP_NET_RAW. */
export function openPacketSender(interfaceName: string, family: 4 | 6): PacketSender {
  const on = Buffer.from(Int32Array.of(1).buffer);
  const socket = openBound(interfaceName, family, SILENT_BYTES, (fresh) => {
    silence(fresh);
    if (family === 4) setOption(fresh, IPPROTO_IP, IP_HDRINCL, on);
    else setOption(fresh, IPPROTO_IPV6, IPV6_HDRINCL, on);
  });
  return {
    send: (packet, destination) => {
      try {
        socket.wrap.send(Buffer.from(packet), 0, packet.length, destination, () => {});
      } catch (error) {
        throw new KernelError(codeOf(error), `Cannot send to ${destination}`);
      }
    },
    close: () => release(socket),
  };
}

/** What the host's IP stack delivers of a protocol, past its firewall and its checks of the source. */
export interface PacketReceiver {
  close(): void;
}

/**
 * Hears what is delivered of protocol 112, and joins nothing: of multicast that is what this host is a member of already.
 *
 * @param onPacket gets the message without its IP header, and its source; the octets are the caller's own.
 * @throws {KernelError} EPERM without CAP_NET_RAW.
 */
export function openPacketReceiver(
  interfaceName: string,
  family: 4 | 6,
  onPacket: (payload: Uint8Array, source: IpAddress) => void,
): PacketReceiver {
  const socket = openBound(interfaceName, family, RECEIVED_BYTES_MAX, (fresh) => {
    fresh.on("message", (packet, source) => {
      // IPv4 comes with its header (raw(7)), IPv6 without (RFC 3542 §3).
      const start = family === 4 ? (packet[0]! & 0xf) * 4 : 0;
      onPacket(Uint8Array.from(packet.subarray(start)), parseIpAddress(source));
    });
  });
  return { close: () => release(socket) };
}

/** A socket of protocol 112 on one interface; closed again if it cannot be set up. */
function openBound(
  interfaceName: string,
  family: 4 | 6,
  bufferSize: number,
  setUp: (fresh: RawSocket) => void,
): RawSocket {
  const socket = open(IpProtocol.vrrp, bufferSize, family);
  held.add(socket);
  socket.on("error", () => {});
  try {
    setOption(socket, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${interfaceName}\0`));
    setUp(socket);
  } catch (error) {
    release(socket);
    throw error;
  }
  return socket;
}

/** Takes nothing in. */
function silence(socket: RawSocket): void {
  setOption(socket, SOL_SOCKET, SO_RCVBUF, Buffer.alloc(4));
  socket.pauseRecv();
}

function setOption(socket: RawSocket, level: number, option: number, value: Buffer): void {
  try {
    socket.setOption(level, option, value, value.length);
  } catch (error) {
    throw new KernelError(codeOf(error), "Cannot set up a raw socket");
  }
}

function release(socket: RawSocket): void {
  if (held.delete(socket)) socket.close();
}

/** The package's errors have text alone. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/not permitted/i, "EPERM"],
  [/network is unreachable/i, "ENETUNREACH"],
  [/no route to host/i, "EHOSTUNREACH"],
  [/network is down/i, "ENETDOWN"],
  [/no buffer space/i, "ENOBUFS"],
  [/no such device/i, "ENODEV"],
  [/message too long/i, "EMSGSIZE"],
  [/invalid argument/i, "EINVAL"],
];

function codeOf(error: unknown): string {
  return CODES.find(([text]) => text.test(String(error)))?.[1] ?? "EIO";
}

/** An ICMP socket: what the host receives of ICMP, and what is sent through its own stack. */
export interface IcmpSocket {
  /** Hands one message to the host's IP stack. @param failed told if the stack refused it (no route, no neighbour). */
  send(destination: Ipv4, message: Uint8Array, failed: () => void): void;
  close(): void;
}

/** @param onMessage gets each ICMP message with its IPv4 header; the octets are the caller's own. */
export function openIcmp(onMessage: (packet: Uint8Array) => void): IcmpSocket {
  const socket = open(IpProtocol.icmp, 2048, 4);
  held.add(socket);
  socket.on("error", () => {});
  socket.on("message", (packet) => onMessage(Uint8Array.from(packet)));
  return {
    send: (destination, message, failed) => {
      const buffer = Buffer.from(message);
      socket.send(buffer, 0, buffer.length, destination, (error) => {
        if (error) failed();
      });
    },
    close: () => release(socket),
  };
}

function open(protocol: number, bufferSize: number, family: 4 | 6): RawSocket {
  const { createSocket } = createRequire(import.meta.url)("raw-socket") as {
    createSocket(options: { protocol: number; bufferSize: number; addressFamily: number }): RawSocket;
  };
  try {
    return createSocket({ protocol, bufferSize, addressFamily: PACKAGE_FAMILY[family] });
  } catch (error) {
    throw new KernelError(codeOf(error), "Cannot open a raw socket");
  }
}

/** IPv4: `struct ip_mreqn` (ip(7)): group, any local address, interface. IPv6: `struct ipv6_mreq`: group, interface. */
function membershipRequest(ifindex: number, group: IpAddress): Buffer {
  const octets = addressToBytes(group);
  const indexAt = octets.length === 4 ? 8 : 16;
  const request = Buffer.alloc(indexAt + 4);
  request.set(octets, 0);
  request.writeInt32LE(ifindex, indexAt);
  return request;
}
