/**
 * The whole frame of an advert, from Ethernet to VRRP.
 *
 * @module
 */
import {
  type ChecksumForm,
  EtherType,
  encodeEthernet,
  encodeIpv4,
  encodeVrrpV2,
  encodeVrrpV3,
  IpProtocol,
  type Ipv4,
  type Mac,
  VRRP_GROUP,
  VRRP_GROUP_MAC,
  VRRP_TOS,
  VRRP_TTL,
  VrrpAuthType,
} from "@viptools/wire";

export interface AdvertOptions {
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly priority: number;
  readonly advertUs: number;
  readonly vips: readonly Ipv4[];
  /** Ethernet source: the virtual router MAC, so that switches learn where it is (V3-2.4-a). */
  readonly mac: Mac;
  /** Primary address of the sending interface. */
  readonly source: Ipv4;
  readonly checksumForm: ChecksumForm;
}

const US_PER_CENTISECOND = 10_000;
const US_PER_SECOND = 1_000_000;

/** @returns the frame as RFC 9568 §5 and §7.2 (version 2: RFC 3768 §5) want it. */
export function encodeAdvertFrame(options: AdvertOptions): Uint8Array {
  const payload = encodeIpv4({
    tos: VRRP_TOS,
    id: 0,
    fragment: 0,
    ttl: VRRP_TTL,
    protocol: IpProtocol.vrrp,
    source: options.source,
    destination: VRRP_GROUP,
    options: new Uint8Array(),
    payload: encodeMessage(options),
  });
  return encodeEthernet({
    destination: VRRP_GROUP_MAC,
    source: options.mac,
    etherType: EtherType.ipv4,
    payload,
  });
}

function encodeMessage({
  version,
  vrid,
  priority,
  advertUs,
  vips,
  source,
  checksumForm,
}: AdvertOptions): Uint8Array {
  if (version === 2) {
    const intervalS = advertUs / US_PER_SECOND;
    const authData = new Uint8Array(8);
    return encodeVrrpV2({
      version,
      vrid,
      priority,
      authType: VrrpAuthType.none,
      intervalS,
      addresses: vips,
      authData,
    });
  }
  const intervalCs = advertUs / US_PER_CENTISECOND;
  return encodeVrrpV3(
    { version, vrid, priority, intervalCs, checksumForm, addresses: vips },
    source,
    VRRP_GROUP,
  );
}
