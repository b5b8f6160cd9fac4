/** The octets; what the kernel makes of them is seen in the lab. */
import assert from "node:assert/strict";
import test from "node:test";
import { decodeForwardingEntry, encodeForwardingDump, encodeForwardingEntry } from "./forwarding-message.ts";

const ENTRY = { ifindex: 3, mac: "00:00:5e:00:01:33" };
/** Family 7, interface 3, permanent, self; attribute 2 of six octets, padded. */
const ENCODED = "0700000003000000800002000a00020000005e0001330000";
const octets = (text: string): Uint8Array => Buffer.from(text, "hex");

test("encodeForwardingEntry() writes what `bridge fdb add … self` does, and decodeForwardingEntry() reads it", () => {
  assert.equal(Buffer.from(encodeForwardingEntry(ENTRY)).toString("hex"), ENCODED);
  assert.deepEqual(decodeForwardingEntry(octets(ENCODED)), ENTRY);
});

test("encodeForwardingDump() asks for all interfaces", () => {
  assert.equal(Buffer.from(encodeForwardingDump()).toString("hex"), "070000000000000000000000");
});

const OTHERS: readonly (readonly [fact: string, body: string])[] = [
  ["a neighbour", `02${ENCODED.slice(2)}`],
  ["what a bridge has learned", ENCODED.replace("8000", "0200")],
  ["one without a MAC", ENCODED.slice(0, 24)],
  ["half a header", ENCODED.slice(0, 16)],
];
for (const [fact, body] of OTHERS) {
  test(`decodeForwardingEntry() passes over ${fact}`, () => {
    assert.equal(decodeForwardingEntry(octets(body)), undefined);
  });
}
