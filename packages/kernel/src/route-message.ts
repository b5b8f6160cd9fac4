/**
 * Links and addresses as rtnetlink says them (rtnetlink(7), linux/if_link.h, linux/if_addr.h): decode and encode.
 *
 * @module
 */
import {
  addressFromBytes,
  addressToBytes,
  familyOf,
  type IpAddress,
  type Mac,
  macFromBytes,
  macToBytes,
} from "@viptools/wire";
import {
  attribute,
  concat,
  nested,
  readAttributes,
  readString,
  readU32,
  stringAttribute,
  u8,
  u32,
} from "./attributes.ts";

export const RouteMessage = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
} as const;

const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
const IFF_NOARP = 0x80;
const IFF_PROMISC = 0x100;
const AF_INET = 2;
const AF_INET6 = 10;
const LINK_HEADER_LENGTH = 16;
const ADDRESS_HEADER_LENGTH = 8;

const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkInfo: 18,
  alias: 20,
  stats64: 23,
  afSpec: 26,
  promiscuity: 30,
  permanentAddress: 54,
} as const;
const STATS_MULTICAST_AT = 64;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_INFO_SLAVE_DATA = 5;
const IFLA_MACVLAN_MODE = 1;
const IFLA_BR_MCAST_SNOOPING = 23;
const IFLA_BR_MCAST_QUERIER = 25;
const IFLA_BRPORT_STATE = 1;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;
const IFA = { address: 1, local: 2, label: 3, cacheInfo: 6, flags: 8, protocol: 11 } as const;
const IFA_F_SECONDARY = 0x1;
const IFA_F_DADFAILED = 0x8;
const IFA_F_TENTATIVE = 0x40;
const IFA_F_NOPREFIXROUTE = 0x200;
const IFA_F_NODAD = 0x2;
const FOREVER_S = 0xffffffff;

/** Macvlan modes (linux/if_link.h). */
export const MacvlanMode = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly mac: Mac | undefined;
  /** What its hardware has, whatever it was given since; undefined where nobody knows. */
  readonly permanentMac: Mac | undefined;
  readonly isUp: boolean;
  /** False: it neither asks nor answers ARP or neighbour discovery (`ip link set … arp off`). */
  readonly hasArp: boolean;
  /** Up, and with a carrier. */
  readonly isRunning: boolean;
  readonly mtu: number | undefined;
  readonly kind: string | undefined;
  /** The interface it stands on, for a macvlan or a VLAN. */
  readonly parentIndex: number | undefined;
  readonly macvlanMode: number | undefined;
  readonly alias: string | undefined;
  /** The bridge or bond that it is a port of. */
  readonly masterIndex: number | undefined;
  /** Frames received that were not multicast: with none, the link may never have carried anything. */
  readonly heardFrames: number;
  /** `ip link set … promisc on`. */
  readonly isSetPromiscuous: boolean;
  /**
   * How many want all frames received: captures, a bridge whose port it is, and the kernel itself for more MACs than the
   * NIC can tell apart.
   */
  readonly promiscuity: number;
  /** Of a bridge. */
  readonly bridge: BridgeMulticast | undefined;
  /** Of a bridge's port: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking (linux/if_bridge.h). */
  readonly portState: number | undefined;
}

/** How a bridge treats multicast (ip-link(8): `mcast_snooping`, `mcast_querier`). */
export interface BridgeMulticast {
  readonly isSnooping: boolean;
  readonly isQuerier: boolean;
}

export interface InterfaceAddress {
  readonly ifindex: number;
  readonly family: 4 | 6;
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** IPv4: not the first of its network, so not what the kernel sends from by itself. */
  readonly isSecondary: boolean;
  /** IPv6: duplicate address detection has not let it pass (RFC 4862 §5.4): it may not be sent from. */
  readonly isTentative: boolean;
  /** IPv6: somebody else has it, as duplicate address detection found. */
  readonly isDuplicate: boolean;
  /** The kernel made a route for its prefix with it, or would have. */
  readonly hasPrefixRoute: boolean;
  /** Who made it (`ip address add … proto`, Linux 5.18); 0 if nobody says. */
  readonly protocol: number;
}

/**
 * What marks an address that moves between hosts (`ip address show`: proto 112): VRRP's number among IP protocols. It is no
 * address of the host itself, also where a killed owner has left it behind.
 */
export const MOVING_ADDRESS_PROTOCOL = 112;

