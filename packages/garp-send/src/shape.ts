/**
 * What the frames of a run have in common, beside whom they announce: pure.
 *
 * @module
 */
import { BROADCAST_MAC, type Mac, tagFrame, ZERO_MAC } from "@viptools/wire";
import type { Form } from "./announcement.ts";

/** The target MAC of an announcement; `own` is that of its sender. */
export type TargetMac = "own" | Mac;

export interface Shape {
  readonly targetMac: Readonly<Record<Form, TargetMac>>;
  /** The only neighbour that is told; everybody if undefined. */
  readonly to?: Mac | undefined;
  /** 802.1Q tag, 1 to 4094; no tag if undefined. */
  readonly vlan?: number | undefined;
}

/** To everybody, in the form that every Linux takes at once. */
export const PLAIN_SHAPE: Shape = { targetMac: { request: "own", reply: "own" } };

/** By their names on the command line. */
export const TARGET_MACS: ReadonlyMap<string, TargetMac> = new Map([
  ["zero", ZERO_MAC],
  ["ones", BROADCAST_MAC],
  ["own", "own"],
]);

/** @returns the frame as it leaves. */
export function tagAs({ vlan }: Shape, frame: Uint8Array): Uint8Array {
  return vlan === undefined ? frame : tagFrame(frame, vlan);
}
