/** What counts as the voice of the virtual router: everything that is counted at the switch stands on this. */
import assert from "node:assert/strict";
import test from "node:test";
import { ipv6ToBytes } from "@viptools/wire";
import { VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { VMAC, VMAC6 } from "../lab/router.ts";
import { describe } from "../lab/taps.ts";

const NIC = "02:00:00:00:00:02";
const OWN6 = "2001:db8::2";
const GROUP6 = "ff02::1";
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** @param payload in hexadecimal digits. */
function frame(source: string, etherType: string, payload: string): Uint8Array {
  return Buffer.from(`ffffffffffff${source.replaceAll(":", "")}${etherType}${payload}`, "hex");
}

function arp(source: string, operation: 1 | 2, senderIp: string, targetIp: string): Uint8Array {
  const address = (ip: string): string => hexOf(Uint8Array.from(ip.split("."), Number));
  const mac = source.replaceAll(":", "");
  const body = `000${operation}${mac}${address(senderIp)}000000000000${address(targetIp)}`;
  return frame(source, "0806", `000108000604${body}`);
}

/** @param message type, and whatever follows it, in hexadecimal digits. */
function ipv6(source: string, nextHeader: string, from: string, to: string, message: string): Uint8Array {
  const length = (message.length / 2).toString(16).padStart(4, "0");
  const header = `60000000${length}${nextHeader}ff${hexOf(ipv6ToBytes(from))}${hexOf(ipv6ToBytes(to))}`;
  return frame(source, "86dd", header + message);
}

function neighbour(source: string, type: "87" | "88", from: string, target: string): Uint8Array {
  return ipv6(source, "3a", from, GROUP6, `${type}00000000000000${hexOf(ipv6ToBytes(target))}`);
}

const CASES: readonly [string, Uint8Array, kind: string, isVoice: boolean][] = [
  ["an ARP question from the VIP, by the NIC", arp(NIC, 1, VIP, "192.0.2.3"), "arp_request", true],
  ["an ARP answer for the VIP, by the NIC", arp(NIC, 2, VIP, "192.0.2.3"), "arp_reply", true],
  ["an ARP answer of the host's own, by the virtual MAC", arp(VMAC, 2, "192.0.2.2", VIP), "arp_reply", true],
  ["an ARP answer of the host's own", arp(NIC, 2, "192.0.2.2", "192.0.2.3"), "arp_reply", false],
  ["an ARP probe for the VIP", arp(NIC, 1, "0.0.0.0", VIP), "arp_request", false],
  ["an advertisement of the VIP", neighbour(NIC, "88", OWN6, VIP6), "advertisement", true],
  ["one of the link-local VIP", neighbour(NIC, "88", VIP6_LL, VIP6_LL), "advertisement", true],
  ["one of the host's own address", neighbour(NIC, "88", OWN6, OWN6), "advertisement", false],
  ["a solicitation from the VIP", neighbour(NIC, "87", VIP6, "2001:db8::3"), "solicitation", true],
  ["a solicitation from the link-local VIP", neighbour(NIC, "87", VIP6_LL, "fe80::3"), "solicitation", true],
  ["one that asks for the VIP", neighbour(NIC, "87", OWN6, VIP6), "solicitation", false],
  ["DAD for the VIP", neighbour(NIC, "87", "::", VIP6), "solicitation", true],
  ["DAD for another address", neighbour(NIC, "87", "::", OWN6), "solicitation", false],
  ["a packet from the VIP, by the NIC", ipv6(NIC, "3a", VIP6, OWN6, "8100"), "ipv6", false],
  ["MLD from the virtual MAC", ipv6(VMAC6, "00", "fe80::1", "ff02::16", "3a00"), "ipv6", true],
  ["an advert from the virtual MAC", ipv6(VMAC6, "70", "fe80::1", "ff02::12", "313364"), "advert", true],
  ["an advert from the NIC", ipv6(NIC, "70", "fe80::1", "ff02::12", "313364"), "advert", false],
];
for (const [what, bytes, kind, isVoice] of CASES) {
  test(`${what} is ${isVoice ? "" : "not "}the voice of the virtual router`, () => {
    const seen = describe("b", 0, bytes);
    assert.deepEqual([seen.kind, seen.isVoice], [kind, isVoice]);
  });
}
