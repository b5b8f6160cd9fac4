/** Which questions are answered, and with which octets. */
import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { decodeEthernet, decodeIpv6, decodeNeighbour } from "@viptools/wire";
import { type Circumstances, decideAnswer } from "./answer.ts";
import { encodeAnswer } from "./answer-frame.ts";
import { AskerLimit } from "./asker-limit.ts";
import { readQuestion } from "./question.ts";

const OURS = "02:00:00:00:00:64";
const ASKER = "02:00:00:00:00:0c";
const OTHER = "02:00:00:00:00:0b";
const VIP = "192.0.2.100";
const VIP6 = "2001:db8::100";
const ONES = "ff:ff:ff:ff:ff:ff";
const VIP6_GROUP = "33:33:ff:00:01:00";
const NOW_NS = 100_000_000_000n;

const AROUND: Circumstances = {
  interfaceName: "eth0",
  macs: new Map([
    [VIP, OURS],
    [VIP6, OURS],
  ]),
  nowNs: NOW_NS,
  refusal: () => undefined,
  grant: () => true,
};

const heardMs = (ageMs: number): string => String(NOW_NS - BigInt(ageMs) * 1_000_000n);
const FRAME = { interface: "eth0", direction: "in", eth_src: ASKER, mono_ns: heardMs(1), flags: [] };
const REQUEST = {
  ...FRAME,
  type: "arp.seen",
  kind: "request",
  operation: 1,
  eth_dst: ONES,
  sha: ASKER,
  spa: "192.0.2.3",
  tha: "00:00:00:00:00:00",
  tpa: VIP,
};
const PROBE = { ...REQUEST, kind: "probe", spa: "0.0.0.0" };
const SOLICITATION = {
  ...FRAME,
  type: "ndp.seen",
  kind: "solicitation",
  eth_dst: VIP6_GROUP,
  source: "2001:db8::3",
  target: VIP6,
  lladdr: ASKER,
};
const { lladdr, ...BARE } = SOLICITATION;
const DAD = { ...BARE, kind: "dad", source: "::" };

const decide = (record: object, around: Partial<Circumstances> = {}): string => {
  const question = readQuestion(record as KnownRecord);
  if (question === undefined) return "no question";
  const decided = decideAnswer(question, { ...AROUND, ...around });
  return typeof decided === "string" ? decided : "answer";
};

const QUESTIONS: [string, object, string][] = [
  ["a request to everybody", REQUEST, "answer"],
  ["a probe", PROBE, "answer"],
  ["a request to our MAC", { ...REQUEST, eth_dst: OURS }, "answer"],
  ["a request to another station", { ...REQUEST, eth_dst: OTHER }, "to_another"],
  ["a request to an IPv6 group", { ...REQUEST, eth_dst: VIP6_GROUP }, "to_another"],
  ["a request for another address", { ...REQUEST, tpa: "192.0.2.1" }, "not_ours"],
  ["a request of this host", { ...REQUEST, direction: "out" }, "not_incoming"],
  ["a request that went nobody knows where", { ...REQUEST, direction: undefined }, "not_incoming"],
  ["a request of another network", { ...REQUEST, interface: "eth1" }, "other_interface"],
  ["a request of a second ago", { ...REQUEST, mono_ns: heardMs(1000) }, "answer"],
  ["a request of longer ago", { ...REQUEST, mono_ns: heardMs(1001) }, "stale"],
  ["a request of the future", { ...REQUEST, mono_ns: heardMs(-11) }, "stale"],
  ["a request from a capture file", { ...REQUEST, mono_ns: undefined }, "stale"],
  ["a request from a group", { ...REQUEST, sha: ONES }, "no_asker"],
  ["a request from no station", { ...REQUEST, sha: "00:00:00:00:00:00" }, "no_asker"],
  ["a request from our own MAC", { ...REQUEST, sha: OURS }, "no_asker"],
  ["a reply", { ...REQUEST, kind: "reply" }, "no question"],
  ["an announcement", { ...REQUEST, kind: "announcement", spa: VIP }, "no question"],
  ["a gratuitous request", { ...REQUEST, kind: "gratuitous_request", spa: VIP }, "no question"],
  ["ND-7.2.4-a a solicitation to the group", SOLICITATION, "answer"],
  ["a solicitation to our MAC", { ...SOLICITATION, eth_dst: OURS }, "answer"],
  ["a solicitation to all nodes", { ...SOLICITATION, eth_dst: "33:33:00:00:00:01" }, "to_another"],
  ["a solicitation to another group", { ...SOLICITATION, eth_dst: "33:33:ff:00:02:00" }, "to_another"],
  ["a solicitation that came over a router", { ...SOLICITATION, flags: ["hop_limit"] }, "invalid"],
  ["a solicitation without an Ethernet header", { ...SOLICITATION, eth_dst: undefined }, "to_another"],
  ["a solicitation that says no MAC", BARE, "answer"],
  ["a solicitation that says no MAC and has none", { ...BARE, eth_src: undefined }, "no_asker"],
  ["a check for duplicates", DAD, "answer"],
  ["an advertisement", { ...SOLICITATION, kind: "advertisement" }, "no question"],
];
for (const [name, record, wanted] of QUESTIONS) {
  test(`decideAnswer() of ${name}: ${wanted}`, () => assert.equal(decide(record), wanted));
}

