/** VRRPv2, VRRPv3 over both families, and what they share; vectors are those of rfc.md §10 and of the captures. */
import assert from "node:assert/strict";
import test from "node:test";
import { isGroupMac } from "./address.ts";
import { pseudoHeaderSum } from "./checksum.ts";
import { assertRefused, hex, type Refusal, type Row, row, testRefusals, testRows } from "./golden.fixture.ts";
import { type IpFamily, isGroupAddress, isLinkLocal } from "./ip-address.ts";
import { nameVrrpTrailer, VRRP_GROUP, virtualMac, virtualMacOf, vrrpGroup, vrrpGroupMac } from "./vrrp.ts";
import {
  decodePassword,
  decodeVrrpV2,
  encodePassword,
  encodeVrrpV2,
  VrrpAuthType,
  type VrrpV2Advert,
} from "./vrrp-v2.ts";
import { decodeVrrpV3, encodeVrrpV3, type VrrpV3Advert } from "./vrrp-v3.ts";

const NONE = new Uint8Array(0);
const ANY = "192.0.2.10";
const LINK_LOCAL = "fe80::a";
const GROUP6 = "ff02::12";

interface Envelope {
  readonly source?: string;
  readonly destination?: string;
}

function v3(name: string, octets: string, fields: Partial<VrrpV3Advert>, envelope: Envelope = {}): Row {
  const { source = ANY, destination = VRRP_GROUP } = envelope;
  const value: VrrpV3Advert = {
    version: 3,
    vrid: 1,
    priority: 100,
    intervalCs: 100,
    checksumForm: "rfc9568",
    addresses: ["192.0.2.1"],
    trailer: NONE,
    ...fields,
  };
  return row(
    name,
    octets,
    value,
    (bytes) => decodeVrrpV3(bytes, source, destination),
    (advert) => encodeVrrpV3(advert, source, destination),
  );
}

const v6 = (name: string, octets: string, fields: Partial<VrrpV3Advert>, source = LINK_LOCAL): Row =>
  v3(name, octets, { checksumForm: "pseudo-header", ...fields }, { source, destination: GROUP6 });

function v2(name: string, octets: string, fields: Partial<VrrpV2Advert>): Row {
  const value: VrrpV2Advert = {
    version: 2,
    vrid: 1,
    priority: 100,
    authType: VrrpAuthType.none,
    intervalS: 1,
    addresses: ["192.0.2.1"],
    authData: new Uint8Array(8),
    trailer: NONE,
    ...fields,
  };
  return row(name, octets, value, decodeVrrpV2, encodeVrrpV2);
}

const A = "31 01 64 01 00 64 a8 97 c0 00 02 01";
const B_FIELDS = { vrid: 255, priority: 255, intervalCs: 4095, addresses: ["192.0.2.1", "192.0.2.2"] };
const C = `31 01 64 02 00 64 df 23 fe 80 00 00 00 00 00 00 02 00 5e ff fe 00 02 01
  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01`;
const D = "21 01 64 01 00 01 b8 fa c0 00 02 01 00 00 00 00 00 00 00 00";

