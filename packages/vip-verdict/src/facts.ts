/**
 * What is known of one network and of this host, gathered from records and from what was looked up beside: types alone.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { IpAddress, IpFamily, Mac } from "@viptools/wire";

/** What no record says: the question, and what `ip` tells of this host. */
export interface Looked {
  readonly interface: string;
  readonly vrid: number | undefined;
  /** Those that were typed. */
  readonly vips: readonly IpAddress[];
  /** router: a VRRP program runs here, or is meant to. */
  readonly role: "router" | "client";
  /** Of this host, that of the interface first. */
  readonly macs: readonly Mac[];
  /** Addresses of the interface. */
  readonly own: readonly IpAddress[];
  /** Neighbours that may be asked from a virtual MAC: typed, or the default gateways. */
  readonly targets: readonly IpAddress[];
  /** This host's entries, as they were before anybody was asked. */
  readonly neighbours: readonly Neighbour[];
  /** What could not be looked at, and why. */
  readonly missed: readonly string[];
  /** How long it was listened, milliseconds. */
  readonly lookedMs: number;
}

export interface Neighbour {
  readonly ip: IpAddress;
  readonly mac: Mac | undefined;
  readonly state: string;
}

/** A router that was heard. */
export interface Peer {
  readonly address: IpAddress;
  readonly mac: Mac;
  /** Undefined for CARP. */
  readonly priority: number | undefined;
  readonly version: number;
  readonly vips: readonly IpAddress[];
  readonly intervalMs: number | undefined;
  readonly protocol: "VRRP" | "CARP";
  /** It is this host. */
  readonly isOwn: boolean;
  /** Its VRRPv3 checksum leaves the pseudo-header out (RFC 9568): keepalived 2.2 refuses it. */
  readonly isBareSum: boolean;
  /** It speaks from its NIC's MAC and not from the virtual one. */
  readonly isPlain: boolean;
}

export interface VirtualRouter {
  readonly instance: string;
  /** Interface, with VLANs. */
  readonly segment: string;
  readonly family: IpFamily;
  readonly vrid: number;
  readonly peers: ReadonlyMap<IpAddress, Peer>;
  /** Who is Active at the end; several in a conflict, none after a silence. */
  readonly active: readonly IpAddress[];
  /** All that was advertised. */
  readonly vips: readonly IpAddress[];
}

/** Who answered when everybody was asked for an address. */
export interface Answer {
  readonly ip: IpAddress;
  /** Of this host, which has the address itself. */
  readonly ownInterface: string | undefined;
  /** Of other hosts, or the virtual MAC that this host has too. */
  readonly macs: readonly Mac[];
  /** Other NICs of this host that answered it. */
  readonly ownMacs: readonly Mac[];
  /** A MAC that answered each question twice: two hosts have it. Announcements that come meanwhile are fewer. */
  readonly doubledMac: Mac | undefined;
}

/** A question in a frame to one MAC alone. */
export interface DirectAnswer {
  readonly ip: IpAddress;
  readonly to: Mac;
  readonly isAnswered: boolean;
}

export interface Facts extends Looked {
  /** Those that the question is about, by their instances. */
  readonly routers: readonly VirtualRouter[];
  /** Every number that is in use on the network. */
  readonly usedVrids: ReadonlySet<number>;
  /** Typed, advertised by these routers, or owned here. */
  readonly addresses: readonly IpAddress[];
  readonly answers: ReadonlyMap<IpAddress, Answer>;
  readonly directAnswers: readonly DirectAnswer[];
  readonly conflicts: readonly RecordOf<"vrrp.conflict">[];
  readonly rejections: readonly RecordOf<"vrrp.rejected">[];
  readonly changes: readonly RecordOf<"vrrp.changed">[];
  readonly lateness: readonly RecordOf<"vrrp.late">[];
  readonly healings: readonly RecordOf<"vrrp.healed">[];
  readonly silences: readonly RecordOf<"vrrp.silent">[];
  readonly owned: readonly RecordOf<"vmac.status">[];
  readonly findings: readonly RecordOf<"vmac.finding">[];
  readonly passage: RecordOf<"vmac.probed"> | undefined;
  readonly arp: readonly RecordOf<"arp.seen">[];
  readonly ndp: readonly RecordOf<"ndp.seen">[];
  readonly kernel: readonly RecordOf<"arp.kernel">[];
}
