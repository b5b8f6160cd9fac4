/**
 * Asks by ping, of either family, through the host's own stack: also what lies behind a gateway.
 *
 * @module
 */
import { openIcmp } from "@viptools/kernel";
import {
  decodeIcmpEcho,
  decodeIcmpv6Echo,
  encodeIcmpEcho,
  encodeIcmpv6Echo,
  familyOf,
  type IcmpEcho,
  IcmpType,
  Icmpv6Type,
  type IpAddress,
  WireError,
} from "@viptools/wire";
import type { Asker, OnAnswer } from "./asker.ts";

const ECHO = {
  4: { ...IcmpType, decode: decodeIcmpEcho, encode: encodeIcmpEcho },
  6: { ...Icmpv6Type, decode: decodeIcmpv6Echo, encode: encodeIcmpv6Echo },
} as const;

/**
 * Sequence numbers have 16 bits: the full number stands in the data.
 *
 * @param interfaceName where to ask; undefined for wherever the routes lead.
 * @param onFailed told why an ask could not be sent.
 * @throws {KernelError} as `openIcmp` does.
 */
export function pingAsker(
  target: IpAddress,
  interfaceName: string | undefined,
  onAnswer: OnAnswer,
  onFailed: (code: string) => void,
): Asker {
  const family = familyOf(target);
  const { echoRequest, encode } = ECHO[family];
  const identifier = process.pid & 0xffff;
  const socket = openIcmp(family, interfaceName, (message, source) => {
    const n = source === target ? readReply(message, family, identifier) : undefined;
    if (n !== undefined) onAnswer(n, undefined);
  });
  return {
    ask: (n) => {
      const data = new Uint8Array(4);
      new DataView(data.buffer).setUint32(0, n);
      const echo = { type: echoRequest, identifier, sequence: n & 0xffff, data };
      socket.send(target, encode(echo), onFailed);
    },
    drain: () => {},
    close: () => socket.close(),
  };
}

/** @returns the number of the ask that this message answers. */
function readReply(message: Uint8Array, family: 4 | 6, identifier: number): number | undefined {
  try {
    const echo: IcmpEcho = ECHO[family].decode(message);
    const isOurs = echo.type === ECHO[family].echoReply && echo.identifier === identifier;
    if (!isOurs || echo.data.length !== 4) return undefined;
    return new DataView(echo.data.buffer, echo.data.byteOffset).getUint32(0);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
