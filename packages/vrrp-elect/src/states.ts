/**
 * The words of the election: what a virtual router can be, what can happen to it, and what it wants done.
 *
 * Each state has its own timers and nothing else. The RFC knows three states. Two more describe a hand-over without loss:
 * `settling` has decided to be Active and waits until this host receives, `leaving` has said goodbye and serves on. `silent`
 * is Active, and not heard by whoever obeys it.
 *
 * @module
 */
import type { VrrpStateName } from "@viptools/records";
import { activeDownUs, skewUs, type TimerConfig } from "./timers.ts";

export interface ElectionConfig extends TimerConfig {
  /** Effective: 1 to 254; 255 for the owner of the addresses. */
  readonly priority: number;
  /** Whether a Backup takes over from an Active of lower priority; an owner always does. */
  readonly preempt: boolean;
  /** From the first advert of a lower priority to taking over from it; 0 for the RFC's own rule. */
  readonly preemptDelayUs: number;
  /** After a start, nothing is taken for so long. */
  readonly startupDelayUs: number;
  /** How long a link that has carried no frame yet is waited for; 0 not at all. */
  readonly startupHoldUs: number;
  /** Advertisement_Interval. */
  readonly advertUs: number;
  /** How long a leaver serves on at most, until it hears its successor. */
  readonly handoverUs: number;
  /** From taking over from a living Active to the first advert. */
  readonly settleUs: number;
  /** Takes over only when its whole sync group can: the caller says `take`. */
  readonly isGrouped: boolean;
  /** Yields with one last advert: it tells the winner that there were two, and whom the neighbours believe. */
  readonly yieldsAloud: boolean;
}

/** What an accepted advert said. */
export interface HeardAdvert {
  readonly address: string;
  readonly priority: number;
  readonly advertUs: number;
  /** Its source compares greater than our own primary address. */
  readonly isFromHigherAddress: boolean;
}

/** Why a Backup would take over, if its timer ran out now. */
export type TakeOverReason = "active_down" | "priority_zero" | "preempt" | "owner";

export interface Backup {
  readonly name: "backup";
  /** Learned from the Active; our own until one is heard. */
  readonly activeAdvertUs: number;
  readonly activeDownAtUs: number;
  readonly takeOverReason: TakeOverReason;
  /** With a preempt delay: when an Active of lower priority has been there long enough. */
  readonly preemptAtUs: number | undefined;
  /** Start-up delay, and hold: nothing is taken earlier. */
  readonly notBeforeUs: number;
  /** While the link has carried no frame, or nobody reads our records: when the start-up delay alone would end. */
  readonly heldUntilUs: number | undefined;
  /** Whoever reads our records is late: nothing is taken. */
  readonly isUnheard?: boolean;
  /** "I may soon be Active" was said, and not taken back. */
  readonly isPrepared: boolean;
  /** It was taken back: not said again before this. Who says goodbye and is back in turn makes no flood of records. */
  readonly prepareFromUs?: number;
  /** Gave the role away by itself, so it does not take it back from a living Active. */
  readonly hasResigned: boolean;
  /** Its timer has run out, and it waits for its group. */
  readonly isReady: boolean;
}

export interface Settling {
  readonly name: "settling";
  readonly activeAdvertUs: number;
  readonly firstAdvertAtUs: number;
}

export interface Active {
  readonly name: "active";
  readonly advertAtUs: number;
  /** Not before this time is a losing advert answered again. */
  readonly answerFromUs: number;
}

/** What was asked of a router that cannot do it yet. */
export interface Wish {
  readonly reason: string;
  readonly next: "initialize" | "backup";
  readonly hasResigned: boolean;
}

export interface Leaving extends Wish {
  readonly name: "leaving";
  readonly untilUs: number;
  /** As in {@link Backup}. */
  readonly isUnheard?: boolean;
}

/** Active, but whoever obeys our records is late: says nothing, and either speaks again within its last lease or leaves. */
export interface Silent {
  readonly name: "silent";
  /** When its last lease ends. */
  readonly untilUs: number;
  /** Why it is silent. */
  readonly reason: string;
  readonly wish?: Wish | undefined;
  /** The interval of another that has spoken as Active. */
  readonly rivalAdvertUs?: number;
}

export type State = { readonly name: "initialize" } | Backup | Settling | Active | Leaving | Silent;

export type Input =
  | {
      readonly type: "startup";
      readonly nowUs: number;
      readonly reason: string;
      /** The link has carried nothing yet, or nobody has read a record of ours yet. */
      readonly isDeaf?: boolean;
      /** Whoever reads our records is late. */
      readonly isUnheard?: boolean;
    }
  /** The administrator, a tracker or the pipe wants this router to stop: others are told. */
  | {
      readonly type: "shutdown";
      readonly nowUs: number;
      readonly reason: string;
      readonly isAbrupt?: boolean;
    }
  /** The router can no longer speak: nobody can be told. */
  | { readonly type: "disable"; readonly nowUs: number; readonly reason: string }
  /** Gives the role to another one, and stays as Backup. */
  | { readonly type: "resign"; readonly nowUs: number; readonly reason: string }
  /** Another member of the sync group can no longer be Active. */
  | { readonly type: "yield"; readonly nowUs: number; readonly reason: string }
  /** Every member of the sync group is ready. */
  | { readonly type: "take"; readonly nowUs: number }
  | { readonly type: "tick"; readonly nowUs: number }
  | { readonly type: "advert"; readonly nowUs: number; readonly advert: HeardAdvert }
  /** The link has carried a frame, and our records have a reader. */
  | { readonly type: "carried"; readonly nowUs: number }
  /** Whoever reads our records has left those of a whole lease unread. */
  | {
      readonly type: "unheard";
      readonly nowUs: number;
      readonly reason: string;
      /** When the last lease that was granted ends. */
      readonly leaseEndUs: number;
    }
  /** Our records are read again. */
  | { readonly type: "heard"; readonly nowUs: number }
  /** A frame came in whose source is our own virtual MAC. */
  | { readonly type: "own_mac"; readonly nowUs: number }
  /** Whoever owns the addresses says that this host receives. */
  | { readonly type: "settled"; readonly nowUs: number }
  /** Settings have changed; the new ones come with the same step. */
  | { readonly type: "reconfigured"; readonly nowUs: number; readonly previous: ElectionConfig };

