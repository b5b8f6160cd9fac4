import assert from "node:assert/strict";
import test from "node:test";
import { parseEndpoint } from "./endpoint.ts";

const READ: readonly (readonly [text: string, usual: number | undefined, address: string, port: number])[] = [
  ["127.0.0.1:80", undefined, "127.0.0.1", 80],
  ["[2001:DB8::1]:443", undefined, "2001:db8::1", 443],
  ["[fe80::1%eth0]:80", undefined, "fe80::1%eth0", 80],
  ["192.0.2.53", 53, "192.0.2.53", 53],
  ["192.0.2.53:5353", 53, "192.0.2.53", 5353],
  ["2001:db8::53", 53, "2001:db8::53", 53],
  ["[2001:db8::53]", 53, "2001:db8::53", 53],
];
for (const [text, usual, address, port] of READ)
  test(`parseEndpoint() reads ${text}`, () =>
    assert.deepEqual(parseEndpoint(text, usual), { address, port }));

const REFUSED: readonly (readonly [text: string, says: RegExp])[] = [
  ["127.0.0.1", /is "127\.0\.0\.1": needs ADDRESS:PORT/],
  ["2001:db8::1", /needs ADDRESS:PORT/],
  ["127.0.0.1:0", /needs ADDRESS:PORT/],
  ["127.0.0.1:65536", /needs ADDRESS:PORT/],
  ["127.0.0.1:", /needs ADDRESS:PORT/],
  ["localhost:80", /"localhost": needs an address/],
  ["[x]:80", /"x": needs an address/],
  ["", /needs ADDRESS:PORT/],
];
for (const [text, says] of REFUSED)
  test(`parseEndpoint() refuses "${text}"`, () => assert.throws(() => parseEndpoint(text), says));