testRows([
  v3("V3-5.2.8-a V3-5.2.8-b V3-7.2-b vector A", A, {}),
  v3("V3-5.2.8-d vector A-pseudo", "31 01 64 01 00 64 05 fe c0 00 02 01", { checksumForm: "pseudo-header" }),
  v3("V3-5.2.4-c vector A0", "31 01 00 01 00 64 0c 98 c0 00 02 01", { priority: 0 }),
  v3("V3-5.2.4-c vector A0 legacy", "31 01 00 01 00 64 69 fe c0 00 02 01", {
    priority: 0,
    checksumForm: "pseudo-header",
  }),
  v3("V3-5.2.8-a V3-5.2.7-a vector B", "31 ff ff 02 0f ff 3a fa c0 00 02 01 c0 00 02 02", B_FIELDS),
  v3("V3-5.2.7-a vector B legacy", "31 ff ff 02 0f ff 98 5c c0 00 02 01 c0 00 02 02", {
    ...B_FIELDS,
    checksumForm: "pseudo-header",
  }),
  v3(
    "V3-5.2.8-d vector K1 (keepalived, unicast)",
    "31 58 c6 01 00 64 9c 19 0a c3 4c e3",
    { vrid: 88, priority: 198, checksumForm: "pseudo-header", addresses: ["10.195.76.227"] },
    { source: "10.1.0.3", destination: "10.1.0.1" },
  ),
  v3(
    "V3-5.2.8-d vector K2 (keepalived)",
    "31 02 96 03 00 64 08 2d b9 cb 70 01 0a 00 00 01 0a 00 08 01",
    {
      vrid: 2,
      priority: 150,
      checksumForm: "pseudo-header",
      addresses: ["185.203.112.1", "10.0.0.1", "10.0.8.1"],
    },
    { source: "10.0.0.3" },
  ),
  v6("V3-5.2.8-a V3-5.2.8-c V3-5.2.9-a V3-7.2-b vector C", C, {
    addresses: ["fe80::200:5eff:fe00:201", "2001:db8::1"],
  }),
  v6(
    "V3-5.2.8-c keepalived over IPv6",
    `31 33 96 02 00 32 0d 26 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 01 00
     20 01 0d b8 00 00 00 00 00 00 00 00 00 00 01 00`,
    { vrid: 51, priority: 150, intervalCs: 50, addresses: ["fe80::100", "2001:db8::100"] },
    "fe80::ff:fe00:a",
  ),
  v6(
    "V3-5.2.9-a three addresses over IPv6, link-local first",
    `31 01 64 03 00 01 10 71 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 02 54
     20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02`,
    { intervalCs: 1, addresses: ["fe80::254", "2001:db8::1", "2001:db8::2"] },
    "fe80::1",
  ),
  v2("V2-5.3.8-a V2-5.3.10-a vector D", D, {}),
  v2("V2-5.3.8-a vector E", "21 01 64 01 01 01 7b ae c0 00 02 01 73 65 63 72 65 74 00 00", {
    authType: VrrpAuthType.simplePassword,
    authData: encodePassword("secret"),
  }),
]);

const asV3 = (bytes: Uint8Array): VrrpV3Advert => decodeVrrpV3(bytes, ANY, VRRP_GROUP);
const asV6 = (bytes: Uint8Array): VrrpV3Advert => decodeVrrpV3(bytes, LINK_LOCAL, GROUP6);

const REFUSED: readonly Refusal[] = [
  ["V3-5.2.1-a version 2 at a version 3 decoder", A, asV3, 0, 0x21, "version"],
  ["V3-5.2.1-a version 2 over IPv6", C, asV6, 0, 0x21, "version"],
  ["V3-5.2.2-a type 2", A, asV3, 0, 0x32, "type"],
  ["V3-5.2.2-a type 0 over IPv6", C, asV6, 0, 0x30, "type"],
  ["V3-7.1-e count 3 with one address", A, asV3, 3, 3, "length"],
  ["V3-7.1-e count 3 with two IPv6 addresses", C, asV6, 3, 3, "length"],
  ["V3-7.1-f a flipped priority", A, asV3, 2, 0x65, "checksum"],
  ["V3-7.1-f a flipped address", A, asV3, 11, 2, "checksum"],
  ["V3-7.1-f a flipped IPv6 address", C, asV6, 39, 2, "checksum"],
  ["V3-7.1-f a count that leaves an IPv6 address out", C, asV6, 3, 1, "checksum"],
  ["V2-5.3.1-a version 3 at a version 2 decoder", D, decodeVrrpV2, 0, 0x31, "version"],
  ["V2-7.1-a type 0", D, decodeVrrpV2, 0, 0x20, "type"],
  ["V2-5.3.10-a no authentication data", D, decodeVrrpV2, 3, 3, "length"],
  ["V2-5.3.8-a flipped authentication data", D, decodeVrrpV2, 19, 1, "checksum"],
];
testRefusals(REFUSED);

