import assert from "node:assert/strict";
import test from "node:test";
import { attribute, concat } from "./attributes.ts";
import { decodeDefaultGateways } from "./gateway-message.ts";

const IPV4 = 2;
const IPV6 = 10;
const GATEWAY = 5;
const MULTIPATH = 9;
const VIA = 18;
const UNICAST = 1;
const BLACKHOLE = 6;

/** `struct rtmsg` and its attributes. */
function route(
  family: number,
  length: number,
  attributes: readonly Uint8Array[],
  type = UNICAST,
): Uint8Array {
  return concat([Uint8Array.of(family, length, 0, 0, 254, 3, 0, type, 0, 0, 0, 0), ...attributes]);
}
const hop = (...attributes: Uint8Array[]): Uint8Array => {
  const body = concat(attributes);
  return concat([Uint8Array.of(8 + body.length, 0, 0, 0, 2, 0, 0, 0), body]);
};
const FE80_1 = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const gateway = (last: number): Uint8Array => attribute(GATEWAY, Uint8Array.of(192, 0, 2, last));

const ROUTES: [string, Uint8Array, string[]][] = [
  ["a default route", route(IPV4, 0, [gateway(254)]), ["192.0.2.254"]],
  ["one of IPv6", route(IPV6, 0, [attribute(GATEWAY, FE80_1)]), ["fe80::1"]],
  ["a route to a network", route(IPV4, 8, [gateway(254)]), []],
  ["a default route to an interface", route(IPV4, 0, []), []],
  ["one that drops", route(IPV4, 0, [gateway(254)], BLACKHOLE), []],
  [
    "one with two next hops",
    route(IPV4, 0, [attribute(MULTIPATH, concat([hop(gateway(253)), hop(gateway(252))]))]),
    ["192.0.2.253", "192.0.2.252"],
  ],
  [
    "one by a gateway of the other family",
    route(IPV4, 0, [attribute(VIA, concat([Uint8Array.of(IPV6, 0), FE80_1]))]),
    ["fe80::1"],
  ],
];
for (const [name, body, wanted] of ROUTES) {
  test(`decodeDefaultGateways() of ${name}: ${wanted.join(" ") || "none"}`, () => {
    assert.deepEqual(decodeDefaultGateways(body), wanted);
    for (let length = 0; length < body.length; length++) decodeDefaultGateways(body.subarray(0, length));
  });
}
