/**
 * Raw IP sockets (raw(7)) of protocol 112.
 *
 * A membership of protocol 112 on the parent makes the NIC and snooping switches let adverts through, and keeps the
 * kernel from answering them with "protocol unreachable". The adverts themselves are read by the packet socket: a private
 * macvlan hides the peer's from this one.
 *
 * @module
 */
import { addressToBytes, familyOf, type IpAddress, IpProtocol } from "@viptools/wire";
import { KernelError } from "./native.ts";
import { codeOf, onPayload, openOn, type RawSocket, release, setOption, silence } from "./raw-socket.ts";

const IPPROTO_IP = 0;
const IP_ADD_MEMBERSHIP = 35;
const IP_HDRINCL = 3;
const IPPROTO_IPV6 = 41;
const IPV6_ADD_MEMBERSHIP = 20;
const IPV6_HDRINCL = 36;
const RECEIVED_BYTES_MAX = 4096;
/** Of a socket that is not read. */
const SILENT_BYTES = 64;

export interface Membership {
  leave(): void;
}

/** @param group IPv4 or IPv6. @throws {KernelError} EPERM without CAP_NET_RAW, ENODEV if the interface is gone. */
export function joinGroup(interfaceName: string, ifindex: number, group: IpAddress): Membership {
  const family = familyOf(group);
  const request = membershipRequest(ifindex, group);
  const socket = openOn(interfaceName, IpProtocol.vrrp, family, SILENT_BYTES, (fresh) => {
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
  const socket = openOn(interfaceName, IpProtocol.vrrp, family, SILENT_BYTES, (fresh) => {
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
  const hear = (fresh: RawSocket): void => onPayload(fresh, family, onPacket);
  const socket = openOn(interfaceName, IpProtocol.vrrp, family, RECEIVED_BYTES_MAX, hear);
  return { close: () => release(socket) };
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
