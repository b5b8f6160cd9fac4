/**
 * All types of records, in the order in which the documentation shows them.
 *
 * @module
 */
import type * as v from "valibot";
import * as hide from "./hide-records.ts";
import * as neighbour from "./neighbour-records.ts";
import * as owner from "./owner-records.ts";
import * as tool from "./tool-records.ts";
import * as verdict from "./verdict-records.ts";
import * as vrrp from "./vrrp-records.ts";

export const VOCABULARY = [
  vrrp.vrrpState,
  vrrp.vrrpPrepare,
  vrrp.vrrpLease,
  vrrp.vrrpAlive,
  vrrp.vrrpPeer,
  vrrp.vrrpChanged,
  vrrp.vrrpHealed,
  vrrp.vrrpSilent,
  vrrp.vrrpLate,
  vrrp.vrrpVrid,
  vrrp.vrrpConflict,
  vrrp.vrrpRejected,
  vrrp.vrrpReasserted,
  vrrp.vrrpStalled,
  owner.vmacUp,
  owner.vmacPrepared,
  owner.vmacDown,
  owner.vmacRepaired,
  owner.vmacFenced,
  owner.vmacError,
  owner.vmacStep,
  owner.vmacStatus,
  owner.vmacFinding,
  owner.vmacProbed,
  hide.hideAdded,
  hide.hideRemoved,
  hide.hideStep,
  hide.hideStatus,
  hide.hideChecked,
  neighbour.arpSeen,
  neighbour.ndpSeen,
  neighbour.arpMalformed,
  neighbour.ndpMalformed,
  neighbour.arpKernel,
  neighbour.arpChanged,
  neighbour.arpConflict,
  neighbour.arpFlipFlop,
  neighbour.garpSent,
  neighbour.garpAnswered,
  neighbour.garpProbed,
  neighbour.garpPlanned,
  neighbour.garpFound,
  neighbour.garpRound,
  neighbour.probeAsked,
  neighbour.probeLost,
  neighbour.probeBack,
  neighbour.probeSummary,
  verdict.verdictFinding,
  verdict.verdictSummary,
  tool.trackState,
  tool.electSet,
  tool.keepalivedState,
  tool.toolError,
  tool.toolStats,
] as const;

type Declared = (typeof VOCABULARY)[number];
type OutputOf<D> = D extends { schema: infer S extends v.GenericSchema } ? v.InferOutput<S> : never;
type HeadKey = "v" | "tool" | "host" | "pid" | "ts" | "mono_ns" | "seq";
type WithoutHead<R> = R extends unknown ? Omit<R, HeadKey> : never;

/** Every record of schema 1, told apart by `type`. */
export type KnownRecord = OutputOf<Declared>;
/** The record of one type. */
export type RecordOf<T extends KnownRecord["type"]> = Extract<KnownRecord, { type: T }>;
/** A record before its writer has put the head on. */
export type RecordBody = WithoutHead<KnownRecord>;
export type VrrpStateName = RecordOf<"vrrp.state">["state"];
