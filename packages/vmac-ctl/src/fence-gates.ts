/**
 * The two gates of a fence, through which all goes that has to do with the virtual router: whoever has the permission
 * passes, and who is dropped is counted. Pure.
 *
 * @module
 */
import { ACCEPT, type ChainSpec, constantInSet, goTo, inSet, type NftTerm } from "@viptools/kernel";
import { macToBytes, ZERO_MAC } from "@viptools/wire";
import type { FenceOptions } from "./fence.ts";
import {
  ETHER_DESTINATION,
  ETHER_SOURCE,
  IP6_SOURCE,
  isIcmp6,
  isIgmp,
  isIpv4,
  isIpv6,
  isMac,
  NdType,
  REFUSED,
} from "./fence-match.ts";
import { type Permission, VIPS } from "./permission.ts";
import { fromLinkLocal, fromMac, putOn, takeOff } from "./rewriting.ts";

const SERVE = "if_serve";
const VOICE = "if_voice";

export const TO_SERVE: NftTerm = goTo(SERVE);
export const TO_VOICE: NftTerm = goTo(VOICE);

/** What the gates are made for; a table without leases that rewrites has them too, and they let everything pass. */
export function gates(options: FenceOptions): ChainSpec[] {
  const refused = options.hasGates ? [REFUSED] : [];
  return [
    { name: SERVE, rules: [...served(options), ...refused] },
    { name: VOICE, rules: [...spoken(options), ...(options.hasGates ? asNic(options) : []), ...refused] },
  ];
}

function served(options: FenceOptions): NftTerm[][] {
  const { isRewriting, vmac, nicMac } = options;
  const may = mayDo("serve", options);
  const toVmac = isRewriting
    ? [[...may, isMac(ETHER_DESTINATION, vmac!), ...takeOff({ nicMac }), ACCEPT]]
    : [];
  return [...toVmac, [...may, ACCEPT]];
}

function spoken(options: FenceOptions): NftTerm[][] {
  const { isRewriting, family, vmac, nicMac } = options;
  const may = mayDo("voice", options);
  if (!isRewriting) return [[...may, ACCEPT]];
  return putOn({ family, vmac: vmac!, nicMac }).map((rule) => [...may, ...rule]);
}

/**
 * Who may serve and not speak sends data from the NIC's MAC: an answer that came from the virtual one would move the
 * switch's port back from the successor. What teaches neighbours or switches goes nowhere. But it has to ask for those whom
 * it serves: where the kernel asks from a VIP, it asks as the NIC.
 */
function asNic(options: FenceOptions): NftTerm[][] {
  if (options.vmac === null) return [];
  const asServer = [...mayDo("serve", options), fromMac(options.nicMac), ACCEPT];
  if (options.family === 4)
    return [
      [isIgmp(), ...REFUSED],
      [isIpv4(), ...asServer],
    ];
  const teaching: (readonly [number, number])[] = [
    [NdType.listenerQuery, NdType.redirect],
    [NdType.listenerReport, NdType.listenerReport],
  ];
  return [
    ...questionsAsNic(options),
    ...teaching.map(([from, to]) => [...isIcmp6(from, to), ...REFUSED]),
    [isIpv6(), ...asServer],
  ];
}

/** In macvlan mode the kernel asks from the NIC by itself, because the VIP is on another link. */
function questionsAsNic(options: FenceOptions): NftTerm[][] {
  const { isRewriting, nicMac, nicLinkLocal } = options;
  if (!isRewriting || nicLinkLocal === undefined) return [];
  const question = [...isIcmp6(NdType.solicitation), inSet(IP6_SOURCE, VIPS)];
  return [[...mayDo("serve", options), ...question, fromLinkLocal(nicLinkLocal), fromMac(nicMac), ACCEPT]];
}

/** @returns nothing to be asked for, where nobody leases. */
function mayDo(permission: Permission, { key, hasGates }: FenceOptions): NftTerm[] {
  return hasGates ? [constantInSet(ETHER_SOURCE, macToBytes(key), [key, ZERO_MAC], permission)] : [];
}
