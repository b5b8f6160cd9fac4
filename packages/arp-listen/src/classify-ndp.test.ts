import assert from "node:assert/strict";
import test from "node:test";
import {
  ALL_NODES_GROUP,
  ANY_IPV6,
  EtherType,
  encodeEthernet,
  encodeIpv6,
  encodeNeighbour,
  internetChecksum,
  ipv6GroupMac,
  type NeighbourMessage,
  NeighbourType,
  pseudoHeaderSum,
  solicitedNodeGroup,
} from "@viptools/wire";
import { flagNames } from "./flags.ts";
import { A, A_IP6, B, ndpFrame, sight } from "./frames.fixture.ts";
import { KIND_NAMES, Kind } from "./kinds.ts";
import { Protocol } from "./sighting.ts";

const TARGET = "fe80::b";
const GROUP = solicitedNodeGroup(TARGET);
const question = (linkLayer?: string, target = TARGET): NeighbourMessage => ({
  type: NeighbourType.solicitation,
  target,
  linkLayer,
});
const answer = (isSolicited: boolean, linkLayer: string | undefined = A): NeighbourMessage => ({
  type: NeighbourType.advertisement,
  isRouter: false,
  isSolicited,
  isOverride: true,
  target: A_IP6,
  linkLayer,
});

/** A message whose octets are changed, with a checksum that holds. */
function bent(message: NeighbourMessage, change: (payload: Uint8Array) => Uint8Array): Uint8Array {
  const packet = encodeNeighbour(message, A_IP6, GROUP);
  const payload = change(packet.payload);
  payload.set([0, 0], 2);
  const start = pseudoHeaderSum(A_IP6, GROUP, 58, payload.length);
  new DataView(payload.buffer).setUint16(2, internetChecksum(payload, start));
  const frame = encodeIpv6({ ...packet, payload });
  return encodeEthernet({
    destination: ipv6GroupMac(GROUP),
    source: A,
    etherType: EtherType.ipv6,
    payload: frame,
  });
}
const withOctet = (at: number, value: number) => (payload: Uint8Array) => {
  payload[at] = value;
  return payload;
};
const longer =
  (...octets: number[]) =>
  (payload: Uint8Array) =>
    Uint8Array.of(...payload, ...octets);
/** Behind eight octets of another header. */
const behind = (header: number, frame: Uint8Array, fragment = 0): Uint8Array => {
  const extended = Uint8Array.of(
    ...frame.subarray(0, 54),
    58,
    0,
    fragment >> 8,
    fragment,
    0,
    0,
    0,
    0,
    ...frame.subarray(54),
  );
  extended[20] = header;
  extended[19] = extended[19]! + 8;
  return extended;
};

