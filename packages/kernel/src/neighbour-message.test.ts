/** The octets; what a kernel says is compared with iproute2's reading in the lab (scenarios/netlink.test.ts). */
import assert from "node:assert/strict";
import test from "node:test";
import { attribute, concat, u32 } from "./attributes.ts";
import { decodeNeighbourEntry, encodeNeighbourDump, encodeNeighbourQuery } from "./neighbour-message.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const octets = (text: string): Uint8Array => Buffer.from(text, "hex");

/** family, interface 3, state, flags, type 1 (unicast). */
const header = (family: string, state: string, flags: string): Uint8Array =>
  octets(`${family}00000003000000${state}${flags}01`);
const four = attribute(1, octets("c0000264"));
const mac = attribute(2, octets("02000000000a"));
const ages = attribute(3, new Uint8Array(Uint32Array.of(7, 8, 9, 1).buffer));

const ENTRIES: readonly (readonly [name: string, body: Uint8Array, fields: object | undefined])[] = [
  [
    "an IPv4 entry with ages",
    concat([header("02", "0200", "00"), four, mac, ages]),
    {
      ifindex: 3,
      family: 4,
      address: "192.0.2.100",
      mac: "02:00:00:00:00:0a",
      state: "REACHABLE",
      flags: [],
      confirmedMs: 70,
      usedMs: 80,
      updatedMs: 90,
    },
  ],
  [
    "an IPv6 router",
    concat([header("0a", "0400", "80"), attribute(1, octets("20010db8000000000000000000000100")), mac]),
    { family: 6, address: "2001:db8::100", state: "STALE", flags: ["router"], updatedMs: 0 },
  ],
  [
    "one that is asked for",
    concat([header("02", "0100", "00"), four]),
    { mac: undefined, state: "INCOMPLETE" },
  ],
  ["a fixed one", concat([header("02", "8000", "00"), four, mac]), { state: "PERMANENT" }],
  ["one in no state", concat([header("02", "0000", "00"), four]), { state: "NONE" }],
  [
    "flags of both kinds",
    concat([header("02", "0200", "10"), four, mac, u32(15, 1)]),
    { flags: ["extern_learn", "managed"] },
  ],
  ["a bridge's forwarding entry", concat([header("07", "8000", "00"), mac]), undefined],
  ["an address that is too short", concat([header("0a", "0200", "00"), four]), undefined],
  ["half a header", header("02", "0200", "00").subarray(0, 8), undefined],
];
for (const [name, body, fields] of ENTRIES) {
  test(`decodeNeighbourEntry() reads ${name}`, () => {
    const entry = decodeNeighbourEntry(body);
    assert.deepEqual(entry, fields && { ...entry, ...fields });
  });
}

test("decodeNeighbourEntry() never reads past a cut message", () => {
  const whole = concat([header("02", "0200", "00"), four, mac, ages]);
  for (let length = 0; length < whole.length; length++) decodeNeighbourEntry(whole.subarray(0, length));
});

test("questions for neighbours leave state, flags and type at 0, or the kernel refuses them", () => {
  assert.equal(
    hex(encodeNeighbourQuery(3, "192.0.2.100")),
    "0200000003000000" + "00000000" + "08000100c0000264",
  );
  assert.equal(hex(encodeNeighbourDump(3, 6)), "0a00000000000000" + "00000000" + "0800080003000000");
});
