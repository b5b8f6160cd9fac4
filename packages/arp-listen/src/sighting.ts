/**
 * One frame, read in place: pure. A reader of a million frames makes one of these and uses it for all: an object with a
 * few texts for each frame would cost ten times as much as writing it down.
 *
 * @module
 */
export const Protocol = { none: 0, arp: 1, ndp: 2 } as const;
export const Direction = { unknown: 0, in: 1, out: 2 } as const;

/** What is left of a frame when its link layer is off, and what was found in it. Places are in {@link bytes}. */
export class Sighting {
  bytes: Uint8Array = new Uint8Array();
  /** One of {@link Protocol}; none for whatever is neither ARP nor neighbour discovery. */
  protocol: number = Protocol.none;
  /** True for what cannot be read; {@link detail} says why. */
  isMalformed = false;
  /** One of `Kind`. */
  kind = 0;
  /** Bits of `Flag`. */
  flags = 0;
  detail = "";
  /** One of {@link Direction}. */
  direction: number = Direction.unknown;
  /** VLAN number of the outermost tag, 1 to 4,094; 0 without one. */
  vlan = 0;
  /** Ethernet destination and source; -1 where the capture has none. */
  destinationAt = -1;
  sourceAt = -1;
  etherType = 0;
  /** The ARP or IPv6 header. */
  at = 0;
  /** Where the frame's payload ends: behind it is padding, or nothing. */
  end = 0;
  /** Where the frame ends by its own length field (IEEE 802.3); 0 without one. */
  claimedEnd = 0;
  /** The ICMPv6 header. */
  messageAt = 0;
  /** The MAC of the link-layer address option; -1 without one. */
  linkLayerAt = -1;

  /** Forgets the last frame. */
  reset(bytes: Uint8Array, vlan: number, direction: number): void {
    this.bytes = bytes;
    this.protocol = Protocol.none;
    this.isMalformed = false;
    this.flags = 0;
    this.direction = direction;
    this.vlan = vlan;
    this.destinationAt = -1;
    this.sourceAt = -1;
    this.linkLayerAt = -1;
    this.end = bytes.length;
    this.claimedEnd = 0;
  }

  /** Cannot be read: `detail` is "what was seen, what is needed". */
  refuse(kind: number, flag: number, detail: string): void {
    this.isMalformed = true;
    this.kind = kind;
    this.flags |= flag;
    this.detail = detail;
  }
}

/**
 * Linux drops a frame of LLC that has less than its length field says (net/llc/llc_input.c, llc_fixup_skb): no host
 * hears what is in it.
 *
 * @param length how long the frame was on the wire.
 * @returns what is wrong with it, if it is such a one.
 */
export function shortFrameOf({ claimedEnd }: Sighting, length: number): string | undefined {
  if (claimedEnd <= length) return undefined;
  return `LLC frame has ${length} octets, its length field needs ${claimedEnd}`;
}

/** @returns the 16 bits at a place. */
export function half(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** True if so many octets at two places are the same. */
export function isSame(bytes: Uint8Array, a: number, b: number, count: number): boolean {
  for (let n = 0; n < count; n++) if (bytes[a + n] !== bytes[b + n]) return false;
  return true;
}

/** True if so many octets are 0. */
export function isZero(bytes: Uint8Array, at: number, count: number): boolean {
  for (let n = 0; n < count; n++) if (bytes[at + n] !== 0) return false;
  return true;
}
