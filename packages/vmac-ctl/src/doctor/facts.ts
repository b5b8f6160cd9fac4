/**
 * What has to be known of a host and its wire to judge whether a virtual router can work there.
 *
 * @module
 */
import type { InterfaceAddress, Link, NetworkManagerName } from "@viptools/kernel";
import type { IpAddress, IpFamily, Mac } from "@viptools/wire";
import type { Obstacle } from "../answering.ts";
import type { Mode } from "../plan.ts";
import type { Chain } from "./firewall.ts";
import type { Passage } from "./passage.ts";

export interface Facts {
  /** The NIC. */
  readonly interface: string;
  /** Virtual routers that are meant: as the command line says, or all that this host owns on the NIC. */
  readonly routers: readonly MeantRouter[];
  /** Their addresses; empty if nobody has said them. */
  readonly vips: readonly IpAddress[];
  /** An IPv6 address, or an IPv6 virtual router, is meant for sure. */
  readonly isIpv6Meant: boolean;
  readonly links: readonly Link[];
  /** Of both families and all interfaces. */
  readonly addresses: readonly InterfaceAddress[];
  /** What `vmac-ctl` owns here. */
  readonly owned: readonly OwnedRouter[];
  /** Of the NIC, and of `all`. */
  readonly settings: Readonly<Record<SettingName, SettingPair>>;
  /** Interfaces that answer ARP for addresses of others: their `arp_ignore` and `arp_filter` are 0, as the kernel goes by it. */
  readonly arpAnswerers: readonly string[];
  /** The same for `disable_ipv6`; undefined for a kernel without IPv6. */
  readonly ipv6Off: SettingPair | undefined;
  readonly chains: readonly Chain[];
  readonly heard: readonly HeardRouter[];
  /** The service of the system that manages the NIC. */
  readonly manager: NetworkManagerName | undefined;
  readonly clockSource: string | undefined;
  /** What a neighbour answered, if one was asked. */
  readonly passage: FoundPassage | undefined;
}

export interface FoundPassage {
  readonly target: IpAddress;
  /** The virtual MAC. */
  readonly mac: Mac;
  readonly verdict: Passage;
}

export const SETTING_NAMES = [
  "arp_ignore",
  "arp_announce",
  "arp_filter",
  "rp_filter",
  "accept_local",
] as const;
export type SettingName = (typeof SETTING_NAMES)[number];

export interface SettingPair {
  readonly all: number;
  readonly own: number;
}

export interface MeantRouter {
  readonly family: IpFamily;
  readonly vrid: number;
}

export interface OwnedRouter extends MeantRouter {
  readonly mode: Mode;
  /** The NIC. */
  readonly parent: string;
  /** Carries the VIPs. */
  readonly interface: string;
  readonly vips: readonly IpAddress[];
  /** As they stand on the interface, or may: `192.0.2.100/32`. */
  readonly addresses: readonly string[];
  /** What a process holds, what `up` left, or what a killed process left. */
  readonly owner: "living" | "standing" | "dead";
  /** What keeps it from answering, and stays so. */
  readonly obstacles: readonly Obstacle[];
  /** Of the interface, as the kernel goes by it. */
  readonly rpFilter: number;
  /** The NIC takes frames for the virtual MAC, by a forwarding entry that `vmac-ctl` has made. */
  readonly hasForwarding: boolean;
  /** It may speak as the virtual router now: it is Active, or was taken by `up`. */
  readonly isSpeaking: boolean;
}

/** What came in from others about one virtual router. */
export interface HeardRouter extends MeantRouter {
  /** Frames from its virtual MAC. */
  readonly frames: number;
  /** The last advert of each source. */
  readonly adverts: readonly HeardAdvert[];
}

export interface HeardAdvert {
  readonly source: IpAddress;
  readonly mac: Mac;
  readonly protocol: "VRRP" | "CARP";
  /** Undefined for CARP. */
  readonly priority: number | undefined;
  /** Undefined where it does not say. */
  readonly vips: readonly IpAddress[] | undefined;
}