/** An address that is still to be added. */
export interface NewAddress {
  readonly ifindex: number;
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** The kernel makes a route for the prefix too. */
  readonly hasPrefixRoute?: boolean;
  /** A number that tells who made it. */
  readonly protocol?: number;
  /** IPv4: a name that begins with the interface's (`eth0:vip`). */
  readonly label?: string;
  /** As in `ip address add … scope`; global if left out. */
  readonly scope?: number;
  /** How long it may be the source of new connections, in seconds; for ever if left out. */
  readonly preferredS?: number;
  /** After how many seconds the kernel removes it, up to half a second late; never if left out. */
  readonly validS?: number;
}

/** @param body a link message after its netlink header. @returns undefined for one that ends within its own. */
export function decodeLink(body: Uint8Array): Link | undefined {
  if (body.length < LINK_HEADER_LENGTH) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const flags = view.getUint32(8, true);
  const found = readAttributes(body.subarray(LINK_HEADER_LENGTH));
  const info = readAttributes(found.get(IFLA.linkInfo) ?? new Uint8Array());
  const data = readAttributes(info.get(IFLA_INFO_DATA) ?? new Uint8Array());
  const port = readAttributes(info.get(IFLA_INFO_SLAVE_DATA) ?? new Uint8Array());
  const kind = readString(info.get(IFLA_INFO_KIND));
  const mac = found.get(IFLA.address);
  const permanent = found.get(IFLA.permanentAddress);
  return {
    index: view.getInt32(4, true),
    name: readString(found.get(IFLA.name)) ?? "",
    mac: mac?.length === 6 ? macFromBytes(mac) : undefined,
    permanentMac: permanent?.length === 6 ? macFromBytes(permanent) : undefined,
    isUp: (flags & IFF_UP) !== 0,
    hasArp: (flags & IFF_NOARP) === 0,
    isRunning: (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0,
    mtu: readU32(found.get(IFLA.mtu)),
    kind,
    parentIndex: readU32(found.get(IFLA.link)),
    macvlanMode: kind === "macvlan" ? readU32(data.get(IFLA_MACVLAN_MODE)) : undefined,
    alias: readString(found.get(IFLA.alias)),
    masterIndex: readU32(found.get(IFLA.master)),
    heardFrames: countHeard(found.get(IFLA.stats64)),
    isSetPromiscuous: (flags & IFF_PROMISC) !== 0,
    promiscuity: readU32(found.get(IFLA.promiscuity)) ?? 0,
    bridge: kind === "bridge" ? bridgeMulticast(data) : undefined,
    portState: port.get(IFLA_BRPORT_STATE)?.[0],
  };
}

function bridgeMulticast(data: Map<number, Uint8Array>): BridgeMulticast {
  const isOn = (type: number): boolean => (data.get(type)?.[0] ?? 0) !== 0;
  return { isSnooping: isOn(IFLA_BR_MCAST_SNOOPING), isQuerier: isOn(IFLA_BR_MCAST_QUERIER) };
}

/** `struct rtnl_link_stats64` (linux/if_link.h): received packets come first, multicast ones ninth. */
function countHeard(stats: Uint8Array | undefined): number {
  if (stats === undefined || stats.length < STATS_MULTICAST_AT + 8) return 0;
  const view = new DataView(stats.buffer, stats.byteOffset, stats.byteLength);
  return Number(view.getBigUint64(0, true) - view.getBigUint64(STATS_MULTICAST_AT, true));
}

/** @returns undefined for addresses of other families than IPv4 and IPv6, and for what ends too soon. */
export function decodeAddress(body: Uint8Array): InterfaceAddress | undefined {
  if (body.length < ADDRESS_HEADER_LENGTH) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const found = readAttributes(body.subarray(ADDRESS_HEADER_LENGTH));
  const octets = found.get(IFA.local) ?? found.get(IFA.address);
  const family = familyNumber(view.getUint8(0));
  if (family === undefined || octets?.length !== (family === 4 ? 4 : 16)) return undefined;
  const flags = readU32(found.get(IFA.flags)) ?? view.getUint8(2);
  return {
    ifindex: view.getInt32(4, true),
    family,
    address: addressFromBytes(octets, family),
    prefixLength: view.getUint8(1),
    isSecondary: family === 4 && (flags & IFA_F_SECONDARY) !== 0,
    isTentative: family === 6 && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) !== 0,
    isDuplicate: family === 6 && (flags & IFA_F_DADFAILED) !== 0,
    hasPrefixRoute: (flags & IFA_F_NOPREFIXROUTE) === 0,
    protocol: found.get(IFA.protocol)?.[0] ?? 0,
  };
}