export type Action =
  | { readonly type: "send"; readonly priority: number }
  | {
      readonly type: "become";
      readonly from: VrrpStateName;
      readonly to: VrrpStateName;
      readonly reason: string;
    }
  | { readonly type: "prepare"; readonly withinUs: number }
  /** What this host may do without an advert of its own. */
  | { readonly type: "lease"; readonly kind: "leaving" | "settling"; readonly validUs: number }
  /** A timer was seen to have run out this late. */
  | { readonly type: "stalled"; readonly lateUs: number };

export type Step = readonly [State, ...Action[]];

export const INITIAL: State = { name: "initialize" };
export const OWNER_PRIORITY = 255;
/** After a stall of this many intervals nobody knows who is Active: listen before speaking (S6). */
export const STALL_INTERVALS = 3;

/** What the RFC and the records call it: who settles, leaves or is silent holds the addresses. */
export function roleOf(state: State): VrrpStateName {
  return state.name === "initialize" || state.name === "backup" ? state.name : "active";
}

/** Version 2 knows its own interval only, and refuses adverts that carry another (V2-6.4.2-a). */
export function learn(config: ElectionConfig, advert: HeardAdvert): number {
  return config.version === 2 ? config.advertUs : advert.advertUs;
}

/** SM-14's guard. The comparison of addresses exists only in Active (V3-SM-b). */
export function outranks(config: ElectionConfig, advert: HeardAdvert): boolean {
  return (
    advert.priority > config.priority || (advert.priority === config.priority && advert.isFromHigherAddress)
  );
}

/** A Backup that has just heard an Active, or starts as if it had. */
export function waitFor(config: ElectionConfig, activeAdvertUs: number, nowUs: number): Backup {
  return {
    name: "backup",
    activeAdvertUs,
    activeDownAtUs: nowUs + activeDownUs(config, activeAdvertUs),
    takeOverReason: "active_down",
    preemptAtUs: undefined,
    notBeforeUs: 0,
    heldUntilUs: undefined,
    isPrepared: false,
    hasResigned: false,
    isReady: false,
  };
}

/** When a Backup takes over if nothing happens; Infinity for never. */
export function takeOverAtUs({ notBeforeUs, isUnheard, activeDownAtUs, preemptAtUs }: Backup): number {
  if (isUnheard) return Infinity;
  return Math.max(notBeforeUs, Math.min(activeDownAtUs, preemptAtUs ?? Infinity));
}

/** When a Backup says that it may soon be Active: the second advert in a row is missing, or the rest is as short. */
export function prepareAtUs(config: ElectionConfig, state: Backup): number {
  const skew = skewUs(config.version, config.priority, state.activeAdvertUs);
  const takeOverAt = takeOverAtUs(state);
  return Math.min(
    takeOverAt,
    Math.max(takeOverAt - skew - state.activeAdvertUs / 2, state.prepareFromUs ?? 0),
  );
}

/**
 * To Active. From a living Active the step is made in two: first this host receives, then the advert moves the switch
 * port (S7).
 */
export function takeOver(config: ElectionConfig, from: State, nowUs: number, reason: TakeOverReason): Step {
  const isPlanned = reason === "preempt" || reason === "priority_zero";
  if (!isPlanned || config.settleUs === 0) return speak(config, from, nowUs, reason);
  const settling: Settling = {
    name: "settling",
    activeAdvertUs: from.name === "backup" ? from.activeAdvertUs : config.advertUs,
    firstAdvertAtUs: nowUs + config.settleUs,
  };
  const validUs = config.settleUs + config.advertUs;
  return withActions(settling, change(from, settling, reason), { type: "lease", kind: "settling", validUs });
}

/** The first advert. */
export function speak(config: ElectionConfig, from: State, nowUs: number, reason: string): Step {
  const active: Active = { name: "active", advertAtUs: nowUs + config.advertUs, answerFromUs: nowUs };
  const advert: Action = { type: "send", priority: config.priority };
  return roleOf(from) === "active"
    ? withActions(active, advert)
    : withActions(active, advert, change(from, active, reason));
}

export function become(from: State, to: State, reason: string): Step {
  return withActions(to, change(from, to, reason));
}

export function change(from: State, to: State, reason: string): Action {
  return { type: "become", from: roleOf(from), to: roleOf(to), reason };
}

export function withActions(state: State, ...actions: readonly Action[]): Step {
  return [state, ...actions];
}
