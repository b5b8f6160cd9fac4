/** One row drives the encoder, the decoder and every truncation of it; vectors are those of rfc.md §10. */
import assert from "node:assert/strict";
import test from "node:test";
import { ArpOperation, decodeArp, encodeArp } from "./arp.ts";
import { WireError } from "./error.ts";
import { decodeEthernet, EtherType, encodeEthernet } from "./ethernet.ts";
import { decodeIcmpEcho, encodeIcmpEcho } from "./icmp-echo.ts";
import { decodeIpv4, encodeIpv4, IpProtocol } from "./ipv4.ts";
import { VRRP_GROUP } from "./vrrp.ts";
import { decodeVrrpV2, encodeVrrpV2, VrrpAuthType } from "./vrrp-v2.ts";
import { type ChecksumForm, decodeVrrpV3, encodeVrrpV3 } from "./vrrp-v3.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.padEnd(8, "\0"), "latin1"));

interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly bytes: Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: () => Uint8Array;
}

/** @param decode may be any codec's: the row ties it to its own value, so a wrong pairing fails at once. */
function row<T>(
  name: string,
  octets: string,
  value: T,
  decode: (b: Uint8Array) => T,
  encode: (v: T) => Uint8Array,
): Row {
  return { name, value, bytes: hex(octets), decode, encode: () => encode(value) };
}

function v3(
  name: string,
  octets: string,
  source: string,
  form: ChecksumForm,
  vrid: number,
  priority: number,
  intervalCs: number,
  addresses: string[],
  destination: string = VRRP_GROUP,
): Row {
  const value = { version: 3, vrid, priority, intervalCs, checksumForm: form, addresses } as const;
  return row(
    name,
    octets,
    value as ReturnType<typeof decodeVrrpV3>,
    (b) => decodeVrrpV3(b, source, destination),
    (a) => encodeVrrpV3(a, source, destination),
  );
}

function v2(name: string, octets: string, authType: number, authData: Uint8Array): Row {
  const value = {
    version: 2,
    vrid: 1,
    priority: 100,
    authType,
    intervalS: 1,
    addresses: ["192.0.2.1"],
    authData,
  } as const;
  return row(name, octets, value as ReturnType<typeof decodeVrrpV2>, decodeVrrpV2, encodeVrrpV2);
}

const ANY = "192.0.2.10";
const ROWS: readonly Row[] = [
  v3("V3-5.2.8-b vector A", "31 01 64 01 00 64 a8 97 c0 00 02 01", ANY, "rfc9568", 1, 100, 100, [
    "192.0.2.1",
  ]),
  v3("V3-5.2.8-d vector A-pseudo", "31 01 64 01 00 64 05 fe c0 00 02 01", ANY, "pseudo-header", 1, 100, 100, [
    "192.0.2.1",
  ]),
  v3("V3-5.2.4-c vector A0", "31 01 00 01 00 64 0c 98 c0 00 02 01", ANY, "rfc9568", 1, 0, 100, ["192.0.2.1"]),
  v3("V3-5.2.4-c vector A0 legacy", "31 01 00 01 00 64 69 fe c0 00 02 01", ANY, "pseudo-header", 1, 0, 100, [
    "192.0.2.1",
  ]),
  v3(
    "V3-5.2.7-a vector B",
    "31 ff ff 02 0f ff 3a fa c0 00 02 01 c0 00 02 02",
    ANY,
    "rfc9568",
    255,
    255,
    4095,
    ["192.0.2.1", "192.0.2.2"],
  ),
  v3(
    "V3-5.2.7-a vector B legacy",
    "31 ff ff 02 0f ff 98 5c c0 00 02 01 c0 00 02 02",
    "192.0.2.10",
    "pseudo-header",
    255,
    255,
    4095,
    ["192.0.2.1", "192.0.2.2"],
  ),
  v3(
    "V3-5.2.8-d vector K1 (keepalived, unicast)",
    "31 58 c6 01 00 64 9c 19 0a c3 4c e3",
    "10.1.0.3",
    "pseudo-header",
    88,
    198,
    100,
    ["10.195.76.227"],
    "10.1.0.1",
  ),
  v3(
    "V3-5.2.8-d vector K2 (keepalived)",
    "31 02 96 03 00 64 08 2d b9 cb 70 01 0a 00 00 01 0a 00 08 01",
    "10.0.0.3",
    "pseudo-header",
    2,
    150,
    100,
    ["185.203.112.1", "10.0.0.1", "10.0.8.1"],
  ),
  v2(
    "V2-5.3.8-a vector D",
    "21 01 64 01 00 01 b8 fa c0 00 02 01 00 00 00 00 00 00 00 00",
    VrrpAuthType.none,
    new Uint8Array(8),
  ),
  v2(
    "V2-5.3.8-a vector E",
    "21 01 64 01 01 01 7b ae c0 00 02 01 73 65 63 72 65 74 00 00",
    VrrpAuthType.simplePassword,
    ascii("secret"),
  ),
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
    "ARP-rx-5: an operation without a name is carried",
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
    "V3-5.1.1: IPv4 header of an advert",
    "45 c0 00 20 00 00 00 00 ff 70 18 91 c0 00 02 0a e0 00 00 12 31 01 64 01 00 64 05 fe c0 00 02 01",
    {
      tos: 0xc0,
      id: 0,
      fragment: 0,
      ttl: 255,
      protocol: IpProtocol.vrrp,
      source: ANY,
      destination: VRRP_GROUP,
      options: hex(""),
      payload: hex("31016401006405fec0000201"),
    },
    decodeIpv4,
    encodeIpv4,
  ),
  row(
    "an ICMP echo request",
    "08 00 f7 f7 00 07 00 01",
    { type: 8, identifier: 7, sequence: 1, data: hex("") },
    decodeIcmpEcho,
    encodeIcmpEcho,
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
];

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

