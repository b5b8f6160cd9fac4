/** Multicast listener reports; the golden ones are Linux 6.18's own, octet for octet. */
import assert from "node:assert/strict";
import test from "node:test";
import { internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import type { WireCheck } from "./error.ts";
import { assertRefused, hex, type Row, row, testRows } from "./golden.fixture.ts";
import { decodeIpv6, encodeIpv6, type Ipv6Packet } from "./ipv6.ts";
import {
  decodeListenerReport,
  encodeListenerReport,
  type ListenerRecord,
  ListenerRecordType,
  type ListenerReport,
  listenerRecordsMax,
} from "./mld.ts";

function reportRow(name: string, octets: string, records: readonly ListenerRecord[]): Row {
  const { source } = decodeIpv6(hex(octets));
  return row<ListenerReport>(
    name,
    octets,
    { records },
    (bytes) => decodeListenerReport(decodeIpv6(bytes)),
    (value) => encodeIpv6(encodeListenerReport(value, source)),
  );
}

const JOINED = `60 00 00 00 00 24 00 01 fe 80 00 00 00 00 00 00 00 00 00 ff fe 00 00 01
  ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 16 3a 00 05 02 00 00 01 00
  8f 00 72 07 00 00 00 01 04 00 00 00 ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 01`;
const ALLOWED = `60 00 00 00 00 34 00 01 fe 80 00 00 00 00 00 00 00 00 00 ff fe 00 00 01
  ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 16 3a 00 05 02 00 00 01 00
  8f 00 2f f2 00 00 00 01 05 00 00 01 ff 15 00 00 00 00 00 00 00 00 00 00 00 00 12 34
  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 07`;
const { toExclude, isExclude, allowSources } = ListenerRecordType;

testRows([
  reportRow("one who has begun to listen", JOINED, [
    { type: toExclude, group: "ff02::1:ff00:1", sources: [] },
  ]),
  reportRow("one who listens to one source", ALLOWED, [
    { type: allowSources, group: "ff15::1234", sources: ["2001:db8::7"] },
  ]),
]);

/** The packet with another report behind the same hop-by-hop header, whose checksum is made to hold. */
function withReport(packet: Ipv6Packet, change: (report: number[]) => number[]): Ipv6Packet {
  const report = Uint8Array.from(change([...packet.payload.subarray(8)]));
  if (report.length >= 4) {
    report.fill(0, 2, 4);
    const start = pseudoHeaderSum(packet.source, packet.destination, 58, report.length);
    new DataView(report.buffer).setUint16(2, internetChecksum(report, start));
  }
  return { ...packet, payload: Uint8Array.of(...packet.payload.subarray(0, 8), ...report) };
}

const joined = decodeIpv6(hex(JOINED));
const report = (change: (report: number[]) => number[]): Ipv6Packet => withReport(joined, change);
const header = (more: Partial<Ipv6Packet>): Ipv6Packet =>
  withReport({ ...joined, ...more }, (octets) => octets);
/** With these eight octets as hop-by-hop header. */
const options = (octets: string): Ipv6Packet => ({
  ...joined,
  payload: Uint8Array.of(...hex(octets), ...joined.payload.subarray(8)),
});

const REFUSED: readonly (readonly [name: string, packet: Ipv6Packet, check: WireCheck])[] = [
  ["a hop limit of 2", header({ hopLimit: 2 }), "value"],
  ["a global source", header({ source: "2001:db8::1" }), "value"],
  ["no hop-by-hop header", { ...joined, nextHeader: 58, payload: joined.payload.subarray(8) }, "type"],
  ["UDP behind the hop-by-hop header", options("11 00 05 02 00 00 01 00"), "type"],
  ["version 1 of a report", report((octets) => octets.with(0, 131)), "type"],
  ["only padding", options("3a 00 01 04 00 00 00 00"), "value"],
  ["a router alert for RSVP", options("3a 00 05 02 00 01 01 00"), "value"],
  ["an option past its header", options("3a 00 05 02 00 00 01 01"), "length"],
  ["an option without a length", options("3a 00 05 02 00 00 00 01"), "length"],
  ["a hop-by-hop header past the end", options("3a 04 05 02 00 00 01 00"), "length"],
  ["a checksum for another source", { ...joined, source: "fe80::b" }, "checksum"],
  ["nothing", { ...joined, payload: new Uint8Array(0) }, "length"],
  ["7 octets", report((octets) => octets.slice(0, 7)), "length"],
  ["a record less than it counts", report((octets) => octets.with(7, 2)), "length"],
  ["a source less than it counts", report((octets) => octets.with(11, 1)), "length"],
  ["auxiliary data that is not there", report((octets) => octets.with(9, 1)), "length"],
];
for (const [name, packet, check] of REFUSED) {
  test(`decodeListenerReport() refuses ${name} as ${check}`, () =>
    assertRefused(() => decodeListenerReport(packet), check));
}

const RECORD = { type: toExclude, group: "ff02::1:ff00:1", sources: [] };
const TAKEN: readonly (readonly [name: string, packet: Ipv6Packet, records: readonly ListenerRecord[]])[] = [
  ["an unspecified source (RFC 3590)", header({ source: "::" }), [RECORD]],
  ["another destination than all routers", header({ destination: "ff02::1:ff00:1" }), [RECORD]],
  ["padding before the router alert", options("3a 00 00 00 05 02 00 00"), [RECORD]],
  ["no record", report((octets) => octets.slice(0, 8).with(7, 0)), []],
  ["a record type of the future", report((octets) => octets.with(8, 9)), [{ ...RECORD, type: 9 }]],
  [
    "auxiliary data, and passes over it",
    report((octets) => [...octets.with(7, 2).with(9, 1), 1, 2, 3, 4, ...octets.slice(8).with(0, isExclude)]),
    [RECORD, { ...RECORD, type: isExclude }],
  ],
  ["octets after the last record, and passes over them", report((octets) => [...octets, 1, 2]), [RECORD]],
];
for (const [name, packet, records] of TAKEN) {
  test(`decodeListenerReport() takes ${name}`, () =>
    assert.deepEqual(decodeListenerReport(packet), { records }));
}

for (const mtu of [1280, 1500, 9000]) {
  test(`listenerRecordsMax() fills a packet of ${mtu} octets, and no more`, () => {
    const lengthOf = (count: number): number => {
      const records = Array.from({ length: count }, () => RECORD);
      return encodeIpv6(encodeListenerReport({ records }, "::")).length;
    };
    const most = listenerRecordsMax(mtu);
    assert.ok(lengthOf(most) <= mtu && lengthOf(most + 1) > mtu, `${most} records`);
  });
}
