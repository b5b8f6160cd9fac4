/**
 * Ping through the host's own stack: its routes, its neighbours, its firewall.
 *
 * @module
 */
import { type IpAddress, IpProtocol } from "@viptools/wire";
import { codeOf, onPayload, openOn, type RawSocket, release } from "./raw-socket.ts";

const ICMP_BYTES_MAX = 2048;

/** An ICMP socket: what the host receives of ICMP or ICMPv6, and what is sent through its own stack and routes. */
export interface IcmpSocket {
  /**
   * Hands one message to the host's IP stack, now, which writes the checksum of ICMPv6.
   *
   * @param failed told why, before this returns, if the stack refused it (ENETUNREACH without a route).
   */
  send(destination: IpAddress, message: Uint8Array, failed: (code: string) => void): void;
  close(): void;
}

/**
 * @param interfaceName where to send and to hear; undefined for wherever the routes lead, which a link-local IPv6
 * destination has none of.
 * @param onMessage gets each message without its IP header, and its source; the octets are the caller's own.
 * @throws {KernelError} EPERM without CAP_NET_RAW, ENODEV if the interface is gone.
 */
export function openIcmp(
  family: 4 | 6,
  interfaceName: string | undefined,
  onMessage: (message: Uint8Array, source: IpAddress) => void,
): IcmpSocket {
  const protocol = family === 4 ? IpProtocol.icmp : IpProtocol.icmpv6;
  const hear = (fresh: RawSocket): void => onPayload(fresh, family, onMessage);
  const socket = openOn(interfaceName, protocol, family, ICMP_BYTES_MAX, hear);
  return {
    send: (destination, message, failed) => {
      // Past the package's queue: that sends one message a turn of the loop, and none while one can be read.
      try {
        socket.wrap.send(Buffer.from(message), 0, message.length, destination, () => {});
      } catch (error) {
        failed(codeOf(error));
      }
    },
    close: () => release(socket),
  };
}
