import assert from "node:assert/strict";
import test from "node:test";
import {
  ALL_NODES_GROUP,
  ArpOperation,
  BROADCAST_MAC,
  EtherType,
  encodeArp,
  encodeEthernet,
  encodeIpv6Frame,
  encodeNeighbour,
  NeighbourType,
  ZERO_MAC,
} from "@viptools/wire";
import { type Claim, readClaim } from "./kernel-claim.ts";

const A = "02:00:00:00:00:0a";
const B = "02:00:00:00:00:0b";

function arp(operation: number, senderIp: string, targetIp: string, targetMac: string, destination: string) {
  const payload = encodeArp({ operation, senderMac: A, senderIp, targetMac, targetIp });
  return encodeEthernet({ destination, source: A, etherType: EtherType.arp, payload });
}

function advertisement(changes: { linkLayer?: undefined; hopLimit?: number; target?: string } = {}) {
  const message = {
    type: NeighbourType.advertisement,
    isRouter: true,
    isSolicited: false,
    isOverride: true,
    target: "2001:db8::100",
    linkLayer: B,
    ...changes,
  };
  const packet = encodeNeighbour(message, "2001:db8::2", ALL_NODES_GROUP);
  return encodeIpv6Frame({ ...packet, hopLimit: changes.hopLimit ?? 255 }, A);
}

const CLAIMS: readonly (readonly [name: string, bytes: Uint8Array, claim: Partial<Claim>])[] = [
  [
    "a gratuitous request",
    arp(ArpOperation.request, "192.0.2.9", "192.0.2.9", ZERO_MAC, BROADCAST_MAC),
    { family: 4, form: "request", ip: "192.0.2.9", mac: A, namesItself: false, onlyFor: undefined },
  ],
  [
    "a reply to itself",
    arp(ArpOperation.reply, "192.0.2.9", "192.0.2.9", A, BROADCAST_MAC),
    { form: "reply", ip: "192.0.2.9", namesItself: true },
  ],
  [
    "an answer to one host",
    arp(ArpOperation.reply, "192.0.2.9", "192.0.2.1", B, B),
    { form: "reply", ip: "192.0.2.9", target: "192.0.2.1", onlyFor: B },
  ],
  [
    "a probe",
    arp(ArpOperation.request, "0.0.0.0", "192.0.2.9", ZERO_MAC, BROADCAST_MAC),
    { form: "probe", ip: "192.0.2.9", mac: A },
  ],
  [
    "an advertisement",
    advertisement(),
    { family: 6, form: "advertisement", ip: "2001:db8::100", mac: B, isOverride: true, saysMac: true },
  ],
  ["an advertisement that came over a router", advertisement({ hopLimit: 254 }), { mac: B, hopLimit: 254 }],
  ["an advertisement without a MAC", advertisement({ linkLayer: undefined }), { mac: A, saysMac: false }],
];
for (const [name, bytes, claim] of CLAIMS) {
  test(`readClaim() reads ${name}`, () => {
    const read = readClaim(bytes, 0);
    assert.deepEqual({ ...read, ...claim }, read);
  });
}

const spoilt = advertisement();
spoilt[spoilt.length - 1]! ^= 1;
const NOTHING: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["another operation", arp(8, "192.0.2.9", "192.0.2.9", ZERO_MAC, BROADCAST_MAC)],
  ["a wrong checksum", spoilt],
  ["half an ARP packet", arp(1, "192.0.2.9", "192.0.2.9", ZERO_MAC, BROADCAST_MAC).subarray(0, 30)],
  ["no frame", new Uint8Array(5)],
  ["a group as its target", advertisement({ target: "ff02::1" })],
];
for (const [name, bytes] of NOTHING) {
  test(`readClaim() finds no claim in ${name}`, () => assert.equal(readClaim(bytes, 0), undefined));
}
