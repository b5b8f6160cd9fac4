/**
 * What lies between a captured packet's first octet and ARP or IP: an Ethernet or a Linux cooked header, then VLAN tags,
 * then LLC and SNAP.
 *
 * @module
 */
import { BROADCAST_MAC, type Mac } from "./address.ts";
import { LinkType } from "./captured-packet.ts";
import { WireError } from "./error.ts";
import { decodeEthernet } from "./ethernet.ts";
import {
  COOKED_LLC,
  type CookedFrame,
  CookedPacketType,
  decodeCookedV1,
  decodeCookedV2,
} from "./linux-cooked.ts";
import { decodeSnap, FRAME_LENGTH_MAX, type TypedPayload } from "./llc-snap.ts";
import { decodeTags, type VlanTag } from "./vlan.ts";

const SNAP_SAP = 0xaa;

export interface LinkFrame {
  /** Undefined where a cooked capture does not keep it. */
  readonly source: Mac | undefined;
  readonly destination: Mac | undefined;
  /** Cooked captures tell it. */
  readonly direction: "in" | "out" | undefined;
  /** From the outermost on. */
  readonly tags: readonly VlanTag[];
  /** Below 0x0600 it is none: LLC that is not SNAP, or a protocol of Linux's own. */
  readonly etherType: number;
  /** A view into the packet's own octets. */
  readonly payload: Uint8Array;
}

/**
 * @param linkType one of {@link LinkType}.
 * @throws {WireError} `length` if a header is cut short; `type` for another link type; what {@link decodeSnap} throws.
 */
export function decodeLink(bytes: Uint8Array, linkType: number): LinkFrame {
  switch (linkType) {
    case LinkType.ethernet:
      return openEthernet(bytes);
    case LinkType.cookedV1:
      return openCooked(decodeCookedV1(bytes));
    case LinkType.cookedV2:
      return openCooked(decodeCookedV2(bytes));
    default: {
      const known = Object.values(LinkType).join(", ");
      throw new WireError("type", `Cannot decode frame: link type is ${linkType}, needs one of ${known}`);
    }
  }
}

function openEthernet(bytes: Uint8Array): LinkFrame {
  const frame = decodeEthernet(bytes);
  const { tags, ...typed } = decodeTags(frame);
  const { source, destination } = frame;
  return { source, destination, direction: undefined, tags, ...withoutSnap(typed) };
}

/** A packet to everybody is the only one whose destination is known. */
function openCooked({ packetType, source, protocol, payload }: CookedFrame): LinkFrame {
  const { tags, ...typed } = decodeTags({ etherType: protocol, payload });
  const isLlc = typed.etherType === COOKED_LLC;
  return {
    source,
    destination: packetType === CookedPacketType.broadcast ? BROADCAST_MAC : undefined,
    direction: packetType === CookedPacketType.outgoing ? "out" : "in",
    tags,
    ...(isLlc ? withoutSnap({ ...typed, etherType: typed.payload.length }) : typed),
  };
}

/** Other LLC is neither ARP nor IP (spanning tree, for one), and stays as it is. */
function withoutSnap(typed: TypedPayload): TypedPayload {
  return typed.etherType <= FRAME_LENGTH_MAX && typed.payload[0] === SNAP_SAP ? decodeSnap(typed) : typed;
}
