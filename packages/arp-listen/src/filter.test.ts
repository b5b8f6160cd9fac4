import assert from "node:assert/strict";
import test from "node:test";
import { NeighbourType } from "@viptools/wire";
import { Filter, type FilterOptions } from "./filter.ts";
import { A, A_IP, A_IP6, arpFrame, B, ndpFrame, sight } from "./frames.fixture.ts";
import { KIND_WORDS, kindsOf } from "./kinds.ts";

const OPEN: FilterOptions = { ips: [], macs: [], kinds: 0, vlan: undefined };
const REQUEST = sight(arpFrame());
const TAGGED = sight(
  arpFrame({ operation: 2, senderMac: B, senderIp: "192.0.2.2", targetMac: A, targetIp: A_IP }, B, [7]),
);
const QUESTION = sight(
  ndpFrame(
    { type: NeighbourType.solicitation, target: "2001:db8::100", linkLayer: A },
    A_IP6,
    "ff02::1:ff00:100",
  ),
);
const BROKEN = sight(arpFrame().subarray(0, 30));
const PACKETS = { request: REQUEST, tagged: TAGGED, question: QUESTION, broken: BROKEN };

const ROWS: readonly (readonly [name: string, options: Partial<FilterOptions>, through: string])[] = [
  ["nothing is asked", {}, "request tagged question broken"],
  ["--ip of sender or target", { ips: [A_IP] }, "request tagged"],
  ["--ip of another", { ips: ["192.0.2.9"] }, ""],
  ["--ip twice", { ips: ["192.0.2.9", "192.0.2.2", "2001:db8::100"] }, "request tagged question"],
  ["--ip of IPv6's source", { ips: [A_IP6] }, "question"],
  ["--mac of the frame or in the packet", { macs: [B] }, "tagged"],
  ["--mac that everybody sends from or to", { macs: [A] }, "request tagged question broken"],
  ["--mac of the destination", { macs: ["ff:ff:ff:ff:ff:ff"] }, "request tagged broken"],
  ["--kind reply", { kinds: kindsOf("reply") }, "tagged"],
  ["--kind ndp", { kinds: kindsOf("ndp") }, "question"],
  ["--kind malformed", { kinds: kindsOf("malformed") }, "broken"],
  ["--kind arp", { kinds: kindsOf("arp") }, "request tagged"],
  ["--vlan 7", { vlan: 7 }, "tagged"],
  ["--vlan 8", { vlan: 8 }, ""],
  ["all together", { ips: [A_IP], macs: [B], kinds: kindsOf("reply"), vlan: 7 }, "tagged"],
  ["all together, one of them wrong", { ips: [A_IP], macs: [B], kinds: kindsOf("request"), vlan: 7 }, ""],
];
for (const [name, options, through] of ROWS) {
  test(`Filter lets through, where ${name}: ${through || "nothing"}`, () => {
    const filter = new Filter({ ...OPEN, ...options });
    const let_ = Object.entries(PACKETS).filter(([, sighting]) => filter.lets(sighting));
    assert.equal(let_.map(([packet]) => packet).join(" "), through);
  });
}

test("every word for kinds means some, and no other does", () => {
  for (const word of KIND_WORDS) assert.ok(kindsOf(word) > 0, word);
  assert.equal(kindsOf("garp"), 0);
  assert.equal(kindsOf("toString"), 0);
});
