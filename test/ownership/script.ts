/**
 * A script for vmac-ctl on one host: what stands there before, and what happens then. Plain values, so that a failing one
 * can be kept as a row of the table of regressions.
 *
 * @module
 */
import type { IpFamily } from "@viptools/wire";

export interface VirtualRouter {
  readonly family: IpFamily;
  readonly vrid: number;
}

/** The first three of a family are for VRID 51, the last three for VRID 52; one is for both. */
export const VIPS = {
  4: ["192.0.2.100/24", "192.0.2.101/32", "192.0.2.102/32", "192.0.2.103/25", "198.51.100.1/24"],
  6: ["fe80::100/128", "2001:db8::100/64", "2001:db8::101/128", "fe80::102/64", "2001:db8:1::1/64"],
} as const;

/** What others have made on the host, and what has to be there afterwards. */
export interface Scene {
  /** Besides those of the lab; on eth0. */
  readonly addresses: readonly string[];
  readonly link?: ForeignLink | undefined;
  readonly tables: readonly ForeignTable[];
  readonly settings: Readonly<Partial<Record<Setting, number>>>;
}

/** Below /proc/sys/net. */
export const SETTINGS = [
  "ipv4/conf/eth0/arp_ignore",
  "ipv4/conf/eth0/arp_announce",
  "ipv4/conf/eth0/rp_filter",
  "ipv4/conf/all/rp_filter",
  "ipv6/conf/eth0/accept_dad",
] as const;
export type Setting = (typeof SETTINGS)[number];

export const FOREIGN_LINKS = ["our name", "our MAC", "neither"] as const;
/** A macvlan on eth0 with the name that VRID 51 would get, with its MAC (keepalived's), or with neither. */
export type ForeignLink = (typeof FOREIGN_LINKS)[number];

export const FOREIGN_TABLES = ["inet filter", "netdev filter", "arp filter"] as const;
export type ForeignTable = (typeof FOREIGN_TABLES)[number];

/** What a follower is told; epochs and times come when it is played. */
export type Told =
  | {
      readonly type: "state";
      readonly state: "initialize" | "backup" | "active";
      readonly router: VirtualRouter;
      readonly vips: readonly string[];
      /** False: the elector speaks from the NIC's own MAC. */
      readonly hasVmac: boolean;
    }
  | { readonly type: "prepare"; readonly router: VirtualRouter }
  | {
      readonly type: "lease";
      readonly router: VirtualRouter;
      readonly validMs: number;
      readonly kind: "" | "leaving" | "settling";
    }
  /** A lease that must change nothing. */
  | {
      readonly type: "stale";
      readonly router: VirtualRouter;
      readonly why: "late" | "older epoch" | "foreign boot";
    };

export const DISTURBANCES = [
  "delete the address",
  "delete the link",
  "link down",
  "link down and up",
  "flush the rules",
  "delete the table",
  "delete the forwarding entry",
  "reset arp_ignore",
  "carrier down and up",
] as const;
/** What somebody else does to what is owned. */
export type Disturbance = (typeof DISTURBANCES)[number];

/**
 * One step. With `killMs` whoever acts in it is killed with -9 so long after it began: a follower after it was told, a
 * command after it has changed its journal for the first time, because before it only starts.
 */
export type Step =
  | {
      readonly type: "up";
      readonly router: VirtualRouter;
      readonly vips: readonly string[];
      readonly options: string;
      readonly killMs?: number | undefined;
    }
  | { readonly type: "down"; readonly router: VirtualRouter; readonly killMs?: number | undefined }
  | { readonly type: "cleanup"; readonly killMs?: number | undefined }
  | { readonly type: "status" }
  /** Starts `vmac-ctl follow`; the input of the one before ends at that moment. */
  | { readonly type: "follow"; readonly options: string }
  /** Written at once, to a new follower if none lives; the next step comes so long after it has passed them on. */
  | {
      readonly type: "tell";
      readonly records: readonly Told[];
      readonly pauseMs: number;
      readonly killMs?: number | undefined;
    }
  /** The input of the follower ends. */
  | { readonly type: "end"; readonly killMs?: number | undefined }
  | { readonly type: "signal"; readonly signal: "SIGTERM" | "SIGKILL" }
  /** An owner was killed while it noted itself, or what eth0 was like before. */
  | { readonly type: "tear"; readonly router: VirtualRouter; readonly note: "own" | "parent" }
  /** The addresses have to be on the host by now. */
  | { readonly type: "find"; readonly vips: readonly string[] }
  | { readonly type: "disturb"; readonly router: VirtualRouter; readonly how: Disturbance };

export interface Script {
  readonly scene: Scene;
  readonly steps: readonly Step[];
}

export const BARE: Scene = { addresses: [], tables: [], settings: {} };

export function instanceOf({ family, vrid }: VirtualRouter): string {
  return `eth0/${family}/${vrid}`;
}
