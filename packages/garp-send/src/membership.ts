/**
 * The frames that tell switches behind which port questions for an IPv6 address are listened to.
 *
 * The kernel reports the groups of an address when it is added, and a Backup's fence drops that. It reports again when a
 * router or switch asks, two minutes later at worst, and until then a switch that snoops MLD keeps solicitations away.
 *
 * @module
 */
import {
  ANY_IPV6,
  encodeIpv6Frame,
  encodeListenerReport,
  familyOf,
  type IpAddress,
  type Ipv6,
  isLinkLocal,
  ListenerRecordType,
  listenerRecordsMax,
  type Mac,
  solicitedNodeGroup,
} from "@viptools/wire";

/** Every link carries packets of this size (RFC 8200 §5). */
const IPV6_MINIMUM_MTU = 1280;

/**
 * Reports (RFC 3810 §5.2) that the solicited-node groups of these addresses are listened to, in the words of one who has
 * just begun to (§6.1): to exclude nothing. From the first link-local one of them, else unspecified: switches take that
 * (RFC 3590), and no router has to forward these groups.
 *
 * @param addresses of one virtual router; those of IPv4 are passed over.
 * @param mac what switches shall learn.
 * @returns as many frames as their groups need; none without IPv6 addresses.
 */
export function encodeReports(addresses: readonly IpAddress[], mac: Mac): Uint8Array[] {
  const own = addresses.filter((address) => familyOf(address) === 6);
  const source = own.find(isLinkLocal) ?? ANY_IPV6;
  const groups = [...new Set(own.map(solicitedNodeGroup))];
  const most = listenerRecordsMax(IPV6_MINIMUM_MTU);
  const count = Math.ceil(groups.length / most);
  return Array.from({ length: count }, (_, n) =>
    encodeReport(groups.slice(n * most, (n + 1) * most), source, mac),
  );
}

function encodeReport(groups: readonly Ipv6[], source: Ipv6, mac: Mac): Uint8Array {
  const records = groups.map((group) => ({ type: ListenerRecordType.toExclude, group, sources: [] }));
  return encodeIpv6Frame(encodeListenerReport({ records }, source), mac);
}
