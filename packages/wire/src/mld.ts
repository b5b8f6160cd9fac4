/**
 * Version 2 Multicast Listener Report (RFC 3810 §5.2): which groups a host listens to. Switches that snoop send a group,
 * the solicited-node group of an address too, only to where somebody has reported it (RFC 4541 §3).
 *
 * ```text
 * hop-by-hop header (RFC 8200 §4.3): 0 nextHeader  1 length/8-1  2 options: 0 type  1 length  2 value
 * report:  0 type  1 code  2 checksum  4 reserved(16)  6 count  8 records
 * record:  0 type  1 auxLength/4  2 count  4 group  20 sources  20+16*count auxiliary data
 * ```
 *
 * Checks, checksum and the router alert need IPv6, so a report becomes a packet, and a packet a report.
 *
 * @module
 */
import { checksumHolds, internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import { WireError } from "./error.ts";
import { isLinkLocal } from "./ip-address.ts";
import { IpProtocol } from "./ipv4.ts";
import { IPV6_HEADER_LENGTH, type Ipv6Packet } from "./ipv6.ts";
import { ANY_IPV6, IPV6_LENGTH, type Ipv6, ipv6FromBytes, ipv6ToBytes } from "./ipv6-address.ts";

/** Where reports go (RFC 3810 §5.2.14). */
export const ALL_MLDV2_ROUTERS_GROUP: Ipv6 = "ff02::16";
/** Sent and accepted (RFC 3810 §5). */
export const LISTENER_HOP_LIMIT = 1;
export const LISTENER_REPORT_TYPE = 143;

/** What a record says (RFC 3810 §5.2.12); who reads one of another type passes over it. */
export const ListenerRecordType = {
  isInclude: 1,
  isExclude: 2,
  toInclude: 3,
  toExclude: 4,
  allowSources: 5,
  blockSources: 6,
} as const;

export interface ListenerRecord {
  readonly type: number;
  readonly group: Ipv6;
  /** None: with an exclude type everything to the group is listened to, with an include type nothing. */
  readonly sources: readonly Ipv6[];
}

export interface ListenerReport {
  readonly records: readonly ListenerRecord[];
}

const HEADER_LENGTH = 8;
const RECORD_HEADER_LENGTH = 20;
const AUXILIARY_UNIT = 4;
const OPTIONS_UNIT = 8;
const Option = { pad1: 0, padN: 1, routerAlert: 5 } as const;
/** Next header, no more units, router alert of two octets that say MLD (RFC 2711 §2.1), padding. */
const HOP_BY_HOP = Uint8Array.of(IpProtocol.icmpv6, 0, Option.routerAlert, 2, 0, 0, Option.padN, 0);

/** How many records without sources go into one packet (RFC 3810 §5.2.15). @param mtu 1280 octets and more. */
export function listenerRecordsMax(mtu: number): number {
  const room = mtu - IPV6_HEADER_LENGTH - HOP_BY_HOP.length - HEADER_LENGTH;
  return Math.floor(room / RECORD_HEADER_LENGTH);
}

/**
 * Checks as a router does (RFC 3810 §7.4), but takes the unspecified source too, as switches do (RFC 3590).
 * Auxiliary data, and what follows the last record, is not kept.
 *
 * @throws {WireError} `type` if it is no report behind a hop-by-hop header; `value` for a hop limit other than 1, a
 * source that is neither link-local nor unspecified, no router alert for MLD; `checksum`; `length` if header, option,
 * report or record is cut short.
 */
export function decodeListenerReport(packet: Ipv6Packet): ListenerReport {
  const bytes = checkHeader(packet);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: ListenerRecord[] = [];
  let at = HEADER_LENGTH;
  for (let n = 0; n < view.getUint16(6); n++) {
    const start = at + RECORD_HEADER_LENGTH;
    if (start > bytes.length) fail("length", `record ${n + 1} begins at ${at} of ${bytes.length} octets`);
    const count = view.getUint16(at + 2);
    const end = start + count * IPV6_LENGTH + view.getUint8(at + 1) * AUXILIARY_UNIT;
    if (end > bytes.length) fail("length", `record ${n + 1} ends at ${end} of ${bytes.length} octets`);
    const sources = Array.from({ length: count }, (_, i) => ipv6FromBytes(bytes, start + i * IPV6_LENGTH));
    records.push({ type: view.getUint8(at), group: ipv6FromBytes(bytes, at + 4), sources });
    at = end;
  }
  return { records };
}

/**
 * @param source link-local; unspecified where the sender has none (RFC 3810 §5.2.13).
 * @returns the packet that carries the report to all routers, with hop limit 1, router alert and checksum.
 */
export function encodeListenerReport({ records }: ListenerReport, source: Ipv6): Ipv6Packet {
  const octets = records.flatMap(({ type, group, sources }) => {
    const counts = [type, 0, sources.length >> 8, sources.length & 0xff];
    return [...counts, ...ipv6ToBytes(group), ...sources.flatMap((one) => [...ipv6ToBytes(one)])];
  });
  const report = new Uint8Array(HEADER_LENGTH + octets.length);
  const view = new DataView(report.buffer);
  view.setUint8(0, LISTENER_REPORT_TYPE);
  view.setUint16(6, records.length);
  report.set(octets, HEADER_LENGTH);
  const destination = ALL_MLDV2_ROUTERS_GROUP;
  const start = pseudoHeaderSum(source, destination, IpProtocol.icmpv6, report.length);
  view.setUint16(2, internetChecksum(report, start));
  return {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: LISTENER_HOP_LIMIT,
    nextHeader: IpProtocol.hopByHop,
    source,
    destination,
    payload: Uint8Array.of(...HOP_BY_HOP, ...report),
  };
}

/** @returns the report without its hop-by-hop header, once everything up to the records can be trusted. */
function checkHeader({ nextHeader, hopLimit, source, destination, payload }: Ipv6Packet): Uint8Array {
  if (nextHeader !== IpProtocol.hopByHop)
    fail("type", `next header is ${nextHeader}, needs the hop-by-hop one`);
  const optionsEnd = ((payload[1] ?? 0) + 1) * OPTIONS_UNIT;
  const report = payload.subarray(optionsEnd);
  if (report.length < HEADER_LENGTH)
    fail("length", `length is ${payload.length}, needs ${optionsEnd + HEADER_LENGTH}`);
  if (payload[0] !== IpProtocol.icmpv6) fail("type", `second next header is ${payload[0]}, needs ICMPv6`);
  if (report[0] !== LISTENER_REPORT_TYPE) fail("type", `type is ${report[0]}, needs ${LISTENER_REPORT_TYPE}`);
  if (hopLimit !== LISTENER_HOP_LIMIT) fail("value", `hop limit is ${hopLimit}, needs 1`);
  if (source !== ANY_IPV6 && !isLinkLocal(source))
    fail("value", `source is ${source}, needs a link-local one`);
  if (!hasRouterAlert(payload.subarray(2, optionsEnd))) fail("value", "it has no router alert for MLD");
  const start = pseudoHeaderSum(source, destination, IpProtocol.icmpv6, report.length);
  if (!checksumHolds(report, start)) fail("checksum", "checksum does not hold");
  return report;
}

/** @param options of the hop-by-hop header (RFC 8200 §4.2). */
function hasRouterAlert(options: Uint8Array): boolean {
  let isFound = false;
  for (let at = 0; at < options.length; ) {
    if (options[at] === Option.pad1) {
      at += 1;
      continue;
    }
    const end = at + 2 + (options[at + 1] ?? 0);
    if (end > options.length)
      fail("length", `option ${options[at]} ends at ${end} of ${options.length} octets`);
    const isForMld = options[at + 1] === 2 && options[at + 2] === 0 && options[at + 3] === 0;
    if (options[at] === Option.routerAlert && isForMld) isFound = true;
    at = end;
  }
  return isFound;
}

function fail(check: "length" | "type" | "checksum" | "value", seen: string): never {
  throw new WireError(check, `Cannot decode multicast listener report: ${seen}`);
}
