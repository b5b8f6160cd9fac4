/**
 * ICMP echo (RFC 792) and ICMPv6 echo (RFC 4443 §4.1, §4.2), the "ping": one layout, other types.
 *
 * ```text
 *  0 type  1 code  2 checksum  4 identifier  6 sequence  8 data
 * ```
 *
 * @module
 */
import { checksumHolds, internetChecksum } from "./checksum.ts";
import { WireError } from "./error.ts";

export const ICMP_ECHO_LENGTH = 8;
export const IcmpType = { echoReply: 0, echoRequest: 8 } as const;
export const Icmpv6Type = { echoRequest: 128, echoReply: 129 } as const;

export interface IcmpEcho {
  readonly type: number;
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** @throws {WireError} `length`, `checksum`, or `type` if it is neither request nor reply. */
export function decodeIcmpEcho(bytes: Uint8Array): IcmpEcho {
  checkLength(bytes);
  if (!checksumHolds(bytes))
    throw new WireError("checksum", "Cannot decode ICMP echo: checksum does not hold");
  return readEcho(bytes, Object.values(IcmpType));
}

export function encodeIcmpEcho(echo: IcmpEcho): Uint8Array {
  const bytes = encodeIcmpv6Echo(echo);
  new DataView(bytes.buffer).setUint16(2, internetChecksum(bytes));
  return bytes;
}

/**
 * The checksum is not looked at: it covers addresses of the IPv6 header, and a raw socket of Linux has checked it
 * (RFC 3542 §3.1).
 *
 * @throws {WireError} `length`, or `type` if it is neither request nor reply.
 */
export function decodeIcmpv6Echo(bytes: Uint8Array): IcmpEcho {
  checkLength(bytes);
  return readEcho(bytes, Object.values(Icmpv6Type));
}

/** @returns the message with a checksum of 0, which a raw socket of Linux fills in (RFC 3542 §3.1). */
export function encodeIcmpv6Echo(echo: IcmpEcho): Uint8Array {
  const bytes = new Uint8Array(ICMP_ECHO_LENGTH + echo.data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, echo.type);
  view.setUint16(4, echo.identifier);
  view.setUint16(6, echo.sequence);
  bytes.set(echo.data, ICMP_ECHO_LENGTH);
  return bytes;
}

function checkLength(bytes: Uint8Array): void {
  if (bytes.length >= ICMP_ECHO_LENGTH) return;
  throw new WireError(
    "length",
    `Cannot decode ICMP echo: length is ${bytes.length}, needs ${ICMP_ECHO_LENGTH}`,
  );
}

function readEcho(bytes: Uint8Array, types: readonly number[]): IcmpEcho {
  const type = bytes[0]!;
  if (!types.includes(type) || bytes[1] !== 0)
    throw new WireError("type", `Cannot decode ICMP echo: type is ${type}, code is ${bytes[1]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    type,
    identifier: view.getUint16(4),
    sequence: view.getUint16(6),
    data: bytes.subarray(ICMP_ECHO_LENGTH),
  };
}
