/**
 * VLAN tags (IEEE 802.1Q) between an Ethernet header's source and its EtherType, one or nested (802.1ad).
 *
 * ```text
 *  0 tpid  2 priority(3)+dropEligible(1)+vlan(12)  4 the next tag's tpid, or the etherType
 * ```
 *
 * @module
 */
import { MAC_LENGTH } from "./address.ts";
import { WireError } from "./error.ts";
import { type EthernetFrame, EtherType } from "./ethernet.ts";

export const VLAN_TAG_LENGTH = 4;

const TAG_TYPES: readonly number[] = [EtherType.vlan, EtherType.qinq, EtherType.qinqOld];

export interface VlanTag {
  /** 0x8100, 0x88a8 or 0x9100. */
  readonly tpid: number;
  /** Priority Code Point, 0 to 7. */
  readonly priority: number;
  readonly dropEligible: boolean;
  /** 0 to 4095; 0 carries a priority and no VLAN. */
  readonly vlan: number;
}

/** What a frame carries, once its tags are off. */
export interface TaggedPayload {
  /** From the outermost on; empty for a frame without tags. */
  readonly tags: readonly VlanTag[];
  readonly etherType: number;
  /** A view into the frame's own octets. */
  readonly payload: Uint8Array;
}

/** @throws {WireError} `length` if a tag is cut short. */
export function decodeTags(frame: Pick<EthernetFrame, "etherType" | "payload">): TaggedPayload {
  const tags: VlanTag[] = [];
  let { etherType, payload } = frame;
  while (TAG_TYPES.includes(etherType)) {
    if (payload.length < VLAN_TAG_LENGTH) {
      throw new WireError(
        "length",
        `Cannot decode VLAN tag: length is ${payload.length}, needs ${VLAN_TAG_LENGTH}`,
      );
    }
    tags.push(decodeTag(etherType, (payload[0]! << 8) | payload[1]!));
    etherType = (payload[2]! << 8) | payload[3]!;
    payload = payload.subarray(VLAN_TAG_LENGTH);
  }
  return { tags, etherType, payload };
}

/**
 * The mirror of {@link decodeTags}: the two fields that stand in the frame for all of this.
 *
 * @throws {RangeError} as {@link encodeTag} does.
 */
export function encodeTagged(tagged: TaggedPayload): Pick<EthernetFrame, "etherType" | "payload"> {
  const { tags, etherType, payload } = tagged;
  // The first TPID moves up into the frame's own type, and all the rest follows it.
  const bytes = new Uint8Array(VLAN_TAG_LENGTH * tags.length + 2 + payload.length);
  tags.forEach((tag, n) => {
    bytes.set(encodeTag(tag), VLAN_TAG_LENGTH * n);
  });
  bytes.set([etherType >> 8, etherType & 0xff], VLAN_TAG_LENGTH * tags.length);
  bytes.set(payload, VLAN_TAG_LENGTH * tags.length + 2);
  return { etherType: (bytes[0]! << 8) | bytes[1]!, payload: bytes.subarray(2) };
}

/**
 * @returns the four octets that go in after the source MAC.
 * @throws {RangeError} if the TPID is none of ours, or a field does not fit its bits.
 */
export function encodeTag(tag: VlanTag): Uint8Array {
  const { tpid, priority, dropEligible, vlan } = tag;
  if (!TAG_TYPES.includes(tpid) || priority > 7 || vlan > 0xfff) {
    throw new RangeError(
      `Cannot encode VLAN tag: TPID is 0x${tpid.toString(16)}, priority is ${priority}, VLAN is ${vlan}`,
    );
  }
  const control = (priority << 13) | (dropEligible ? 0x1000 : 0) | vlan;
  return Uint8Array.of(tpid >> 8, tpid & 0xff, control >> 8, control & 0xff);
}

/**
 * Puts a tag back that was taken off, as kernels do before a frame is captured.
 *
 * @param frame Ethernet's header at least. @returns a longer copy, with the tag after the source MAC.
 * @throws {RangeError} as {@link encodeTag} does.
 */
export function insertTag(frame: Uint8Array, tag: VlanTag): Uint8Array {
  const at = 2 * MAC_LENGTH;
  const tagged = new Uint8Array(frame.length + VLAN_TAG_LENGTH);
  tagged.set(frame.subarray(0, at));
  tagged.set(encodeTag(tag), at);
  tagged.set(frame.subarray(at), at + VLAN_TAG_LENGTH);
  return tagged;
}

/**
 * The frame as a member of a VLAN: an 802.1Q tag of priority 0 outside of all that it has.
 *
 * @param vlan 1 to 4094.
 */
export function tagFrame(frame: Uint8Array, vlan: number): Uint8Array {
  return insertTag(frame, { tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan });
}

/** @param control the tag's two octets after its TPID: priority, drop eligibility, VLAN. */
export function decodeTag(tpid: number, control: number): VlanTag {
  return { tpid, priority: control >> 13, dropEligible: (control & 0x1000) !== 0, vlan: control & 0xfff };
}
