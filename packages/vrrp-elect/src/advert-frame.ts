/**
 * An advert as it leaves: the IP packet, and for multicast the whole Ethernet frame.
 *
 * @module
 */
import {
  type ChecksumForm,
  EtherType,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6,
  encodeVrrpV2,
  encodeVrrpV3,
  familyOf,
  type IpAddress,
  IpProtocol,
  type Mac,
  VRRP_TOS,
  VRRP_TTL,
  VrrpAuthType,
  vrrpGroup,
  vrrpGroupMac,
} from "@viptools/wire";

export interface AdvertOptions {
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly priority: number;
  readonly advertUs: number;
  readonly vips: readonly IpAddress[];
  /** IPv4: primary address of the sending interface. IPv6: its link-local one (V3-7.2-d). */
  readonly source: IpAddress;
  /** The group, or a unicast peer. */
  readonly destination: IpAddress;
  readonly checksumForm: ChecksumForm;
  /** Version 2: eight octets; undefined for no authentication. */
  readonly password: Uint8Array | undefined;
}

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;
const IPV6_HEADER_AND_VRRP = 48;
const IPV6_OCTETS = 16;
/** The count on the wire has eight bits (RFC 9568 §5.2.5). */
const COUNT_MAX = 255;

/** How many addresses an advert can list: IPv6 is bound by the interface's MTU, because adverts are not fragmented. */
export function advertisedMax(family: 4 | 6, mtu: number): number {
  const fits = Math.floor((mtu - IPV6_HEADER_AND_VRRP) / IPV6_OCTETS);
  return family === 4 ? COUNT_MAX : Math.min(COUNT_MAX, fits);
}

/** @returns the frame for the group as RFC 9568 §5 and §7.2 (version 2: RFC 3768 §5) want it. */
export function encodeAdvertFrame(options: Omit<AdvertOptions, "destination">, mac: Mac): Uint8Array {
  const family = familyOf(options.source);
  const payload = encodeAdvertPacket({ ...options, destination: vrrpGroup(family) });
  return encodeEthernet({
    destination: vrrpGroupMac(family),
    source: mac,
    etherType: family === 4 ? EtherType.ipv4 : EtherType.ipv6,
    payload,
  });
}

/** @returns the IP packet alone, for a unicast peer. */
export function encodeAdvertPacket(options: AdvertOptions): Uint8Array {
  const { source, destination } = options;
  const payload = encodeMessage(options);
  if (familyOf(source) === 6) {
    return encodeIpv6({
      trafficClass: VRRP_TOS,
      flowLabel: 0,
      hopLimit: VRRP_TTL,
      nextHeader: IpProtocol.vrrp,
      source,
      destination,
      payload,
    });
  }
  return encodeIpv4({
    tos: VRRP_TOS,
    id: 0,
    fragment: 0,
    ttl: VRRP_TTL,
    protocol: IpProtocol.vrrp,
    source,
    destination,
    options: new Uint8Array(),
    payload,
  });
}

function encodeMessage(options: AdvertOptions): Uint8Array {
  const { version, vrid, priority, advertUs, vips, source, destination, checksumForm, password } = options;
  if (version === 2) {
    return encodeVrrpV2({
      version,
      vrid,
      priority,
      authType: password === undefined ? VrrpAuthType.none : VrrpAuthType.simplePassword,
      intervalS: advertUs / US_PER_SECOND,
      addresses: vips,
      authData: password ?? new Uint8Array(8),
    });
  }
  const intervalCs = advertUs / US_PER_CENTISECOND;
  const form = familyOf(source) === 6 ? "pseudo-header" : checksumForm;
  return encodeVrrpV3(
    { version, vrid, priority, intervalCs, checksumForm: form, addresses: vips },
    source,
    destination,
  );
}
