/**
 * What the readers of capture files share: a packet with its circumstances, and link types (https://www.tcpdump.org/linktypes.html).
 *
 * @module
 */
import { type WireCheck, WireError } from "./error.ts";

export const LinkType = { ethernet: 1, cookedV1: 113, cookedV2: 276 } as const;

/** No capture keeps more of a packet (libpcap's MAXIMUM_SNAPLEN): a greater length is no length. */
export const CAPTURED_LENGTH_MAX = 262_144;
/** The last second of 9999: later ones have no time stamp that can be written. */
const SECONDS_MAX = 253_402_300_799;

/** A reader fills one and the same for every packet. */
export interface CapturedPacket {
  /** A view into the reader's memory: valid until the next piece is pushed. */
  bytes: Uint8Array;
  /** One of {@link LinkType}, or a number that is carried through as it is. */
  linkType: number;
  /** Since 1970, whole; 0 where the file tells no time. */
  seconds: number;
  /** 0 to 999,999,999. */
  nanoseconds: number;
  /** How long it was on the wire, in octets. */
  length: number;
  /** Name of the interface it was captured on, where the file tells. */
  interfaceName: string | undefined;
}

export function emptyPacket(linkType = 0): CapturedPacket {
  return {
    bytes: new Uint8Array(),
    linkType,
    seconds: 0,
    nanoseconds: 0,
    length: 0,
    interfaceName: undefined,
  };
}

/** @throws {WireError} always, saying where. @param offset from the beginning of the file. */
export function failAt(check: WireCheck, offset: number, seen: string): never {
  throw new WireError(check, `Cannot read capture: at offset ${offset}, ${seen}`);
}

/** @throws {WireError} `length` if no packet can be so long. */
export function checkCapturedLength(captured: number, offset: number): void {
  if (captured > CAPTURED_LENGTH_MAX)
    failAt("length", offset, `a packet of ${captured} octets begins, needs ${CAPTURED_LENGTH_MAX} at most`);
}

/** @throws {WireError} `value` for a time before 1970 or after 9999. */
export function checkSeconds(seconds: number, offset: number): void {
  if (!(seconds >= 0 && seconds <= SECONDS_MAX))
    failAt("value", offset, `a packet is of second ${seconds} since 1970, needs one up to the year 9999`);
}
