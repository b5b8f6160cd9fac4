/**
 * Frames whose type field is a length: LLC (IEEE 802.2) and SNAP (RFC 1042), which brings the EtherType back.
 *
 * ```text
 *  0 DSAP 0xaa  1 SSAP 0xaa  2 control 0x03  3 OUI 0  6 etherType  8 payload
 * ```
 *
 * @module
 */
import { WireError } from "./error.ts";
import type { EthernetFrame } from "./ethernet.ts";

export const SNAP_HEADER_LENGTH = 8;
/** A type field up to this is a length (IEEE 802.3); from 0x0600 on it is an EtherType. */
export const FRAME_LENGTH_MAX = 1500;

/** SNAP's service access points, unnumbered information, and the OUI under which an EtherType follows. */
const HEADER: readonly number[] = [0xaa, 0xaa, 0x03, 0, 0, 0];

/** What stands in a frame for its type and its payload. */
export type TypedPayload = Pick<EthernetFrame, "etherType" | "payload">;

/**
 * Opens a frame whose type field is a length: whatever lies past that length is padding.
 *
 * @returns the EtherType behind the SNAP header, and a view into the frame's own octets.
 * @throws {WireError} `length` if the field is none, the frame is shorter than it says, or has no whole header; `type` for
 * LLC without SNAP, and for an OUI under which no EtherType follows.
 */
export function decodeSnap({ etherType: length, payload }: TypedPayload): TypedPayload {
  if (length > FRAME_LENGTH_MAX)
    fail("length", `length field is ${length}, needs ${FRAME_LENGTH_MAX} at most`);
  if (payload.length < length) fail("length", `length is ${payload.length}, its field says ${length}`);
  if (length < SNAP_HEADER_LENGTH) fail("length", `length field is ${length}, needs ${SNAP_HEADER_LENGTH}`);
  const wrong = HEADER.findIndex((octet, n) => payload[n] !== octet);
  if (wrong >= 0)
    fail(
      "type",
      `octet ${wrong} is 0x${payload[wrong]!.toString(16)}, needs 0x${HEADER[wrong]!.toString(16)}`,
    );
  return {
    etherType: (payload[6]! << 8) | payload[7]!,
    payload: payload.subarray(SNAP_HEADER_LENGTH, length),
  };
}

/**
 * The mirror of {@link decodeSnap}: the length for the frame's type field, and what follows it.
 *
 * @throws {RangeError} if a frame of IEEE 802.3 cannot hold it.
 */
export function encodeSnap({ etherType, payload }: TypedPayload): TypedPayload {
  const length = SNAP_HEADER_LENGTH + payload.length;
  if (length > FRAME_LENGTH_MAX)
    throw new RangeError(`Cannot encode SNAP frame: length is ${length}, needs ${FRAME_LENGTH_MAX} at most`);
  const bytes = new Uint8Array(length);
  bytes.set([...HEADER, etherType >> 8, etherType & 0xff]);
  bytes.set(payload, SNAP_HEADER_LENGTH);
  return { etherType: length, payload: bytes };
}

function fail(check: "length" | "type", seen: string): never {
  throw new WireError(check, `Cannot decode SNAP frame: ${seen}`);
}
