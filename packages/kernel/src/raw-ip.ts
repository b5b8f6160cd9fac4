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
import { IpProtocol, type Ipv4, ipv4ToBytes } from "@viptools/wire";
import { KernelError } from "./native.ts";

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const SO_RCVBUF = 8;
const IPPROTO_IP = 0;
const IP_ADD_MEMBERSHIP = 35;

/** The part of `raw-socket` that is used; the package brings no types. */
interface RawSocket {
  setOption(level: number, option: number, value: Buffer, length: number): void;
  pauseRecv(): void;
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

/** @throws {KernelError} EPERM without CAP_NET_RAW. */
export function joinGroup(interfaceName: string, ifindex: number, group: Ipv4): Membership {
  const socket = open(IpProtocol.vrrp, 64);
  held.add(socket);
  socket.on("error", () => {});
  const set = (level: number, option: number, value: Buffer): void =>
    socket.setOption(level, option, value, value.length);
  const device = Buffer.from(`${interfaceName}\0`);
  set(SOL_SOCKET, SO_BINDTODEVICE, device);
  set(SOL_SOCKET, SO_RCVBUF, Buffer.alloc(4));
  set(IPPROTO_IP, IP_ADD_MEMBERSHIP, membershipRequest(ifindex, group));
  socket.pauseRecv();
  return {
    leave: () => {
      if (held.delete(socket)) socket.close();
    },
  };
}

/** An ICMP socket: what the host receives of ICMP, and what is sent through its own stack. */
export interface IcmpSocket {
  /** Hands one message to the host's IP stack. @param failed told if the stack refused it (no route, no neighbour). */
  send(destination: Ipv4, message: Uint8Array, failed: () => void): void;
  close(): void;
}

/** @param onMessage gets each ICMP message with its IPv4 header; the octets are the caller's own. */
export function openIcmp(onMessage: (packet: Uint8Array) => void): IcmpSocket {
  const socket = open(IpProtocol.icmp, 2048);
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
    close: () => {
      if (held.delete(socket)) socket.close();
    },
  };
}

function open(protocol: number, bufferSize: number): RawSocket {
  const { createSocket } = createRequire(import.meta.url)("raw-socket") as {
    createSocket(options: { protocol: number; bufferSize: number }): RawSocket;
  };
  try {
    return createSocket({ protocol, bufferSize });
  } catch (error) {
    throw new KernelError(/not permitted/.test(String(error)) ? "EPERM" : "EIO", "Cannot open a raw socket");
  }
}

/** `struct ip_mreqn` (ip(7)): group, any local address, interface. */
function membershipRequest(ifindex: number, group: Ipv4): Buffer {
  const request = Buffer.alloc(12);
  request.set(ipv4ToBytes(group), 0);
  request.writeInt32LE(ifindex, 8);
  return request;
}