test("V3-5.2.8-c decodeVrrpV3() refuses vector C with the sum of the message alone", () => {
  const bytes = hex(C);
  bytes.set([0xdd, 0x5b], 6);
  assertRefused(() => asV6(bytes), "checksum");
});

test("V3-5.2.8-c decodeVrrpV3() refuses an IPv6 advert under another source or destination", () => {
  assertRefused(() => decodeVrrpV3(hex(C), "fe80::b", GROUP6), "checksum");
  assertRefused(() => decodeVrrpV3(hex(C), LINK_LOCAL, "ff02::13"), "checksum");
});

test("V3-5.2.8-c encodeVrrpV3() sums the pseudo-header for IPv6 whatever the form says", () => {
  assert.deepEqual(encodeVrrpV3({ ...asV6(hex(C)), checksumForm: "rfc9568" }, LINK_LOCAL, GROUP6), hex(C));
});

test("V3-5.2.8-b encodeVrrpV3() sums no source and no destination for IPv4", () => {
  assert.deepEqual(encodeVrrpV3(asV3(hex(A)), "198.51.100.7", "192.0.2.99"), hex(A));
});

test("V3-5.2.8-c pseudoHeaderSum() is that of RFC 8200's forty octets, and of IPv4's twelve", () => {
  const sumOf = (octets: string): number => {
    const bytes = hex(octets);
    let sum = 0;
    for (let at = 0; at < bytes.length; at += 2) sum += bytes[at]! * 256 + bytes[at + 1]!;
    return (sum & 0xffff) + (sum >> 16);
  };
  const forty = `fe80000000000000000000000000000a ff020000000000000000000000000012 00000028 000000 70`;
  assert.equal(pseudoHeaderSum(LINK_LOCAL, GROUP6, 112, 40), sumOf(forty));
  assert.equal(pseudoHeaderSum(ANY, VRRP_GROUP, 112, 12), sumOf("c000020a e0000012 00 70 000c"));
});

test("V3-5.2.9-a vector C lists the link-local address first", () => {
  assert.deepEqual(asV6(hex(C)).addresses.map(isLinkLocal), [true, false]);
});

test("V3-5.2.9-b encodeVrrpV3() mixes no families", () => {
  const mixed = { ...asV3(hex(A)), addresses: ["192.0.2.1", "2001:db8::1"] };
  assert.throws(() => encodeVrrpV3(mixed, ANY, VRRP_GROUP), RangeError);
  assert.throws(() => encodeVrrpV3(mixed, LINK_LOCAL, GROUP6), RangeError);
});

test("V3-5.2.7-a encodeVrrpV3() refuses an interval of 4096 cs and 256 addresses", () => {
  assert.throws(() => encodeVrrpV3({ ...asV3(hex(A)), intervalCs: 4096 }, ANY, VRRP_GROUP), RangeError);
  const addresses = Array.from({ length: 256 }, () => "192.0.2.1");
  assert.throws(() => encodeVrrpV3({ ...asV3(hex(A)), addresses }, ANY, VRRP_GROUP), RangeError);
});

test("V3-5.2.6-b decodeVrrpV3() ignores the reserve nibble", () => {
  assert.equal(asV3(hex("31 01 64 01 f0 64 b8 96 c0 00 02 01")).intervalCs, 100);
});

test("V3-5.2.6-a encodeVrrpV3() writes a reserve nibble of 0 beside the longest interval", () => {
  assert.equal(encodeVrrpV3({ ...asV3(hex(A)), intervalCs: 4095 }, ANY, VRRP_GROUP)[4], 0x0f);
});

test("V3-5.2.5-a decodeVrrpV3() reads a count of 0 over IPv6, for a receiver to refuse", () => {
  const bytes = encodeVrrpV3({ ...asV6(hex(C)), addresses: [] }, LINK_LOCAL, GROUP6);
  assert.deepEqual([bytes.length, asV6(bytes).addresses], [8, []]);
});

