/** Ethernet, VLAN tags, ARP, IPv4, IPv6 and ICMP; vectors are those of rfc.md §10 and of the captures. */
import assert from "node:assert/strict";
import test from "node:test";
import { ArpOperation, decodeArp, encodeArp } from "./arp.ts";
import { decodeEthernet, EtherType, encodeEthernet } from "./ethernet.ts";
import { hex, type Refusal, type Row, row, testRefusals, testRows } from "./golden.fixture.ts";
import { decodeIcmpEcho, decodeIcmpv6Echo, encodeIcmpEcho, encodeIcmpv6Echo } from "./icmp-echo.ts";
import { decodeIpv4, encodeIpv4, IpProtocol } from "./ipv4.ts";
import { decodeIpv6, encodeIpv6 } from "./ipv6.ts";
import { decodeTags, encodeTag, encodeTagged, type TaggedPayload } from "./vlan.ts";
import { VRRP_GROUP, vrrpGroup } from "./vrrp.ts";

const DESTINATION = "ff:ff:ff:ff:ff:ff";
const SOURCE = "00:20:d2:5a:fb:3f";
const MACS = "ff ff ff ff ff ff 00 20 d2 5a fb 3f";

function vlan(name: string, octets: string, value: TaggedPayload): Row {
  return row(
    name,
    MACS + octets,
    value,
    (bytes) => decodeTags(decodeEthernet(bytes)),
    (tagged) => encodeEthernet({ destination: DESTINATION, source: SOURCE, ...encodeTagged(tagged) }),
    14 + 4 * value.tags.length,
  );
}

testRows([
  row(
    "SM-6 vector G: Ethernet of a gratuitous ARP",
    "ff ff ff ff ff ff 00 00 5e 00 01 01 08 06 00 01 08 00 06 04",
    {
      destination: "ff:ff:ff:ff:ff:ff",
      source: "00:00:5e:00:01:01",
      etherType: EtherType.arp,
      payload: hex("000108000604"),
    },
    decodeEthernet,
    encodeEthernet,
    14,
  ),
  row(
    "SM-6 vector G: the gratuitous ARP itself",
    "00 01 08 00 06 04 00 01 00 00 5e 00 01 01 c0 00 02 01 00 00 5e 00 01 01 c0 00 02 01",
    {
      operation: ArpOperation.request,
      senderMac: "00:00:5e:00:01:01",
      senderIp: "192.0.2.1",
      targetMac: "00:00:5e:00:01:01",
      targetIp: "192.0.2.1",
    },
    decodeArp,
    encodeArp,
  ),
  row(
    "an ARP operation without a name is carried",
    "00 01 08 00 06 04 00 08 02 00 00 00 00 01 c0 00 02 09 00 00 00 00 00 00 c0 00 02 01",
    {
      operation: 8,
      senderMac: "02:00:00:00:00:01",
      senderIp: "192.0.2.9",
      targetMac: "00:00:00:00:00:00",
      targetIp: "192.0.2.1",
    },
    decodeArp,
    encodeArp,
  ),
  row(
    "IPv4 header of an advert",
    "45 c0 00 20 00 00 00 00 ff 70 18 91 c0 00 02 0a e0 00 00 12 31 01 64 01 00 64 05 fe c0 00 02 01",
    {
      tos: 0xc0,
      id: 0,
      fragment: 0,
      ttl: 255,
      protocol: IpProtocol.vrrp,
      source: "192.0.2.10",
      destination: VRRP_GROUP,
      options: hex(""),
      payload: hex("31016401006405fec0000201"),
    },
    decodeIpv4,
    encodeIpv4,
  ),
  row(
    "IPv4 with options, a fragment offset and no payload",
    "46 00 00 18 12 34 20 05 01 11 de 95 0a 00 00 01 0a 00 00 02 94 04 00 00",
    {
      tos: 0,
      id: 0x1234,
      fragment: 0x2005,
      ttl: 1,
      protocol: 17,
      source: "10.0.0.1",
      destination: "10.0.0.2",
      options: hex("94040000"),
      payload: hex(""),
    },
    decodeIpv4,
    encodeIpv4,
  ),
  row(
    "IPv6 header of a keepalived advert",
    `6c 09 80 27 00 04 70 ff fe 80 00 00 00 00 00 00 00 00 00 ff fe 00 00 0a
     ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 12 31 33 96 02`,
    {
      trafficClass: 0xc0,
      flowLabel: 0x98027,
      hopLimit: 255,
      nextHeader: IpProtocol.vrrp,
      source: "fe80::ff:fe00:a",
      destination: vrrpGroup(6),
      payload: hex("31339602"),
    },
    decodeIpv6,
    encodeIpv6,
  ),
  row(
    "IPv6 with every bit of class and flow label, and no payload",
    `6f ff ff ff 00 00 3b 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
     20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02`,
    {
      trafficClass: 0xff,
      flowLabel: 0xfffff,
      hopLimit: 0,
      nextHeader: 59,
      source: "2001:db8::1",
      destination: "2001:db8::2",
      payload: hex(""),
    },
    decodeIpv6,
    encodeIpv6,
  ),
  row(
    "an ICMP echo request",
    "08 00 f7 f7 00 07 00 01",
    { type: 8, identifier: 7, sequence: 1, data: hex("") },
    decodeIcmpEcho,
    encodeIcmpEcho,
  ),
  row(
    "an ICMPv6 echo reply, whose checksum the kernel writes",
    "81 00 00 00 00 07 ff fe 00 00 00 01",
    { type: 129, identifier: 7, sequence: 0xfffe, data: hex("00000001") },
    decodeIcmpv6Echo,
    encodeIcmpv6Echo,
    8,
  ),
  vlan("a frame without tags", "08 06 00 01", {
    tags: [],
    etherType: EtherType.arp,
    payload: hex("0001"),
  }),
  vlan("one 802.1Q tag with every bit", "81 00 ff ff 08 00", {
    tags: [{ tpid: EtherType.vlan, priority: 7, dropEligible: true, vlan: 4095 }],
    etherType: EtherType.ipv4,
    payload: hex(""),
  }),
  vlan("802.1Q in 802.1ad", "88 a8 00 c8 81 00 07 d1 08 06 00 01", {
    tags: [
      { tpid: EtherType.qinq, priority: 0, dropEligible: false, vlan: 200 },
      { tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan: 2001 },
    ],
    etherType: EtherType.arp,
    payload: hex("0001"),
  }),
  vlan("three tags, the old number among them", "91 00 b2 9a 91 00 40 c8 81 00 00 00 86 dd 60", {
    tags: [
      { tpid: EtherType.qinqOld, priority: 5, dropEligible: true, vlan: 666 },
      { tpid: EtherType.qinqOld, priority: 2, dropEligible: false, vlan: 200 },
      { tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan: 0 },
    ],
    etherType: EtherType.ipv6,
    payload: hex("60"),
  }),
]);

