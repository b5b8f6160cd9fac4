/**
 * What `tcpdump -v` prints of an advert, made from our own reading of it.
 *
 * @module
 */
import { type CarpAdvert, decodePassword, type Ipv4Packet, type Ipv6Packet, VrrpAuthType } from "@viptools/wire";
import type { DecodedFrame, VrrpAdvert } from "./decode.ts";

const AUTH_NAMES = ["none", "simple", "ah"];

/** Two versions of tcpdump write this differently; ours is the newer way. */
export const normalize = (entry: string): string =>
  entry.trimEnd().replace("(112) payload length: ", "(112), payload length ");

/** @returns pieces in the order of the text. */
export function printAdvert({ ipv4, ipv6, vrrp, carp }: DecodedFrame): string[] {
  const ip = ipv4 ?? ipv6!;
  const advert = vrrp ? printVrrp(vrrp, ip.payload.length) : printCarp(carp!);
  return [ipv4 ? printIpv4(ipv4) : printIpv6(ipv6!), `${ip.source} > ${ip.destination}: ${advert}`];
}

function printIpv4({ tos, ttl, id, fragment, protocol, options, payload }: Ipv4Packet): string {
  const flags = fragment & 0x4000 ? "DF" : "none";
  const length = 20 + options.length + payload.length;
  return `(tos 0x${tos.toString(16)}, ttl ${ttl}, id ${id}, offset 0, flags [${flags}], proto VRRP (${protocol}), length ${length})`;
}

function printIpv6({ trafficClass, flowLabel, hopLimit, nextHeader, payload }: Ipv6Packet): string {
  const label = trafficClass ? `class 0x${trafficClass.toString(16)}, ` : "";
  const flow = flowLabel ? `flowlabel 0x${flowLabel.toString(16).padStart(5, "0")}, ` : "";
  return `(${label}${flow}hlim ${hopLimit}, next-header VRRP (${nextHeader}), payload length ${payload.length})`;
}

function printVrrp(vrrp: VrrpAdvert, length: number): string {
  const isV2 = vrrp.version === 2;
  const auth = isV2 ? `, authtype ${AUTH_NAMES[vrrp.authType]}` : "";
  const interval = isV2 ? `${vrrp.intervalS}s` : `${vrrp.intervalCs}cs`;
  const count = vrrp.addresses.length > 1 ? `(${vrrp.addresses.length})` : "";
  const hasPassword = isV2 && vrrp.authType === VrrpAuthType.simplePassword;
  const secret = hasPassword ? ` auth "${decodePassword(vrrp.authData)}"` : "";
  return (
    `VRRPv${vrrp.version}, Advertisement, vrid ${vrrp.vrid}, prio ${vrrp.priority}${auth}, ` +
    `intvl ${interval}, length ${length}, addrs${count}: ${vrrp.addresses.join(",")}${secret}`
  );
}

function printCarp({ version, vhid, advbaseS, advskew, authLength, counter }: CarpAdvert): string {
  return `CARPv${version}-advertise 36: vhid=${vhid} advbase=${advbaseS} advskew=${advskew} authlen=${authLength} counter=${counter}`;
}