for (const { name, value, bytes, decode, encode } of ROWS) {
  test(`encode writes ${name}`, () =>
    assert.equal(Buffer.from(encode()).toString("hex"), Buffer.from(bytes).toString("hex")));
  test(`decode reads ${name}`, () => assert.deepEqual(plain(decode(bytes)), plain(value)));
  test(`decode refuses every truncation of ${name}`, () => {
    const whole = name.includes("Ethernet") ? 14 : bytes.length;
    for (let n = 0; n < whole; n++)
      assert.throws(() => decode(bytes.subarray(0, n)), WireError, `${n} octets`);
  });
}

const V3 = "31 01 64 01 00 64 a8 97 c0 00 02 01";
const D = "21 01 64 01 00 01 b8 fa c0 00 02 01 00 00 00 00 00 00 00 00";
const IP = "45 c0 00 20 00 00 00 00 ff 70 18 91 c0 00 02 0a e0 00 00 12 31 01 64 01 00 64 05 fe c0 00 02 01";
const ARP = "00 01 08 00 06 04 00 01 00 00 5e 00 01 01 c0 00 02 01 00 00 5e 00 01 01 c0 00 02 01";
const asV3 = (b: Uint8Array): unknown => decodeVrrpV3(b, ANY, VRRP_GROUP);

/** Octet `at` becomes `value`; the check that must name it. */
const REFUSED: [string, string, (b: Uint8Array) => unknown, number, number, string][] = [
  ["V3-7.1-c version 2 at a version 3 decoder", V3, asV3, 0, 0x21, "version"],
  ["V3-7.1-d type 2", V3, asV3, 0, 0x32, "type"],
  ["V3-7.1-e count 3 with one address", V3, asV3, 3, 3, "length"],
  ["V3-7.1-f a flipped priority", V3, asV3, 2, 0x65, "checksum"],
  ["V3-7.1-f a flipped address", V3, asV3, 11, 2, "checksum"],
  ["V2-5.3.1-a version 3 at a version 2 decoder", D, decodeVrrpV2, 0, 0x31, "version"],
  ["V2-7.1-a type 0", D, decodeVrrpV2, 0, 0x20, "type"],
  ["V2-5.3.10-a no trailer", D, decodeVrrpV2, 3, 3, "length"],
  ["V2-5.3.8-a a flipped trailer", D, decodeVrrpV2, 19, 1, "checksum"],
  ["IPv4 version 6", IP, decodeIpv4, 0, 0x65, "version"],
  ["IPv4 header of 16 octets", IP, decodeIpv4, 0, 0x44, "length"],
  ["IPv4 total length past the frame", IP, decodeIpv4, 3, 0x21, "length"],
  ["IPv4 total length inside the header", IP, decodeIpv4, 3, 0x13, "length"],
  ["IPv4 header checksum", IP, decodeIpv4, 8, 254, "checksum"],
  ["ICMP type 3", "03 00 fc f7 00 07 00 01", decodeIcmpEcho, 1, 0, "type"],
  ["ICMP checksum", "08 00 f7 f7 00 07 00 01", decodeIcmpEcho, 7, 2, "checksum"],
  ["ARP-rx-1 hardware type 6", ARP, decodeArp, 1, 6, "value"],
  ["ARP-rx-1 protocol type IPv6", ARP, decodeArp, 2, 0x86, "value"],
  ["ARP-rx-1 hardware length 8", ARP, decodeArp, 4, 8, "value"],
  ["ARP-rx-1 protocol length 16", ARP, decodeArp, 5, 16, "value"],
];

for (const [name, octets, decode, at, value, check] of REFUSED) {
  test(`decode refuses ${name} as ${check}`, () => {
    const bytes = hex(octets);
    bytes[at] = value;
    assert.throws(
      () => decode(bytes),
      (error) => error instanceof WireError && error.check === check,
    );
  });
}

test("V3-5.2.6-b decodeVrrpV3() ignores the reserve nibble", () => {
  const advert = decodeVrrpV3(hex("31 01 64 01 f0 64 b8 96 c0 00 02 01"), ANY, VRRP_GROUP);
  assert.equal(advert.intervalCs, 100);
});

test("V3-5.2.6-a encodeVrrpV3() writes a reserve nibble of 0 beside the longest interval", () => {
  const value = {
    version: 3,
    vrid: 1,
    priority: 100,
    intervalCs: 4095,
    checksumForm: "rfc9568",
    addresses: ["192.0.2.1"],
  } as const;
  assert.equal(encodeVrrpV3(value, ANY, VRRP_GROUP)[4], 0x0f);
});

test("decodeVrrpV3() and decodeVrrpV2() leave octets after the message alone", () => {
  const trailer = "01 02 03 04 05";
  assert.deepEqual(asV3(hex(V3 + trailer)), asV3(hex(V3)));
  assert.deepEqual(decodeVrrpV2(hex(D + trailer)), decodeVrrpV2(hex(D)));
});

test("decodeIpv4() ends the payload where the header says, padding or not", () => {
  assert.equal(decodeIpv4(hex(`${IP}000000000000`)).payload.length, 12);
});
