/**
 * ICMP echo (RFC 792), the "ping".
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

export interface IcmpEcho {
  readonly type: number;
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** @throws {WireError} `length`, `checksum`, or `type` if it is neither request nor reply. */
export function decodeIcmpEcho(bytes: Uint8Array): IcmpEcho {
  if (bytes.length < ICMP_ECHO_LENGTH) {
    throw new WireError(
      "length",
      `Cannot decode ICMP echo: length is ${bytes.length}, needs ${ICMP_ECHO_LENGTH}`,
    );
  }
  if (!checksumHolds(bytes))
    throw new WireError("checksum", "Cannot decode ICMP echo: checksum does not hold");
  const type = bytes[0]!;
  if ((type !== IcmpType.echoReply && type !== IcmpType.echoRequest) || bytes[1] !== 0) {
    throw new WireError("type", `Cannot decode ICMP echo: type is ${type}, code is ${bytes[1]}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    type,
    identifier: view.getUint16(4),
    sequence: view.getUint16(6),
    data: bytes.subarray(ICMP_ECHO_LENGTH),
  };
}

export function encodeIcmpEcho(echo: IcmpEcho): Uint8Array {
  const bytes = new Uint8Array(ICMP_ECHO_LENGTH + echo.data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, echo.type);
  view.setUint16(4, echo.identifier);
  view.setUint16(6, echo.sequence);
  bytes.set(echo.data, ICMP_ECHO_LENGTH);
  view.setUint16(2, internetChecksum(bytes));
  return bytes;
}
