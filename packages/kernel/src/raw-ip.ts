/**
 * Membership of a multicast group on the parent, held by a raw socket of protocol 112 (npm's `raw-socket`).
 *
 * It makes the NIC and snooping switches let adverts through, and keeps the kernel from answering them with "protocol
 * unreachable". The adverts themselves are read by the packet socket: a private macvlan hides the peer's from this one.
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
  close(): void;
}

/** The package's sockets are closed by the garbage collector when nothing refers to them. */
const held = new Set<RawSocket>();

export interface Membership {
  leave(): void;
}

/** @throws {KernelError} EPERM without CAP_NET_RAW. */
export function joinGroup(interfaceName: string, ifindex: number, group: Ipv4): Membership {
  const socket = open();
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

function open(): RawSocket {
  const { createSocket } = createRequire(import.meta.url)("raw-socket") as {
    createSocket(options: { protocol: number; bufferSize: number }): RawSocket;
  };
  try {
    return createSocket({ protocol: IpProtocol.vrrp, bufferSize: 64 });
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
