/**
 * Socket filters (classic BPF, linux/filter.h): the kernel drops what a tool does not want before it is copied.
 * A VLAN tag is not part of the octets that a filter sees; the capture reports it beside the frame.
 *
 * @module
 */
import { EtherType, IpProtocol, type Mac, macToBytes, NeighbourType } from "@viptools/wire";

/** code, jump if true, jump if false, constant: `struct sock_filter`. */
export type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const JUMP_EQUAL = 0x15;
const JUMP_NOT_BELOW = 0x35;
const RETURN = 0x06;
const ETHER_TYPE_AT = 12;
const SOURCE_MAC_AT = 6;
const IPV4_PROTOCOL_AT = 23;
const IPV6_NEXT_HEADER_AT = 20;
const IPV6_PAYLOAD_AT = 54;
const IPV6_FRAGMENT = 44;
const IPV6_DESTINATION_OPTIONS = 60;
const NETLINK_PORT_AT = 12;
/** SKF_AD_OFF + SKF_AD_PKTTYPE: not an octet of the frame, but which way it goes. */
const PACKET_TYPE = 0xfffff000 + 4;
const PACKET_OUTGOING = 4;
/** 01:80:c2:00: spanning tree and its like, which a port carries while it carries nothing else (IEEE 802.1D §7.12.6). */
const BRIDGE_GROUP_PREFIX = 0x0180c200;
/** 00:00:5e:00, with which the virtual MACs of both families begin (RFC 9568 §7.3). */
const VIRTUAL_MAC_PREFIX = 0x00005e00;
/** Jumps are one octet wide. */
const JUMP_MAX = 255;
const ACCEPT: Named = [RETURN, 0x40000];

/** An instruction whose jumps name labels; without a name it goes on with the next one. */
type Named = readonly [code: number, k: number, onTrue?: string | undefined, onFalse?: string];
type Line = Named | { readonly label: string };

const isInstruction = (line: Line): line is Named => Array.isArray(line);
const END: readonly Line[] = [{ label: "accept" }, ACCEPT, { label: "drop" }, [RETURN, 0]];

/** Turns names into distances. @throws {RangeError} for one that no jump reaches. */
function link(lines: readonly Line[]): Instruction[] {
  const places = new Map<string, number>();
  let at = 0;
  for (const line of lines) {
    if (isInstruction(line)) at += 1;
    else places.set(line.label, at);
  }
  return lines.filter(isInstruction).map(([code, k, onTrue, onFalse], n) => {
    const distance = (label: string | undefined): number => {
      const jump = label === undefined ? 0 : places.get(label)! - n - 1;
      if (jump < 0 || jump > JUMP_MAX) throw new RangeError(`Cannot jump ${jump} instructions to ${label}`);
      return jump;
    };
    return [code, distance(onTrue), distance(onFalse), k];
  });
}

/** What both VRRP filters test; a frame of anything else goes on at `other`. */
const IS_VRRP: readonly Line[] = [
  [LOAD_HALF, ETHER_TYPE_AT],
  [JUMP_EQUAL, EtherType.ipv4, undefined, "six"],
  [LOAD_BYTE, IPV4_PROTOCOL_AT],
  [JUMP_EQUAL, IpProtocol.vrrp, "accept", "other"],
  { label: "six" },
  [JUMP_EQUAL, EtherType.ipv6, undefined, "other"],
  [LOAD_BYTE, IPV6_NEXT_HEADER_AT],
  [JUMP_EQUAL, IpProtocol.vrrp, "accept", "other"],
];
const IS_INBOUND: readonly Line[] = [
  [LOAD_BYTE, PACKET_TYPE],
  [JUMP_EQUAL, PACKET_OUTGOING, "drop"],
];

/** Packets of protocol 112 over IPv4 and IPv6, in and out: VRRP, and CARP, which shares the number. */
export const VRRP_FILTER: readonly Instruction[] = link([
  ...IS_VRRP,
  { label: "other" },
  [RETURN, 0],
  ...END,
]);

/** Tags that are still in the octets; the kernel has taken one off before. */
const TAGS_MAX = 2;

/** Below it, a type field is a length (IEEE 802.3). */
const ETHER_TYPE_MIN = 0x0600;
/** DSAP, SSAP, control and the first octet of the OUI; then the rest of the OUI and the EtherType (RFC 1042). */
const SNAP_WORDS = [0xaaaa0300, EtherType.arp] as const;

/** Tests the EtherType that stands behind so many tags. */
function isNeighbourBehind(tags: number): Line[] {
  const at = ETHER_TYPE_AT + 4 * tags;
  const tagTypes = tags < TAGS_MAX ? [EtherType.vlan, EtherType.qinq, EtherType.qinqOld] : [];
  return [
    { label: `type${tags}` },
    [LOAD_HALF, at],
    [JUMP_EQUAL, EtherType.arp, "accept"],
    [JUMP_EQUAL, EtherType.ipv6, `six${tags}`],
    [JUMP_NOT_BELOW, ETHER_TYPE_MIN, undefined, `snap${tags}`],
    ...tagTypes.map((type): Line => [JUMP_EQUAL, type, `type${tags + 1}`]),
    [RETURN, 0],
    { label: `snap${tags}` },
    [LOAD_WORD, at + 2],
    [JUMP_EQUAL, SNAP_WORDS[0], undefined, "drop"],
    [LOAD_WORD, at + 6],
    [JUMP_EQUAL, SNAP_WORDS[1], "accept", "drop"],
    { label: `six${tags}` },
    [LOAD_BYTE, IPV6_NEXT_HEADER_AT + 4 * tags],
    [JUMP_EQUAL, IpProtocol.icmpv6, `message${tags}`],
    // Whoever puts a header before the message has something to hide: what is in it, the reader finds out.
    [JUMP_EQUAL, IpProtocol.hopByHop, "accept"],
    [JUMP_EQUAL, IPV6_FRAGMENT, "accept"],
    [JUMP_EQUAL, IPV6_DESTINATION_OPTIONS, "accept", "drop"],
    { label: `message${tags}` },
    [LOAD_BYTE, IPV6_PAYLOAD_AT + 4 * tags],
    [JUMP_EQUAL, NeighbourType.solicitation, "accept"],
    [JUMP_EQUAL, NeighbourType.advertisement, "accept", "drop"],
  ];
}

