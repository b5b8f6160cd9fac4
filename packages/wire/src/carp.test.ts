/** CARP beside VRRPv2, with which it shares number and first octet; the golden row is ucarp's, from a capture. */
import assert from "node:assert/strict";
import test from "node:test";
import { type CarpAdvert, decodeCarp, encodeCarp, isCarp } from "./carp.ts";
import { assertRefused, hex, type Refusal, row, testRefusals, testRows } from "./golden.fixture.ts";
import { decodeVrrpV2, encodeVrrpV2, type VrrpV2Advert } from "./vrrp-v2.ts";

const UCARP = `21 07 00 07 00 01 2f 4d 14 ac d1 f6 50 b5 3e 49
  13 b3 e2 b3 9f 2d 8c 60 dc 37 3b 26 cd a4 e3 bb 16 7e 38 d0`;

const ADVERT: CarpAdvert = {
  version: 2,
  vhid: 7,
  advskew: 0,
  authLength: 7,
  demotion: 0,
  advbaseS: 1,
  counter: 1489796432599006793n,
  digest: hex("13b3e2b39f2d8c60dc373b26cda4e3bb167e38d0"),
};

const FULL: CarpAdvert = {
  ...ADVERT,
  vhid: 255,
  advskew: 254,
  demotion: 3,
  advbaseS: 255,
  counter: 0xffff_ffff_ffff_ffffn,
};

testRows([
  row("ucarp's advert", UCARP, ADVERT, decodeCarp, encodeCarp),
  row(
    "a demoted advert with the highest counter",
    `21 ff fe 07 03 ff a1 f7 ff ff ff ff ff ff ff ff
     13 b3 e2 b3 9f 2d 8c 60 dc 37 3b 26 cd a4 e3 bb 16 7e 38 d0`,
    FULL,
    decodeCarp,
    encodeCarp,
  ),
]);

const REFUSED: readonly Refusal[] = [
  ["CARP version 3", UCARP, decodeCarp, 0, 0x31, "version"],
  ["CARP type 2", UCARP, decodeCarp, 0, 0x22, "type"],
  ["CARP authentication length 5", UCARP, decodeCarp, 3, 5, "value"],
  ["a flipped CARP advskew", UCARP, decodeCarp, 2, 1, "checksum"],
  ["a flipped CARP digest", UCARP, decodeCarp, 35, 0xd1, "checksum"],
];
testRefusals(REFUSED);

/** As long as a CARP advert and with its first octet: five addresses and nothing to tell them apart but octet 3. */
const FIVE: Omit<VrrpV2Advert, "trailer"> = {
  version: 2,
  vrid: 7,
  priority: 0,
  authType: 0,
  intervalS: 1,
  addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"],
  authData: new Uint8Array(8),
};

test("isCarp() knows ucarp's advert from a VRRPv2 advert of 36 octets", () => {
  const vrrp = encodeVrrpV2(FIVE);
  assert.deepEqual([vrrp.length, vrrp[0], vrrp[3]], [36, 0x21, 5]);
  assert.deepEqual([isCarp(hex(UCARP)), isCarp(vrrp)], [true, false]);
  assertRefused(() => decodeVrrpV2(hex(UCARP)), "length");
  assertRefused(() => decodeCarp(vrrp), "value");
});

test("isCarp() is false for a VRRPv2 advert of any number of addresses", () => {
  for (let count = 0; count <= 255; count++) {
    const addresses = Array.from({ length: count }, () => "192.0.2.1");
    assert.equal(isCarp(encodeVrrpV2({ ...FIVE, addresses })), false, `${count} addresses`);
  }
});

const NOT_CARP: [string, Uint8Array][] = [
  ["nothing", hex("")],
  ["a cut advert", hex(UCARP).subarray(0, 35)],
  ["an advert and an octet more", hex(`${UCARP} 00`)],
  ["version 3", hex(UCARP.replace("21", "31"))],
];
for (const [name, payload] of NOT_CARP) {
  test(`isCarp() is false for ${name}`, () => assert.equal(isCarp(payload), false));
}

test("encodeCarp() refuses a counter past 64 bits and a digest that is not of twenty octets", () => {
  assert.throws(() => encodeCarp({ ...ADVERT, counter: 1n << 64n }), RangeError);
  assert.throws(() => encodeCarp({ ...ADVERT, counter: -1n }), RangeError);
  assert.throws(() => encodeCarp({ ...ADVERT, digest: hex("13") }), RangeError);
});
