/**
 * From a frame as a capture has it to what it says: pure.
 *
 * @module
 */
import { EtherType } from "@viptools/wire";
import { classifyArp } from "./classify.ts";
import { classifyNdp } from "./classify-ndp.ts";
import { findPayload } from "./link-layer.ts";
import type { Sighting } from "./sighting.ts";

/**
 * Reads a frame into a sighting that is used again and again. Never throws, whatever the frame holds.
 *
 * @param linkType as capture files count them: 1 Ethernet, 113 and 276 Linux cooked.
 * @param length how long the frame was on the wire; `bytes` may be less of it.
 * @param vlan the tag that the kernel took off, 0 for none.
 * @param direction one of `Direction`; cooked frames tell it by themselves.
 */
export function readFrame(
  sighting: Sighting,
  bytes: Uint8Array,
  linkType: number,
  length: number,
  vlan: number,
  direction: number,
): void {
  sighting.reset(bytes, vlan, direction);
  if (!findPayload(sighting, linkType)) return;
  if (sighting.etherType === EtherType.arp) classifyArp(sighting, length);
  else if (sighting.etherType === EtherType.ipv6) classifyNdp(sighting, length);
}
