import assert from "node:assert/strict";
import test from "node:test";
import { compareIpv4, isGroupMac, isIpv4, parseIpv4, parseMac } from "./address.ts";
import { virtualMac } from "./vrrp.ts";

const IPV4: [string, boolean][] = [
  ["192.0.2.1", true],
  ["0.0.0.0", true],
  ["255.255.255.255", true],
  ["256.0.0.1", false],
  ["1.2.3", false],
  ["1.2.3.4.5", false],
  ["01.2.3.4", false],
  ["1..2.3", false],
  ["0x10.1.1.1", false],
  [" 1.2.3.4", false],
  ["", false],
];
for (const [text, valid] of IPV4) {
  test(`isIpv4() is ${valid} for "${text}"`, () => assert.equal(isIpv4(text), valid));
}
test("parseIpv4() says what it saw", () => assert.throws(() => parseIpv4("1.2.3"), /"1\.2\.3"/));

const MACS: [string, string | undefined][] = [
  ["00:00:5E:00:01:33", "00:00:5e:00:01:33"],
  ["00-00-5e-00-01-33", "00:00:5e:00:01:33"],
  ["0:0:5e:0:1:33", undefined],
  ["00005e000133", undefined],
  ["00:00:5e:00:01:3g", undefined],
];
for (const [text, mac] of MACS) {
  test(`parseMac() reads "${text}" as ${mac ?? "an error"}`, () => {
    if (mac === undefined) assert.throws(() => parseMac(text), SyntaxError);
    else assert.equal(parseMac(text), mac);
  });
}

test("V3-SM-a compareIpv4() is unsigned, in network byte order", () => {
  assert.ok(compareIpv4("10.0.0.200", "10.0.0.9") > 0);
  assert.ok(compareIpv4("128.0.0.1", "127.255.255.255") > 0);
  assert.ok(compareIpv4("10.0.0.1", "10.0.1.0") < 0);
  assert.equal(compareIpv4("10.0.0.1", "10.0.0.1"), 0);
});

test("V3-7.3-a virtualMac() carries family and VRID", () => {
  assert.equal(virtualMac(4, 1), "00:00:5e:00:01:01");
  assert.equal(virtualMac(4, 255), "00:00:5e:00:01:ff");
  assert.equal(virtualMac(6, 51), "00:00:5e:00:02:33");
});

test("isGroupMac() tells broadcast and multicast from unicast", () => {
  assert.equal(isGroupMac("ff:ff:ff:ff:ff:ff"), true);
  assert.equal(isGroupMac("01:00:5e:00:00:12"), true);
  assert.equal(isGroupMac("00:00:5e:00:01:33"), false);
});
