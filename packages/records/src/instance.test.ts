import assert from "node:assert/strict";
import test from "node:test";
import { familyOfVip, formatInstance, formatVip, parseInstance, parseVip } from "./instance.ts";

const VIPS: [string, string | RegExp][] = [
  ["192.0.2.1", "192.0.2.1/32"],
  ["192.0.2.1/24", "192.0.2.1/24"],
  ["192.0.2.1/0", /1 to 32/],
  ["192.0.2.1/33", /1 to 32/],
  ["192.0.2.1/", /1 to 32/],
  ["192.0.2.1/24/1", /1 to 32/],
  ["192.0.2.256", /four numbers/],
  ["localhost", /four numbers/],
  ["224.0.0.18", /unicast/],
  ["127.0.0.1", /unicast/],
  ["0.0.0.0", /unicast/],
  ["192.0.2.999", /"192\.0\.2\.999": needs four numbers/],
  ["vip", /"vip": needs/],
  ["2001:DB8:0::1", "2001:db8::1/128"],
  ["2001:db8::1/64", "2001:db8::1/64"],
  ["fe80::100", "fe80::100/128"],
  ["fe80::100/1", "fe80::100/1"],
  ["64:ff9b::192.0.2.1/96", "64:ff9b::c000:201/96"],
  ["2001:db8::1/0", /1 to 128/],
  ["2001:db8::1/129", /1 to 128/],
  ["2001:db8::1/1000", /1 to 128/],
  ["2001:db8::1/", /1 to 128/],
  ["2001:db8::1/64/1", /1 to 128/],
  ["2001:db8::1/-1", /1 to 128/],
  ["2001:db8:::1", /"2001:db8:::1": needs eight groups/],
  ["fe80::1%eth0", /needs no zone/],
  ["ff02::12", /unicast/],
  ["::", /unicast/],
  ["::1", /unicast/],
  ["::ffff:192.0.2.1", /unicast/],
];
for (const [text, wanted] of VIPS) {
  test(`parseVip() takes "${text}" as ${String(wanted)}`, () => {
    if (wanted instanceof RegExp) assert.throws(() => parseVip(text), wanted);
    else assert.equal(formatVip(parseVip(text)), wanted);
  });
}

test("familyOfVip() tells IPv4 from IPv6", () => {
  assert.deepEqual(["192.0.2.1", "fe80::1/64"].map(parseVip).map(familyOfVip), [4, 6]);
});

const INSTANCES: [string, boolean][] = [
  ["eth0/4/51", true],
  ["bond0.12/6/255", true],
  ["eth0/4/0", false],
  ["eth0/4/256", false],
  ["eth0/5/1", false],
  ["eth0/4", false],
  ["/4/51", false],
  ["eth0/4/51/x", false],
  ["eth0/4/5x", false],
];
for (const [text, valid] of INSTANCES) {
  test(`parseInstance() is ${valid ? "a round trip" : "undefined"} for "${text}"`, () => {
    const instance = parseInstance(text);
    assert.equal(instance && formatInstance(instance), valid ? text : undefined);
  });
}
