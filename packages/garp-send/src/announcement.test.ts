import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { encodeAnnouncement, type Form } from "./announcement.ts";
import { parseMacChoice } from "./choices.ts";
import { LeaseBook } from "./lease-book.ts";

const FRAMES: [Form, string][] = [
  [
    "request",
    "ffffffffffff 00005e000101 0806 0001 0800 06 04 0001 00005e000101 c0000201 00005e000101 c0000201",
  ],
  [
    "reply",
    "ffffffffffff 00005e000101 0806 0001 0800 06 04 0002 00005e000101 c0000201 00005e000101 c0000201",
  ],
];
for (const [form, octets] of FRAMES) {
  test(`SM-1 SM-6 ACD-2.4-a vector G: encodeAnnouncement() writes a ${form}`, () => {
    const frame = Buffer.from(encodeAnnouncement(form, "192.0.2.1", "00:00:5e:00:01:01")).toString("hex");
    assert.equal(frame, octets.replaceAll(" ", ""));
  });
}

const lease = (atMs: number, more: Partial<RecordOf<"vrrp.lease">> = {}): RecordOf<"vrrp.lease"> => ({
  v: 1,
  type: "vrrp.lease",
  tool: "vrrp-elect",
  host: "a",
  pid: 1,
  ts: "2026-11-21T00:00:00.000000000Z",
  seq: 1,
  mono_ns: String(atMs * 1e6),
  instances: ["eth0/4/51"],
  epoch: [1],
  valid_ms: 250,
  boot_id: "here",
  ...more,
});

const STRANGERS = Array.from({ length: 5000 }, (_, n) =>
  lease(0, { boot_id: "there", instances: [`eth0.${n}/4/1`] }),
);
const ALLOWED: [string, ReturnType<typeof lease>[], number, boolean][] = [
  ["where no lease was ever heard of", [], 0, true],
  ["while a lease runs", [lease(0)], 249, true],
  ["not when it has run out", [lease(0)], 250, false],
  ["not on a lease of another boot", [lease(0, { boot_id: "there" })], 0, false],
  ["not for one who leaves", [lease(0), lease(10, { leaving: true })], 20, false],
  ["on a lease that one of another boot comes after", [lease(0), lease(0, { boot_id: "there" })], 249, true],
  ["on a lease that comes after one of another boot", [lease(0, { boot_id: "there" }), lease(0)], 249, true],
  ["not when others have spoken of more virtual routers than are kept", STRANGERS, 0, false],
  ["on a lease then, too", [...STRANGERS, lease(0)], 249, true],
  ["again with the next lease", [lease(0), lease(500)], 600, true],
];
for (const [name, leases, atMs, allowed] of ALLOWED) {
  test(`LeaseBook allows announcing ${name}`, () => {
    const book = new LeaseBook("here");
    for (const one of leases) book.note(one);
    assert.equal(book.allows("eth0/4/51", atMs * 1000), allowed);
  });
}

const CHOICES: [string, string | undefined][] = [
  ["auto", "auto"],
  ["vrid:51", "00:00:5e:00:01:33"],
  ["02:00:00:00:00:0A", "02:00:00:00:00:0a"],
  ["vrid6:51", "00:00:5e:00:02:33"],
  ["vrid6:0", undefined],
  ["vrid4:51", undefined],
  ["vrid:0", undefined],
  ["vrid:256", undefined],
  ["vrid:x", undefined],
  ["eth0", undefined],
];
for (const [text, mac] of CHOICES) {
  test(`parseMacChoice() reads "${text}" as ${mac}`, () => {
    if (mac === undefined) assert.throws(() => parseMacChoice(text), SyntaxError);
    else assert.equal(parseMacChoice(text), mac);
  });
}