interface Row {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind: string;
  readonly flags?: string[];
  readonly detail?: RegExp;
}
const ROWS: readonly Row[] = [
  { name: "a question", bytes: ndpFrame(question(A), A_IP6, GROUP), kind: "solicitation" },
  { name: "a question to one", bytes: ndpFrame(question(), A_IP6, TARGET), kind: "solicitation" },
  { name: "an answer", bytes: ndpFrame(answer(true), A_IP6, TARGET), kind: "advertisement" },
  { name: "an announcement", bytes: ndpFrame(answer(false), A_IP6, ALL_NODES_GROUP), kind: "unsolicited" },
  { name: "detection", bytes: ndpFrame(question(), ANY_IPV6, GROUP), kind: "dad" },
  {
    name: "detection with a MAC",
    bytes: ndpFrame(question(A), ANY_IPV6, GROUP),
    kind: "dad",
    flags: ["dad_form"],
  },
  {
    name: "detection to all",
    bytes: ndpFrame(question(), ANY_IPV6, ALL_NODES_GROUP),
    kind: "dad",
    flags: ["dad_form"],
  },
  {
    name: "a hop limit of 254",
    bytes: ndpFrame(answer(true), A_IP6, TARGET, { hopLimit: 254 }),
    kind: "advertisement",
    flags: ["hop_limit"],
  },
  {
    name: "another's MAC",
    bytes: ndpFrame(answer(true, B), A_IP6, TARGET),
    kind: "advertisement",
    flags: ["eth_mismatch"],
  },
  {
    name: "a group's MAC",
    bytes: ndpFrame(question("33:33:00:00:00:01"), A_IP6, GROUP),
    kind: "solicitation",
    flags: ["eth_mismatch", "group_sha"],
  },
  {
    name: "a group as target",
    bytes: ndpFrame(question(A, "ff02::1"), A_IP6, GROUP),
    kind: "solicitation",
    flags: ["group_target"],
  },
  {
    name: "an answer to all",
    bytes: ndpFrame(answer(true), A_IP6, ALL_NODES_GROUP),
    kind: "advertisement",
    flags: ["solicited_group"],
  },
  { name: "a code", bytes: bent(question(A), withOctet(1, 3)), kind: "solicitation", flags: ["code"] },
  { name: "a nonce", bytes: bent(question(A), longer(14, 1, 1, 2, 3, 4, 5, 6)), kind: "solicitation" },
  {
    name: "a long MAC option",
    bytes: bent(question(), longer(1, 2, ...new Array(14).fill(7))),
    kind: "solicitation",
    flags: ["options"],
  },
  {
    name: "a hop-by-hop header",
    bytes: behind(0, ndpFrame(question(A), A_IP6, GROUP)),
    kind: "solicitation",
  },
  {
    name: "an option without length",
    bytes: bent(question(), longer(1, 0, 2, 0, 0, 0, 0, 0)),
    kind: "malformed",
    flags: ["options"],
    detail: /option 1 has 0 of 8/,
  },
  {
    name: "an option past the end",
    bytes: bent(question(), longer(14, 2, 0, 0, 0, 0, 0, 0)),
    kind: "malformed",
    flags: ["options"],
    detail: /option 14 has 16 of 8/,
  },
  {
    name: "half an option's head",
    bytes: bent(question(), longer(14)),
    kind: "malformed",
    flags: ["options"],
    detail: /option 14 has 0 of 1/,
  },
  {
    name: "20 octets",
    bytes: bent(question(), (payload) => payload.slice(0, 20)),
    kind: "malformed",
    flags: ["truncated"],
    detail: /has 20 octets, needs 24/,
  },
  {
    name: "a fragment",
    bytes: behind(44, ndpFrame(question(A), A_IP6, GROUP)),
    kind: "malformed",
    flags: ["fragment"],
    detail: /fragment/,
  },
  {
    name: "a checksum of 0",
    bytes: (() => {
      const b = ndpFrame(question(A), A_IP6, GROUP);
      b.set([0, 0], 56);
      return b;
    })(),
    kind: "malformed",
    flags: ["checksum"],
    detail: /checksum/,
  },
  {
    name: "a frame that is cut",
    bytes: ndpFrame(question(A), A_IP6, GROUP).subarray(0, 80),
    kind: "malformed",
    flags: ["truncated"],
    detail: /IPv6 packet has 66 octets, its header says 72/,
  },
];
for (const { name, bytes, kind, flags = [], detail } of ROWS) {
  test(`classifyNdp() names ${name} ${kind} [${flags}]`, () => {
    const sighting = sight(bytes);
    assert.equal(sighting.protocol, Protocol.ndp);
    const isUnsolicited = sighting.kind === Kind.unsolicitedAdvertisement;
    assert.equal(isUnsolicited ? "unsolicited" : KIND_NAMES[sighting.kind], kind);
    assert.deepEqual(flagNames(sighting.flags), flags);
    assert.equal(sighting.isMalformed, detail !== undefined);
    if (detail !== undefined) assert.match(sighting.detail, detail);
  });
}

const frame = ndpFrame(question(A), A_IP6, GROUP);
const NEITHER: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["an echo request", bent(question(A), withOctet(0, 128))],
  ["a router advertisement", bent(question(A), withOctet(0, 134))],
  ["UDP", frame.map((octet, n) => (n === 20 ? 17 : octet))],
  ["a header of version 5", frame.map((octet, n) => (n === 14 ? 0x50 : octet))],
  ["half an IPv6 header", frame.subarray(0, 34)],
  ["a later fragment", behind(44, frame, 8)],
];
for (const [name, bytes] of NEITHER) {
  test(`classifyNdp() finds no neighbour discovery in ${name}`, () => {
    assert.equal(sight(bytes).protocol, Protocol.none);
  });
}
