import assert from "node:assert/strict";
import test from "node:test";
import {
  decodeEthernet,
  decodeIpv6,
  decodeListenerReport,
  type IpAddress,
  ListenerRecordType,
  solicitedNodeGroup,
} from "@viptools/wire";
import { encodeReports } from "./membership.ts";

const VMAC6 = "00:00:5e:00:02:33";
const IPV6_MINIMUM_MTU = 1280;

const read = (addresses: readonly IpAddress[]) =>
  encodeReports(addresses, VMAC6).map((frame) => {
    const { source: mac, destination: groupMac, payload } = decodeEthernet(frame);
    const packet = decodeIpv6(payload);
    return { mac, groupMac, packet, length: payload.length, records: decodeListenerReport(packet).records };
  });

const ROWS: readonly (readonly [
  name: string,
  addresses: readonly IpAddress[],
  source: string,
  groups: readonly string[],
])[] = [
  ["a global address", ["2001:db8::1:200"], "::", ["ff02::1:ff01:200"]],
  [
    "a link-local one among others",
    ["2001:db8::200", "fe80::100"],
    "fe80::100",
    ["ff02::1:ff00:200", "ff02::1:ff00:100"],
  ],
  ["two with one group", ["fe80::100", "2001:db8::100"], "fe80::100", ["ff02::1:ff00:100"]],
  ["IPv4 beside IPv6", ["169.254.0.1", "2001:db8::100"], "::", ["ff02::1:ff00:100"]],
];
for (const [name, addresses, source, groups] of ROWS) {
  test(`V3-6.4.3-b encodeReports() names each solicited-node group once: ${name}`, () => {
    const [report, ...more] = read(addresses);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [report!.mac, report!.groupMac, report!.packet.source, report!.packet.destination],
      [VMAC6, "33:33:00:00:00:16", source, "ff02::16"],
    );
    assert.deepEqual(
      report!.records,
      groups.map((group) => ({ type: ListenerRecordType.toExclude, group, sources: [] })),
    );
  });
}

test("encodeReports() has nothing to say of IPv4", () => assert.deepEqual(read(["192.0.2.100"]), []));

for (const count of [61, 62, 1000]) {
  test(`encodeReports() of ${count} addresses fits into packets that every link carries`, () => {
    const addresses = Array.from({ length: count }, (_, n) => `2001:db8::1:${(n + 1).toString(16)}`);
    const reports = read(addresses);
    assert.equal(reports.length, Math.ceil(count / 61));
    assert.ok(reports.every(({ length }) => length <= IPV6_MINIMUM_MTU));
    assert.deepEqual(
      reports.flatMap(({ records }) => records.map(({ group }) => group)),
      addresses.map(solicitedNodeGroup),
    );
  });
}