/**
 * ARP, whatever its hardware, in Ethernet II and in LLC/SNAP frames, and neighbour solicitations and advertisements: up
 * to two tags beside the one that the capture reports by itself.
 */
export const NEIGHBOUR_FILTER: readonly Instruction[] = link([
  ...[0, 1, 2].flatMap(isNeighbourBehind),
  ...END,
]);

/** Tests the EtherType that stands behind so many tags. */
function isVrrpBehind(tags: number): Line[] {
  const at = ETHER_TYPE_AT + 4 * tags;
  const tagTypes = tags < TAGS_MAX ? [EtherType.vlan, EtherType.qinq, EtherType.qinqOld] : [];
  return [
    { label: `type${tags}` },
    [LOAD_HALF, at],
    [JUMP_EQUAL, EtherType.ipv4, `four${tags}`],
    [JUMP_EQUAL, EtherType.ipv6, `six${tags}`],
    ...tagTypes.map((type): Line => [JUMP_EQUAL, type, `type${tags + 1}`]),
    [RETURN, 0],
    { label: `four${tags}` },
    [LOAD_BYTE, IPV4_PROTOCOL_AT + 4 * tags],
    [JUMP_EQUAL, IpProtocol.vrrp, "accept", "drop"],
    { label: `six${tags}` },
    [LOAD_BYTE, IPV6_NEXT_HEADER_AT + 4 * tags],
    [JUMP_EQUAL, IpProtocol.vrrp, "accept", "drop"],
  ];
}

/** The same as {@link VRRP_FILTER}, and in VLANs: up to two tags beside the one that the capture reports by itself. */
export const TAGGED_VRRP_FILTER: readonly Instruction[] = link([...[0, 1, 2].flatMap(isVrrpBehind), ...END]);

/**
 * What a VRRP speaker hears: adverts that come in, and whatever else comes in from one of these MACs: somebody still
 * sends as the virtual router that we are.
 *
 * @param macs virtual MACs, up to all 510 that a link can have: the program is one of the socket's options, and fits.
 */
export function speakerFilter(macs: readonly Mac[]): Instruction[] {
  const tests = macs.flatMap((mac, n): Line[] => [
    { label: `mac${n}` },
    [JUMP_EQUAL, new DataView(macToBytes(mac).buffer).getUint16(4), undefined, `mac${n + 1}`],
    ACCEPT,
  ]);
  return link([
    ...IS_INBOUND,
    ...IS_VRRP,
    ...END,
    { label: "other" },
    [LOAD_WORD, SOURCE_MAC_AT],
    [JUMP_EQUAL, VIRTUAL_MAC_PREFIX, "virtual"],
    [RETURN, 0],
    { label: "virtual" },
    [LOAD_HALF, SOURCE_MAC_AT + 4],
    ...tests,
    { label: `mac${macs.length}` },
    [RETURN, 0],
  ]);
}

/** Any frame that comes in, but for those that a blocked switch port sends too. */
export const CARRIED_FILTER: readonly Instruction[] = link([
  ...IS_INBOUND,
  [LOAD_WORD, 0],
  [JUMP_EQUAL, BRIDGE_GROUP_PREFIX, "drop", "accept"],
  ...END,
]);

/** ARP, whatever its hardware. */
export const ARP_FILTER: readonly Instruction[] = link([
  [LOAD_HALF, ETHER_TYPE_AT],
  [JUMP_EQUAL, EtherType.arp, "accept", "drop"],
  ...END,
]);

/** Neighbour advertisements (RFC 4861 §4.4), without extension headers. */
export const ADVERTISEMENT_FILTER: readonly Instruction[] = link([
  [LOAD_HALF, ETHER_TYPE_AT],
  [JUMP_EQUAL, EtherType.ipv6, undefined, "drop"],
  [LOAD_BYTE, IPV6_NEXT_HEADER_AT],
  [JUMP_EQUAL, IpProtocol.icmpv6, undefined, "drop"],
  [LOAD_BYTE, IPV6_PAYLOAD_AT],
  [JUMP_EQUAL, NeighbourType.advertisement, "accept", "drop"],
  ...END,
]);

/** Netlink messages that others caused: a datagram names the socket that asked for what is told (netlink(7)). */
export function foreignNetlinkFilter(portId: number): readonly Instruction[] {
  const asNetworkOrder = Buffer.from(Uint32Array.of(portId).buffer).readUInt32BE(0);
  return link([[LOAD_WORD, NETLINK_PORT_AT], [JUMP_EQUAL, asNetworkOrder, "drop", "accept"], ...END]);
}

/** @returns the program as the kernel reads it, in the byte order of this machine. */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, jumpTrue, jumpFalse, k], n) => {
    view.setUint16(n * 8, code, true);
    view.setUint8(n * 8 + 2, jumpTrue);
    view.setUint8(n * 8 + 3, jumpFalse);
    view.setUint32(n * 8 + 4, k, true);
  });
  return new Uint8Array(view.buffer);
}
