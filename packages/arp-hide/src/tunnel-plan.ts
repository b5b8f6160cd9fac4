/**
 * What a tunnel interface needs for LVS/TUN, where a director sends packets for the VIP inside others: to be there and
 * up, and not to drop what comes out of it, whose sender is reached by another interface. Pure.
 *
 * @module
 */
import type { Setting } from "@viptools/kernel";
import { familyOf, type IpAddress } from "@viptools/wire";
import type { Hiding } from "./plan.ts";

/** By family: the name that the kernel itself gives the first tunnel of a kind, and the kind. */
const TUNNELS = { 4: { name: "tunl0", kind: "ipip" }, 6: { name: "ip6tnl0", kind: "ip6tnl" } } as const;

/** @returns the tunnel that `--tunnel` means for an address. */
export function usualTunnel(vip: IpAddress): string {
  return TUNNELS[familyOf(vip)].name;
}

/** @returns the kind of which such a link is made; undefined for one that somebody else has to make. */
export function kindOf(name: string): string | undefined {
  return Object.values(TUNNELS).find((tunnel) => tunnel.name === name)?.kind;
}

/** Tunnel interfaces on which some of these stand, each once. */
export function tunnelsOf(hidden: readonly Hiding[]): string[] {
  return [...new Set(hidden.flatMap(({ tunnel }) => (tunnel === undefined ? [] : [tunnel])))];
}

export function comesOutIpv4(name: string, hidden: readonly Hiding[]): boolean {
  return hidden.some(({ tunnel, vip }) => tunnel === name && familyOf(vip) === 4);
}

/** A tunnel interface as it was found. */
export interface TunnelState {
  readonly name: string;
  readonly isThere: boolean;
  readonly isUp: boolean;
  /** `rp_filter` of it, or of what is to come; and of `all`. */
  readonly rpFilter: number;
  readonly rpFilterOfAll: number;
}

/** Noted before anything is done, so that it can be undone. */
export interface TunnelNote {
  /** It was not there. */
  readonly isMade: boolean;
  /** It was down, or not there. */
  readonly isRaised: boolean;
}

/** What is to be done to a tunnel interface. */
export interface TunnelChange extends TunnelNote {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/** Drops what could not be answered by the way it came (RFC 3704 §2.2); 2 is content with any way, 0 does not look. */
const STRICT = 1;
const LOOSE = 2;
const OFF = 0;

/** @param isForIpv4 whether IPv4 comes out of it: IPv6 has no such filter. */
export function tunnelChange(state: TunnelState, isForIpv4: boolean): TunnelChange {
  const { name, isThere, isUp } = state;
  const settings = isForIpv4 && isStrict(state) ? [{ path: rpFilterOf(name), value: mildest(state) }] : [];
  return { name, isMade: !isThere, isRaised: !isUp, settings };
}

/** The kernel goes by the larger of the two. */
export function isStrict({ rpFilter, rpFilterOfAll }: TunnelState): boolean {
  return Math.max(rpFilter, rpFilterOfAll) === STRICT;
}

function mildest({ rpFilterOfAll }: TunnelState): string {
  return String(rpFilterOfAll === STRICT ? LOOSE : OFF);
}

export function rpFilterOf(name: string): string {
  return `net/ipv4/conf/${name}/rp_filter`;
}

/** `add` makes no such tunnel. */
const NOT_OURS = "arp-hide remove what stands on it, or make it, and arp-hide add again";

/** @returns what is wrong with it, with the command that mends it. */
export function tunnelFaults(state: TunnelState, isForIpv4: boolean): string[] {
  const { name, isThere, isUp } = state;
  if (!isThere)
    return [`${name} is not there: ${kindOf(name) === undefined ? NOT_OURS : "arp-hide add again"}`];
  return [
    ...(isUp ? [] : [`${name} is down: arp-hide add again`]),
    ...(isForIpv4 && isStrict(state)
      ? [`rp_filter drops what comes out of ${name}: sysctl -w ${rpFilterOf(name)}=${mildest(state)}`]
      : []),
  ];
}
