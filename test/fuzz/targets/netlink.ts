/**
 * What the kernel tells in octets, by the readers behind the netlink sockets: nothing of it may end a tool.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as kernel from "@viptools/kernel/fuzzed";
import { isIpAddress } from "../inputs/addresses.ts";
import type { Target } from "../target.ts";

/** Begins with what is kept: messages that a lab's kernel has sent. */
function reader(name: string, play: (bytes: Uint8Array) => void): Target {
  return {
    name: `netlink-${name}`,
    kind: "octets",
    seeds: () => [],
    refusals: [],
    longest: 2000,
    play,
  };
}

export const TARGETS: readonly Target[] = [
  reader("parts", (bytes) => {
    const parts = kernel.readParts(bytes);
    const length = parts.reduce((sum, { body }) => sum + body.length + 16, 0);
    assert.ok(length <= bytes.length, "no message is longer than what came");
    for (const event of kernel.decodeLinkEvents(bytes))
      if (event.type === "address") assert.ok(isIpAddress(event.address.address));
  }),
  reader("attributes", (bytes) => {
    const lists = kernel.listAttributes(bytes);
    assert.ok(lists.reduce((sum, { length }) => sum + length + 4, 0) <= bytes.length);
    for (const value of kernel.readAttributes(bytes).values()) {
      kernel.readString(value);
      kernel.readU32(value);
    }
  }),
  reader("link", (bytes) => {
    const link = kernel.decodeLink(bytes);
    assert.ok(link === undefined || (Number.isSafeInteger(link.index) && Number.isFinite(link.heardFrames)));
  }),
  reader("address", (bytes) => {
    const found = kernel.decodeAddress(bytes);
    assert.ok(found === undefined || isIpAddress(found.address));
  }),
  reader("route", (bytes) => {
    const found = kernel.decodeRoute(bytes);
    assert.ok(found === undefined || isIpAddress(found.destination));
    for (const gateway of kernel.decodeDefaultGateways(bytes)) assert.ok(isIpAddress(gateway));
  }),
  reader("neighbour", (bytes) => {
    const found = kernel.decodeNeighbourEntry(bytes);
    assert.ok(found === undefined || isIpAddress(found.address));
    kernel.decodeForwardingEntry(bytes);
  }),
  reader("nft", (bytes) => {
    kernel.readTable(bytes);
    kernel.readTableName(bytes);
    kernel.readContent([bytes], [bytes]);
    for (const { expiresMs } of kernel.readElements(bytes))
      assert.ok(expiresMs === undefined || expiresMs >= 0, `${expiresMs}`);
  }),
];
