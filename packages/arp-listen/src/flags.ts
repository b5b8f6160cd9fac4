/**
 * What is unusual about a packet, as bits while it is read and as words in its record.
 *
 * @module
 */

export const Flag = {
  /** The Ethernet source is not the MAC that the packet speaks of. */
  ethMismatch: 0x0001,
  /** The sender says a broadcast or multicast MAC. */
  groupSha: 0x0002,
  /** Behind an LLC/SNAP header (RFC 1042), as IEEE 802.3 wants it and nobody sends it. */
  llcSnap: 0x0004,
  /** The Ethernet source is a group. */
  groupSource: 0x0008,
  unknownHardware: 0x0010,
  unknownProtocol: 0x0020,
  /** It ends before it is whole. */
  truncated: 0x0040,
  /** Not 255: it came over a router, and no receiver believes it (RFC 4861 §7.1). */
  hopLimit: 0x0080,
  checksum: 0x0100,
  /** Its code is not 0. */
  code: 0x0200,
  groupTarget: 0x0400,
  /** Calls itself solicited, and goes to a group. */
  solicitedGroup: 0x0800,
  /** Without a source, and not to the solicited-node group, or with a MAC (RFC 4861 §7.1.1). */
  dadForm: 0x1000,
  options: 0x2000,
  /** Fragmented, which neighbour discovery must not be (RFC 6980). */
  fragment: 0x4000,
  /** More than one VLAN tag with a number, or one of a provider (802.1ad). */
  stackedVlan: 0x8000,
  /** The sender says that its MAC is 0. */
  zeroSha: 0x1_0000,
} as const;

const FLAG_NAMES: readonly string[] = [
  "eth_mismatch",
  "group_sha",
  "llc_snap",
  "group_source",
  "unknown_hardware",
  "unknown_protocol",
  "truncated",
  "hop_limit",
  "checksum",
  "code",
  "group_target",
  "solicited_group",
  "dad_form",
  "options",
  "fragment",
  "stacked_vlan",
  "zero_sha",
];

/** @param flags bits of {@link Flag}. @returns their words, in a fixed order. */
export function flagNames(flags: number): string[] {
  return FLAG_NAMES.filter((_, n) => (flags & (1 << n)) !== 0);
}