test("decideAnswer() asks the gate before it counts an answer", () => {
  let granted = 0;
  const grant = (): boolean => granted++ < 1;
  assert.equal(decide(REQUEST, { refusal: () => "no_lease", grant }), "no_lease");
  assert.equal(decide({ ...REQUEST, eth_dst: OTHER }, { grant }), "to_another");
  assert.equal(granted, 0);
  assert.equal(decide(REQUEST, { grant }), "answer");
  assert.equal(decide(REQUEST, { grant }), "limited");
});

const answerTo = (record: object, isRouter = false): Uint8Array => {
  const decided = decideAnswer(readQuestion(record as KnownRecord)!, AROUND);
  assert.ok(typeof decided !== "string", String(decided));
  return encodeAnswer(decided, isRouter);
};

const REPLY = "0806 0001 0800 06 04 0002 020000000064 c0000264 02000000000c";
const REPLIES: [string, object, string][] = [
  ["a request", REQUEST, `02000000000c 020000000064 ${REPLY} c0000203`],
  ["a probe", PROBE, `02000000000c 020000000064 ${REPLY} 00000000`],
  ["a request in VLAN 10", { ...REQUEST, vlan: 10 }, `02000000000c 020000000064 8100 000a ${REPLY} c0000203`],
];
for (const [name, record, octets] of REPLIES) {
  test(`encodeAnswer() of ${name}`, () => {
    assert.equal(Buffer.from(answerTo(record)).toString("hex"), octets.replaceAll(" ", ""));
  });
}

const ADVERTISEMENTS: [string, object, boolean, [string, string, boolean]][] = [
  ["a solicitation", SOLICITATION, false, [ASKER, "2001:db8::3", true]],
  ["a solicitation, by a router", SOLICITATION, true, [ASKER, "2001:db8::3", true]],
  ["a solicitation without a MAC", BARE, false, [ASKER, "2001:db8::3", true]],
  ["a check for duplicates", DAD, false, ["33:33:00:00:00:01", "ff02::1", false]],
];
for (const [name, record, isRouter, [to, destination, isSolicited]] of ADVERTISEMENTS) {
  test(`encodeAnswer() of ${name}`, () => {
    const frame = decodeEthernet(answerTo(record, isRouter));
    const packet = decodeIpv6(frame.payload);
    assert.deepEqual(
      [frame.source, frame.destination, packet.source, packet.destination, packet.hopLimit],
      [OURS, to, VIP6, destination, 255],
    );
    const message = { type: 136, isRouter, isSolicited, isOverride: true, target: VIP6, linkLayer: OURS };
    assert.deepEqual(decodeNeighbour(packet), message);
  });
}

test("AskerLimit counts each asker in each second, and forgets the oldest of too many", () => {
  const limit = new AskerLimit(2);
  const grants = (mac: string, nowUs: number): boolean[] => [0, 1, 2].map(() => limit.grant(mac, nowUs));
  assert.deepEqual(grants(ASKER, 0), [true, true, false]);
  assert.deepEqual(grants(OTHER, 0), [true, true, false]);
  assert.deepEqual(grants(ASKER, 999_999), [false, false, false]);
  assert.deepEqual(grants(ASKER, 1_000_000), [true, true, false]);
  for (let n = 0; n < 4095; n++) limit.grant(`forged ${n}`, 1_000_000);
  assert.equal(limit.grant(ASKER, 1_000_000), false, "it is still known");
  limit.grant("forged anew", 1_000_000);
  assert.equal(limit.grant(ASKER, 1_000_000), true, "memory is bounded");
});
