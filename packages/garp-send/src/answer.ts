/**
 * Whether a question is answered, and how: pure.
 *
 * @module
 */
import {
  BROADCAST_MAC,
  type IpAddress,
  ipv6GroupMac,
  isGroupMac,
  type Mac,
  solicitedNodeGroup,
  ZERO_MAC,
} from "@viptools/wire";
import type { Question } from "./question.ts";
import type { Refusal } from "./voice-gate.ts";

/** Why there is no answer; each has a counter of its own, but for what others are asked. */
export type Silence =
  | "not_ours"
  | "other_interface"
  /** This host's own question, or one whose direction nobody knows. */
  | "not_incoming"
  /** Asked too long ago, in the future, or nobody knows when. */
  | "stale"
  /** Receivers have to discard it. */
  | "invalid"
  /** Sent to another station: a NIC in promiscuous mode hears it too. */
  | "to_another"
  /** The asker's MAC is no station's, or our own. */
  | "no_asker"
  /** So many answers a second went to this asker already. */
  | "limited"
  | Refusal;

export interface Answer {
  readonly question: Question;
  /** Who has the target: Ethernet source, and what the asker shall learn. */
  readonly mac: Mac;
}

export interface Circumstances {
  readonly interfaceName: string;
  /** The MAC of each address that is answered for. */
  readonly macs: ReadonlyMap<IpAddress, Mac>;
  readonly nowNs: bigint;
  /** Why this host may not speak for an address; undefined if it may. */
  readonly refusal: (address: IpAddress) => Refusal | undefined;
  /** Counts an answer to the asker. @returns false if it has had enough. */
  readonly grant: (asker: Mac) => boolean;
}

/** Who asked longer ago has asked again, or has been answered by another host. */
export const FRESH_NS = 1_000_000_000n;
/** Packets are stamped by another clock than ours: the two may differ by so much. */
const CLOCKS_DIFFER_NS = 10_000_000n;

/** @returns the answer, or why there is none. */
export function decideAnswer(question: Question, around: Circumstances): Answer | Silence {
  const mac = around.macs.get(question.target);
  if (mac === undefined) return "not_ours";
  const silence = unfit(question, around) ?? strange(question, mac) ?? around.refusal(question.target);
  if (silence !== undefined) return silence;
  return around.grant(question.mac) ? { question, mac } : "limited";
}

function unfit(question: Question, { interfaceName, nowNs }: Circumstances): Silence | undefined {
  if (question.interface !== interfaceName) return "other_interface";
  if (question.direction !== "in") return "not_incoming";
  if (question.heardNs === undefined) return "stale";
  const ageNs = nowNs - question.heardNs;
  return ageNs > FRESH_NS || ageNs < -CLOCKS_DIFFER_NS ? "stale" : undefined;
}

function strange(question: Question, ours: Mac): Silence | undefined {
  const { mac, sentTo, isInvalid } = question;
  if (isInvalid) return "invalid";
  if (sentTo !== ours && sentTo !== everybodyAsked(question)) return "to_another";
  return isGroupMac(mac) || mac === ZERO_MAC || mac === ours ? "no_asker" : undefined;
}

/** Where a question goes whose asker knows no MAC. */
function everybodyAsked({ family, target }: Question): Mac {
  return family === 4 ? BROADCAST_MAC : ipv6GroupMac(solicitedNodeGroup(target));
}