function familyNumber(addressFamily: number): 4 | 6 | undefined {
  if (addressFamily === AF_INET) return 4;
  return addressFamily === AF_INET6 ? 6 : undefined;
}

function linkHeader(index: number, flags = 0, change = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(LINK_HEADER_LENGTH));
  view.setInt32(4, index, true);
  view.setUint32(8, flags, true);
  view.setUint32(12, change, true);
  return new Uint8Array(view.buffer);
}

export interface MacvlanOptions {
  readonly name: string;
  readonly parentIndex: number;
  readonly mac: Mac;
  readonly mode: number;
  /** False: the kernel answers and asks no ARP there. */
  readonly hasArp?: boolean;
}

/** A macvlan, still down. */
export function encodeNewMacvlan(options: MacvlanOptions): Uint8Array {
  const flags = options.hasArp === false ? IFF_NOARP : 0;
  return concat([
    linkHeader(0, flags, flags),
    stringAttribute(IFLA.name, options.name),
    attribute(IFLA.address, macToBytes(options.mac)),
    u32(IFLA.link, options.parentIndex),
    nested(
      IFLA.linkInfo,
      stringAttribute(IFLA_INFO_KIND, "macvlan"),
      nested(IFLA_INFO_DATA, u32(IFLA_MACVLAN_MODE, options.mode)),
    ),
  ]);
}

/** Marks a link, so that people and `vmac-ctl cleanup` know whose it is. */
export function encodeLinkAlias(index: number, alias: string): Uint8Array {
  return concat([linkHeader(index), attribute(IFLA.alias, Buffer.from(alias, "utf8"))]);
}

/** No IPv6 link-local address by itself; refused by the kernel when said while the link is created. */
export function encodeAddressGenerationNone(index: number): Uint8Array {
  const mode = u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
  return concat([linkHeader(index), nested(IFLA.afSpec, nested(AF_INET6, mode))]);
}

export function encodeLinkUp(index: number): Uint8Array {
  return linkHeader(index, IFF_UP, IFF_UP);
}

export function encodeLinkDown(index: number): Uint8Array {
  return linkHeader(index, 0, IFF_UP);
}

/** A link of a kind that needs no more to be said (`ip link add NAME type KIND`), still down. */
export function encodeNewLink(name: string, kind: string): Uint8Array {
  const info = nested(IFLA.linkInfo, stringAttribute(IFLA_INFO_KIND, kind));
  return concat([linkHeader(0), stringAttribute(IFLA.name, name), info]);
}

/** Selects one link, to delete it or to read it. */
export function encodeLinkIndex(index: number): Uint8Array {
  return linkHeader(index);
}

/**
 * An address that moves: no route for its prefix unless it is asked for, and IPv6 without duplicate address detection,
 * because the one who leaves may still defend it (RFC 9568 §8.2.2).
 */
export function encodeAddress(wanted: NewAddress): Uint8Array {
  const { ifindex, address, prefixLength, hasPrefixRoute, protocol, label, scope = 0 } = wanted;
  const family = familyOf(address);
  const view = new DataView(new ArrayBuffer(ADDRESS_HEADER_LENGTH));
  view.setUint8(0, family === 4 ? AF_INET : AF_INET6);
  view.setUint8(1, prefixLength);
  view.setUint8(3, scope);
  view.setInt32(4, ifindex, true);
  const octets = addressToBytes(address);
  const flags = (hasPrefixRoute ? 0 : IFA_F_NOPREFIXROUTE) | (family === 6 ? IFA_F_NODAD : 0);
  return concat([
    new Uint8Array(view.buffer),
    attribute(IFA.local, octets),
    attribute(IFA.address, octets),
    ...(label === undefined ? [] : [stringAttribute(IFA.label, label)]),
    u32(IFA.flags, flags),
    ...lifetimes(wanted),
    ...(protocol === undefined ? [] : [u8(IFA.protocol, protocol)]),
  ]);
}

/** `struct ifa_cacheinfo`: preferred, valid, and two stamps that are the kernel's. */
function lifetimes({ preferredS, validS = FOREVER_S }: NewAddress): Uint8Array[] {
  if (preferredS === undefined && validS === FOREVER_S) return [];
  const preferred = Math.min(preferredS ?? FOREVER_S, validS);
  return [attribute(IFA.cacheInfo, new Uint8Array(Uint32Array.of(preferred, validS, 0, 0).buffer))];
}

/** Asks for all of a family. @param length of the header, which starts with it. */
export function encodeDump(family: 4 | 6, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = family === 4 ? AF_INET : AF_INET6;
  return bytes;
}
