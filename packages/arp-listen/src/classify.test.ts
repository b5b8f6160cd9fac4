import assert from "node:assert/strict";
import test from "node:test";
import type { ArpPacket, EthernetFrame } from "@viptools/wire";
import { classifyArp, flagArp } from "./classify.ts";

const A = "02:00:00:00:00:0a";
const ONES = "ff:ff:ff:ff:ff:ff";
const ZERO = "00:00:00:00:00:00";
const packet = (operation: number, senderIp: string, targetIp: string, targetMac: string): ArpPacket => ({
  operation,
  senderMac: A,
  senderIp,
  targetMac,
  targetIp,
});

const KINDS: [string, ArpPacket][] = [
  ["request", packet(1, "192.0.2.1", "192.0.2.2", ZERO)],
  ["reply", packet(2, "192.0.2.1", "192.0.2.2", A)],
  ["probe", packet(1, "0.0.0.0", "192.0.2.2", ZERO)],
  ["probe", packet(1, "0.0.0.0", "192.0.2.2", ONES)],
  ["probe", packet(1, "0.0.0.0", "0.0.0.0", ZERO)],
  ["announcement", packet(1, "192.0.2.1", "192.0.2.1", ZERO)],
  ["gratuitous_request", packet(1, "192.0.2.1", "192.0.2.1", ONES)],
  ["gratuitous_request", packet(1, "192.0.2.1", "192.0.2.1", A)],
  ["gratuitous_reply", packet(2, "192.0.2.1", "192.0.2.1", A)],
  ["other", packet(8, "192.0.2.1", "192.0.2.2", ZERO)],
];
for (const [kind, value] of KINDS) {
  test(`classifyArp() names op ${value.operation} ${value.senderIp} ${value.targetIp} ${value.targetMac} ${kind}`, () => {
    assert.equal(classifyArp(value), kind);
  });
}

const FLAGS: [string, string, string[]][] = [
  [A, A, []],
  ["02:00:00:00:00:0b", A, ["eth_mismatch"]],
  [A, ONES, ["eth_mismatch", "group_sha"]],
];
for (const [source, senderMac, flags] of FLAGS) {
  test(`flagArp() gives [${flags.join(" ")}] for ${senderMac} from ${source}`, () => {
    const frame = {
      source,
      destination: ONES,
      etherType: 0x0806,
      payload: new Uint8Array(),
    } satisfies EthernetFrame;
    assert.deepEqual(flagArp(frame, { ...packet(1, "192.0.2.1", "192.0.2.2", ZERO), senderMac }), flags);
  });
}