const HMAC = `01 07 00 00 69 1f 3c 00 12 34 56 78 00 2a${" a5".repeat(14)}`;
const TRAILERS: [string, ReturnType<typeof nameVrrpTrailer>][] = [
  ["", undefined],
  [HMAC, "keepalived-hmac"],
  [`02${HMAC.slice(2)}`, "unknown"],
  [`${HMAC} 00`, "unknown"],
  [HMAC.slice(0, -3), "unknown"],
  ["00", "unknown"],
];
for (const [octets, name] of TRAILERS) {
  const trailer = hex(octets);
  test(`decode keeps a trailer of ${trailer.length} octets, sums none of it and names it ${name}`, () => {
    assert.equal(nameVrrpTrailer(trailer), name);
    assert.deepEqual(asV3(hex(A + octets)), { ...asV3(hex(A)), trailer });
    assert.deepEqual(asV6(hex(C + octets)), { ...asV6(hex(C)), trailer });
    assert.deepEqual(decodeVrrpV2(hex(D + octets)), { ...decodeVrrpV2(hex(D)), trailer });
  });
}

test("encodeVrrpV3() and encodeVrrpV2() write no trailer", () => {
  assert.deepEqual(encodeVrrpV3(asV6(hex(C + HMAC)), LINK_LOCAL, GROUP6), hex(C));
  assert.deepEqual(encodeVrrpV2(decodeVrrpV2(hex(D + HMAC))), hex(D));
});

test("decode copies the trailer: a reused buffer does not change it", () => {
  const bytes = hex(`${A} 07`);
  const { trailer } = asV3(bytes);
  bytes.fill(0);
  assert.deepEqual(trailer, hex("07"));
});

const PASSWORDS: [string, string][] = [
  ["secret", "73 65 63 72 65 74 00 00"],
  ["abcdefgh", "61 62 63 64 65 66 67 68"],
  ["", "00 00 00 00 00 00 00 00"],
];
for (const [password, octets] of PASSWORDS) {
  test(`encodePassword() pads "${password}" with zeros, decodePassword() takes them off`, () => {
    assert.deepEqual(encodePassword(password), hex(octets));
    assert.equal(decodePassword(hex(octets)), password);
  });
}
for (const password of ["abcdefghi", "pässwort", "a\0b", "🔑"]) {
  test(`encodePassword() refuses ${JSON.stringify(password)} and does not tell it`, () => {
    assert.throws(
      () => encodePassword(password),
      (error) => error instanceof RangeError && !error.message.includes(password),
    );
  });
}
test("decodePassword() loses no octet that is not padding", () => {
  assert.equal(decodePassword(hex("61 00 ff 62 00 00 00 00")), "a\0\xffb");
});

const GROUPS: [IpFamily, string, string][] = [
  [4, "224.0.0.18", "01:00:5e:00:00:12"],
  [6, "ff02::12", "33:33:00:00:00:12"],
];
for (const [family, group, mac] of GROUPS) {
  test(`V3-5.1.1.2-a V3-5.1.2.2-a vrrpGroup() of IPv${family} is ${group}, at ${mac}`, () => {
    assert.deepEqual([vrrpGroup(family), vrrpGroupMac(family)], [group, mac]);
    assert.deepEqual([isGroupAddress(group), isGroupMac(mac)], [true, true]);
  });
}

test("V3-7.3-a virtualMacOf() is the inverse of virtualMac(), for every VRID of both families", () => {
  for (const family of [4, 6] as const) {
    for (let vrid = 1; vrid <= 255; vrid++)
      assert.deepEqual(virtualMacOf(virtualMac(family, vrid)), { family, vrid });
  }
});
for (const mac of ["00:00:5e:00:01:00", "00:00:5e:00:00:07", "00:00:5e:00:03:01", "02:00:5e:00:01:01", ""]) {
  test(`V3-7.3-a virtualMacOf() is undefined for "${mac}"`, () => assert.equal(virtualMacOf(mac), undefined));
}
