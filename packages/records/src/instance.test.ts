import assert from "node:assert/strict";
import test from "node:test";
import { formatInstance, parseInstance, parseVip } from "./instance.ts";

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
  ["2001:db8::1", /IPv6/],
];
for (const [text, wanted] of VIPS) {
  test(`parseVip() takes "${text}" as ${String(wanted)}`, () => {
    if (wanted instanceof RegExp) assert.throws(() => parseVip(text), wanted);
    else assert.equal(`${parseVip(text).address}/${parseVip(text).length}`, wanted);
  });
}

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
