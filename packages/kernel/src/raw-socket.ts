/**
 * npm's `raw-socket`, as the other files use it: sockets that stay, on one interface or on none, with errors that have a
 * code.
 *
 * @module
 */
import { createRequire } from "node:module";
import { type IpAddress, parseIpAddress } from "@viptools/wire";
import { KernelError } from "./native.ts";

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const SO_RCVBUF = 8;
/** `AddressFamily` of the package. */
const PACKAGE_FAMILY = { 4: 1, 6: 2 } as const;

/** The part of `raw-socket` that is used; the package brings no types. */
export interface RawSocket {
  setOption(level: number, option: number, value: Buffer, length: number): void;
  pauseRecv(): void;
  readonly wrap: {
    send(buffer: Buffer, offset: number, length: number, address: string, sent: () => void): void;
  };
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "message", listener: (packet: Buffer, source: string) => void): void;
  close(): void;
}

/** The package's sockets are closed by the garbage collector when nothing refers to them. */
const held = new Set<RawSocket>();

/** A socket of a protocol, on one interface if it is named; closed again if it cannot be set up. */
export function openOn(
  interfaceName: string | undefined,
  protocol: number,
  family: 4 | 6,
  bufferSize: number,
  setUp: (fresh: RawSocket) => void,
): RawSocket {
  const socket = open(protocol, bufferSize, family);
  held.add(socket);
  socket.on("error", () => {});
  try {
    if (interfaceName !== undefined)
      setOption(socket, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${interfaceName}\0`));
    setUp(socket);
  } catch (error) {
    release(socket);
    throw error;
  }
  return socket;
}

/** IPv4 comes with its header (raw(7)), IPv6 without (RFC 3542 §3). */
export function onPayload(
  socket: RawSocket,
  family: 4 | 6,
  listener: (payload: Uint8Array, source: IpAddress) => void,
): void {
  socket.on("message", (packet, source) => {
    const start = family === 4 ? (packet[0]! & 0xf) * 4 : 0;
    listener(Uint8Array.from(packet.subarray(start)), parseIpAddress(source));
  });
}

/** Takes nothing in. */
export function silence(socket: RawSocket): void {
  setOption(socket, SOL_SOCKET, SO_RCVBUF, Buffer.alloc(4));
  socket.pauseRecv();
}

export function setOption(socket: RawSocket, level: number, option: number, value: Buffer): void {
  try {
    socket.setOption(level, option, value, value.length);
  } catch (error) {
    throw new KernelError(codeOf(error), "Cannot set up a raw socket");
  }
}

export function release(socket: RawSocket): void {
  if (held.delete(socket)) socket.close();
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

/** The package's errors have text alone. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/not permitted/i, "EPERM"],
  [/permission denied/i, "EACCES"],
  [/network is unreachable/i, "ENETUNREACH"],
  [/no route to host/i, "EHOSTUNREACH"],
  [/network is down/i, "ENETDOWN"],
  [/no buffer space/i, "ENOBUFS"],
  [/no such device/i, "ENODEV"],
  [/message too long/i, "EMSGSIZE"],
  [/invalid argument/i, "EINVAL"],
];

export function codeOf(error: unknown): string {
  return CODES.find(([text]) => text.test(String(error)))?.[1] ?? "EIO";
}