const IP = "45 c0 00 20 00 00 00 00 ff 70 18 91 c0 00 02 0a e0 00 00 12 31 01 64 01 00 64 05 fe c0 00 02 01";
const IP6 = `60 00 00 00 00 02 70 ff fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 0a
  ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 12 31 01`;
const ARP = "00 01 08 00 06 04 00 01 00 00 5e 00 01 01 c0 00 02 01 00 00 5e 00 01 01 c0 00 02 01";

const REFUSED: readonly Refusal[] = [
  ["IPv4 version 6", IP, decodeIpv4, 0, 0x65, "version"],
  ["IPv4 header of 16 octets", IP, decodeIpv4, 0, 0x44, "length"],
  ["IPv4 total length past the frame", IP, decodeIpv4, 3, 0x21, "length"],
  ["IPv4 total length inside the header", IP, decodeIpv4, 3, 0x13, "length"],
  ["IPv4 header checksum", IP, decodeIpv4, 8, 254, "checksum"],
  ["IPv6 version 4", IP6, decodeIpv6, 0, 0x40, "version"],
  ["IPv6 version 7", IP6, decodeIpv6, 0, 0x70, "version"],
  ["IPv6 payload length past the frame", IP6, decodeIpv6, 5, 3, "length"],
  ["IPv6 payload length past the frame by its high octet", IP6, decodeIpv6, 4, 1, "length"],
  ["ICMP type 3", "03 00 fc f7 00 07 00 01", decodeIcmpEcho, 1, 0, "type"],
  ["ICMP checksum", "08 00 f7 f7 00 07 00 01", decodeIcmpEcho, 7, 2, "checksum"],
  ["ICMPv6 type 1", "80 00 00 00 00 07 00 01", decodeIcmpv6Echo, 0, 1, "type"],
  ["ICMPv6 type 8", "80 00 00 00 00 07 00 01", decodeIcmpv6Echo, 0, 8, "type"],
  ["ICMPv6 code 1", "80 00 00 00 00 07 00 01", decodeIcmpv6Echo, 1, 1, "type"],
  ["ICMP type 128", "80 00 7f f7 00 07 00 01", decodeIcmpEcho, 1, 0, "type"],
  ["ARP-rx-1 hardware type 6", ARP, decodeArp, 1, 6, "value"],
  ["ARP-rx-1 protocol type IPv6", ARP, decodeArp, 2, 0x86, "value"],
  ["ARP-rx-1 hardware length 8", ARP, decodeArp, 4, 8, "value"],
  ["ARP-rx-1 protocol length 16", ARP, decodeArp, 5, 16, "value"],
];
testRefusals(REFUSED);

test("decodeIpv4() and decodeIpv6() end the payload where the header says, padding or not", () => {
  assert.equal(decodeIpv4(hex(`${IP}000000000000`)).payload.length, 12);
  assert.equal(decodeIpv6(hex(`${IP6}000000000000`)).payload.length, 2);
});

test("decodeIpv6() follows no extension header: it names it and leaves it in the payload", () => {
  const bytes = hex(IP6);
  bytes[6] = 60;
  const { nextHeader, payload } = decodeIpv6(bytes);
  assert.deepEqual([nextHeader, payload], [60, hex("31 01")]);
});

const UNFIT: [string, () => unknown][] = [
  [
    "encodeIpv6() a flow label of 21 bits",
    () => encodeIpv6({ ...decodeIpv6(hex(IP6)), flowLabel: 0x100000 }),
  ],
  ["encodeIpv6() a class of 9 bits", () => encodeIpv6({ ...decodeIpv6(hex(IP6)), trafficClass: 0x100 })],
  [
    "encodeIpv6() a payload of 65,536 octets",
    () => encodeIpv6({ ...decodeIpv6(hex(IP6)), payload: new Uint8Array(0x10000) }),
  ],
  ["encodeTag() VLAN 4096", () => encodeTag({ tpid: 0x8100, priority: 0, dropEligible: false, vlan: 4096 })],
  ["encodeTag() priority 8", () => encodeTag({ tpid: 0x8100, priority: 8, dropEligible: false, vlan: 1 })],
  ["encodeTag() IPv4 as TPID", () => encodeTag({ tpid: 0x0800, priority: 0, dropEligible: false, vlan: 1 })],
];
for (const [name, encode] of UNFIT) {
  test(`${name} is a RangeError`, () => assert.throws(encode, RangeError));
}
