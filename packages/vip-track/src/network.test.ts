import assert from "node:assert/strict";
import test from "node:test";
import { parseNetwork } from "./network.ts";

const READ: readonly (readonly [text: string, family: 4 | 6, network: string, length: number])[] = [
  ["default", 4, "0.0.0.0", 0],
  ["default", 6, "::", 0],
  ["0.0.0.0/0", 6, "0.0.0.0", 0],
  ["198.51.100.0/24", 4, "198.51.100.0", 24],
  ["198.51.100.128/25", 4, "198.51.100.128", 25],
  ["198.51.100.7", 4, "198.51.100.7", 32],
  ["2001:DB8::/32", 4, "2001:db8::", 32],
  ["2001:db8::1", 4, "2001:db8::1", 128],
];
for (const [text, family, network, length] of READ)
  test(`parseNetwork() reads ${text}, IPv${family} by itself`, () =>
    assert.deepEqual(parseNetwork(text, family), { network, length }));

const REFUSED: readonly (readonly [text: string, says: RegExp])[] = [
  ["198.51.100.0/33", /needs NETWORK\/LENGTH/],
  ["198.51.100.0/", /needs NETWORK\/LENGTH/],
  ["198.51.100.0/24/1", /needs NETWORK\/LENGTH/],
  ["198.51.100.1/24", /without the bits of a host/],
  ["198.51.100.129/25", /without the bits of a host/],
  ["2001:db8::1/64", /without the bits of a host/],
  ["net", /"net"/],
];
for (const [text, says] of REFUSED)
  test(`parseNetwork() refuses ${text}`, () => assert.throws(() => parseNetwork(text, 4), says));
