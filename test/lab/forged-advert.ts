/**
 * Adverts in frames, as a host that is no router can send them: pure.
 *
 * @module
 */
import {
  EtherType,
  encodeEthernet,
  encodeIpv4,
  encodeVrrpV3,
  type Ipv4Packet,
  type Mac,
  VRRP_GROUP,
  VRRP_GROUP_MAC,
  VRRP_TTL,
} from "@viptools/wire";
import { VIP } from "./network.ts";
import { VMAC, VRID } from "./router.ts";

export const FORGER = "192.0.2.66";

export interface ForgedAdvert {
  readonly vrid?: number;
  readonly priority?: number;
  readonly intervalCs?: number;
  readonly address?: string;
  /** What is wrong with the message. */
  readonly change?: (message: Uint8Array) => Uint8Array;
  /** What is different around it. */
  readonly ip?: Partial<Ipv4Packet>;
  /** The Ethernet source; {@link VMAC} if left out. */
  readonly sourceMac?: Mac;
}

/** Without anything said: one that is right, of priority 255, so that it would be seen at once. */
export function forgedAdvert(options: ForgedAdvert = {}): Uint8Array {
  const { vrid = VRID, priority = 255, intervalCs = 10, address = VIP, ip = {} } = options;
  const message = encodeVrrpV3(
    { version: 3, vrid, priority, intervalCs, checksumForm: "pseudo-header", addresses: [address] },
    ip.source ?? FORGER,
    VRRP_GROUP,
  );
  const payload = encodeIpv4({
    tos: 0xc0,
    id: 0,
    fragment: 0,
    ttl: VRRP_TTL,
    protocol: 112,
    source: FORGER,
    destination: VRRP_GROUP,
    options: new Uint8Array(),
    payload: options.change?.(message) ?? message,
    ...ip,
  });
  const source = options.sourceMac ?? VMAC;
  return encodeEthernet({ destination: VRRP_GROUP_MAC, source, etherType: EtherType.ipv4, payload });
}
