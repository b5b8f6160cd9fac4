/** Questions for an address as other programs ask them, and what counts as a claim. */
import assert from "node:assert/strict";
import test from "node:test";
import { type AddressQuestion, encodeAddressQuestion, readAddressClaim } from "./address-question.ts";
import { hex } from "./golden.fixture.ts";
import { tagFrame } from "./vlan.ts";

const MAC = "02:00:00:00:00:01";
const OTHER = "02:00:00:00:00:02";
const ARP_HEAD = "0806 0001 0800 06 04";

/** Laid out by hand from RFC 826, RFC 5227 §2.1.1, RFC 4861 §4.3 and RFC 4862 §5.4.2. */
const QUESTIONS: [string, AddressQuestion, string][] = [
  [
    "ACD a probe",
    { target: "192.0.2.100", mac: MAC },
    `ffffffffffff 020000000001 ${ARP_HEAD} 0001 020000000001 00000000 000000000000 c0000264`,
  ],
  [
    "a request to one host",
    { target: "192.0.2.100", mac: MAC, source: "192.0.2.1", to: OTHER },
    `020000000002 020000000001 ${ARP_HEAD} 0001 020000000001 c0000201 000000000000 c0000264`,
  ],
  [
    "duplicate address detection",
    { target: "fe80::c000:54ff:fef5:0", mac: MAC },
    `3333fff50000 020000000001 86dd 60000000 0018 3a ff
     00000000000000000000000000000000 ff0200000000000000000001fff50000
     87 00 673c 00000000 fe80000000000000c00054fffef50000`,
  ],
  [
    "a solicitation with a source",
    { target: "2001:db8::100", mac: "02:00:00:00:00:03", source: "fe80::ff:fe00:3" },
    `3333ff000100 020000000003 86dd 60000000 0020 3a ff
     fe80000000000000000000fffe000003 ff0200000000000000000001ff000100
     87 00 4a5f 00000000 20010db8000000000000000000000100 01 01 020000000003`,
  ],
];
for (const [name, question, octets] of QUESTIONS) {
  test(`encodeAddressQuestion() writes ${name}`, () => {
    assert.equal(Buffer.from(encodeAddressQuestion(question)).toString("hex"), octets.replaceAll(/\s/g, ""));
  });
}

const CLAIMS: [string, string, ReturnType<typeof readAddressClaim>][] = [
  [
    "an answer",
    `020000000001 020000000002 ${ARP_HEAD} 0002 020000000002 c0000264 020000000001 00000000`,
    { ip: "192.0.2.100", owner: OTHER },
  ],
  [
    "a question of the owner's own",
    `ffffffffffff 020000000009 ${ARP_HEAD} 0001 020000000002 c0000264 000000000000 c0000263`,
    { ip: "192.0.2.100", owner: OTHER },
  ],
  [
    "ACD another one's probe",
    `ffffffffffff 020000000002 ${ARP_HEAD} 0001 020000000002 00000000 000000000000 c0000264`,
    { ip: "192.0.2.100", owner: OTHER },
  ],
  [
    "another one's duplicate address detection",
    `3333fff50000 020000000002 ${QUESTIONS[2]![2].slice(26)}`,
    { ip: "fe80::c000:54ff:fef5:0", owner: OTHER },
  ],
  ["no claim: somebody wants to talk to the address", QUESTIONS[3]![2], undefined],
  ["no claim: IPv4", "020000000001 020000000002 0800 45", undefined],
  ["no claim: ARP that was cut", `ffffffffffff 020000000002 ${ARP_HEAD} 0001`, undefined],
  ["no claim: a cut frame", "ffff", undefined],
];
for (const [name, octets, wanted] of CLAIMS)
  test(`readAddressClaim() ${name}`, () => assert.deepEqual(readAddressClaim(hex(octets)), wanted));

test("tagFrame() puts an 802.1Q tag between source and EtherType", () => {
  const frame = hex("ffffffffffff 020000000001 0806 0001");
  assert.equal(
    Buffer.from(tagFrame(frame, 666)).toString("hex"),
    "ffffffffffff 020000000001 8100 029a 0806 0001".replaceAll(" ", ""),
  );
});
