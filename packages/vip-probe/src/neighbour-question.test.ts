import assert from "node:assert/strict";
import test from "node:test";
import {
  decodeEthernet,
  EtherType,
  encodeEthernet,
  encodeIpv6,
  encodeNeighbour,
  type NeighbourAdvertisement,
  NeighbourType,
  WireError,
} from "@viptools/wire";
import { neighbourQuestion } from "./neighbour-question.ts";

const US = "fe80::ff:fe00:3";
const OWNER = "00:00:5e:00:02:33";
const QUESTION = neighbourQuestion("2001:db8::100", "02:00:00:00:00:03", US);

test("neighbourQuestion() asks the solicited-node group, from our MAC and address, with our MAC to answer at", () => {
  const octets = `3333ff000100 020000000003 86dd 60000000 0020 3a ff
    fe8000000000000000 0000fffe000003 ff0200000000000000000001ff000100
    87 00 4a5f 00000000 20010db8000000000000000000000100 01 01 020000000003`;
  assert.equal(Buffer.from(QUESTION.frame).toString("hex"), octets.replaceAll(/\s/g, ""));
});

const ANSWER: NeighbourAdvertisement = {
  type: NeighbourType.advertisement,
  isRouter: false,
  isSolicited: true,
  isOverride: true,
  target: "2001:db8::100",
  linkLayer: OWNER,
};

/** Who answers, as the question reads a frame. */
function ownerOf(
  message: Partial<NeighbourAdvertisement>,
  destination = US,
  hopLimit = 255,
): string | undefined {
  const packet = encodeNeighbour({ ...ANSWER, ...message }, "2001:db8::100", destination);
  const payload = encodeIpv6({ ...packet, hopLimit });
  const addresses = { destination: "02:00:00:00:00:03", source: "02:00:00:00:00:09" };
  return QUESTION.readOwner(
    decodeEthernet(encodeEthernet({ ...addresses, etherType: EtherType.ipv6, payload })),
  );
}

const ANSWERS: [string, string | undefined, () => string | undefined][] = [
  ["an answer, by its option and not by its Ethernet source", OWNER, () => ownerOf({})],
  ["a router's answer", OWNER, () => ownerOf({ isRouter: true })],
  ["an answer without override", OWNER, () => ownerOf({ isOverride: false })],
  ["an announcement to all", undefined, () => ownerOf({ isSolicited: false }, "ff02::1")],
  ["an announcement to us", undefined, () => ownerOf({ isSolicited: false })],
  ["an answer to another host", undefined, () => ownerOf({}, "fe80::ff:fe00:4")],
  ["an answer for another address", undefined, () => ownerOf({ target: "2001:db8::101" })],
  ["an answer without a MAC", undefined, () => ownerOf({ linkLayer: undefined })],
];
for (const [name, owner, read] of ANSWERS) {
  test(`neighbourQuestion() takes ${name} for ${owner ?? "no answer"}`, () => assert.equal(read(), owner));
}

test("neighbourQuestion() lets no answer in that came over a router", () => {
  assert.throws(() => ownerOf({}, US, 254), WireError);
});
