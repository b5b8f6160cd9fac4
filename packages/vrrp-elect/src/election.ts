/**
 * The election of one virtual router (RFC 9568 §6.4, RFC 3768 §6.4): no clock, no socket, no randomness.
 *
 * Time comes in with each input, actions go out for the caller to carry out in their order. Rows SM-1 to SM-15 are those
 * of the state machine in the requirements.
 *
 * @module
 */
import { activeDownUs, skewUs } from "./timers.ts";

export interface ElectionConfig {
  readonly version: 2 | 3;
  /** 1 to 254; 255 for the owner of the addresses. */
  readonly priority: number;
  /** Whether a Backup takes over from an Active of lower priority; an owner always does. */
  readonly preempt: boolean;
  /** Advertisement_Interval. */
  readonly advertUs: number;
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
type TakeOverReason = "active_down" | "priority_zero" | "preempt";

export type State =
  | { readonly name: "initialize" }
  | {
      readonly name: "backup";
      /** Learned from the Active; our own until one is heard. */
      readonly activeAdvertUs: number;
      readonly activeDownAtUs: number;
      readonly takeOverReason: TakeOverReason;
    }
  | {
      readonly name: "active";
      readonly advertAtUs: number;
      /** Not before this time is a losing advert answered again. */
      readonly answerFromUs: number;
    };

export type Input =
  | { readonly type: "startup"; readonly nowUs: number; readonly reason: string }
  /** The administrator, or the pipe, wants this router to leave: others are told. */
  | { readonly type: "shutdown"; readonly nowUs: number; readonly reason: string }
  /** The router can no longer speak: nobody can be told. */
  | { readonly type: "disable"; readonly nowUs: number; readonly reason: string }
  | { readonly type: "tick"; readonly nowUs: number }
  | { readonly type: "advert"; readonly nowUs: number; readonly advert: HeardAdvert };

export type Action =
  | { readonly type: "send"; readonly priority: number }
  | {
      readonly type: "become";
      readonly from: State["name"];
      readonly to: State["name"];
      readonly reason: string;
    }
  /** A timer was seen to have run out this late. */
  | { readonly type: "stalled"; readonly lateUs: number };

export type Step = readonly [State, ...Action[]];
type Backup = Extract<State, { name: "backup" }>;
type Active = Extract<State, { name: "active" }>;

export const INITIAL: State = { name: "initialize" };
export const OWNER_PRIORITY = 255;

/** After a stall of this many intervals nobody knows who is Active: listen before speaking (S6). */
const STALL_INTERVALS = 3;
/** Losing adverts are answered at most this often: the answer is no reflector for a flood. */
const ANSWER_SPACING_US = 5000;

/** When the caller must next call {@link step} with a tick; never, if undefined. */
export function deadlineUs(state: State): number | undefined {
  switch (state.name) {
    case "initialize":
      return undefined;
    case "backup":
      return state.activeDownAtUs;
    case "active":
      return state.advertAtUs;
  }
}

/** Everything that can happen to a virtual router. The caller has drained its socket before it sends a tick. */
export function step(config: ElectionConfig, state: State, input: Input): Step {
  switch (state.name) {
    case "initialize":
      return input.type === "startup" ? start(config, input.nowUs, input.reason) : [state];
    case "backup":
      return stepBackup(config, state, input);
    case "active":
      return stepActive(config, state, input);
  }
}

/** SM-1, SM-3. */
function start(config: ElectionConfig, nowUs: number, reason: string): Step {
  if (config.priority === OWNER_PRIORITY) return takeOver(config, INITIAL, nowUs, "owner");
  return become(INITIAL, waitFor(config, config.advertUs, nowUs), reason);
}

function stepBackup(config: ElectionConfig, state: Backup, input: Input): Step {
  switch (input.type) {
    case "startup":
      return [state];
    case "shutdown":
    case "disable":
      return become(state, INITIAL, input.reason);
    case "tick":
      return backupTick(config, state, input.nowUs);
    case "advert":
      return backupAdvert(config, state, input.nowUs, input.advert);
  }
}

/** SM-6, after the rule for stalls. */
function backupTick(config: ElectionConfig, state: Backup, nowUs: number): Step {
  const lateUs = nowUs - state.activeDownAtUs;
  if (lateUs < 0) return [state];
  if (lateUs >= STALL_INTERVALS * state.activeAdvertUs) {
    return [
      { ...state, activeDownAtUs: nowUs + state.activeAdvertUs },
      { type: "stalled", lateUs },
    ];
  }
  return takeOver(config, state, nowUs, state.takeOverReason);
}

/** SM-8, SM-9, SM-10. */
function backupAdvert(config: ElectionConfig, state: Backup, nowUs: number, advert: HeardAdvert): Step {
  if (advert.priority === 0) {
    const activeDownAtUs = nowUs + skewUs(config.version, config.priority, state.activeAdvertUs);
    return [{ ...state, activeDownAtUs, takeOverReason: "priority_zero" }];
  }
  if (mayPreempt(config) && advert.priority < config.priority)
    return [{ ...state, takeOverReason: "preempt" }];
  return [waitFor(config, learn(config, advert), nowUs)];
}

function stepActive(config: ElectionConfig, state: Active, input: Input): Step {
  switch (input.type) {
    case "startup":
      return [state];
    case "shutdown":
      return withActions(INITIAL, { type: "send", priority: 0 }, change(state, INITIAL, input.reason));
    case "disable":
      return become(state, INITIAL, input.reason);
    case "tick":
      return activeTick(config, state, input.nowUs);
    case "advert":
      return activeAdvert(config, state, input.nowUs, input.advert);
  }
}

/** SM-13, after the rule for stalls. The cadence is kept: next = previous + interval. */
function activeTick(config: ElectionConfig, state: Active, nowUs: number): Step {
  const lateUs = nowUs - state.advertAtUs;
  if (lateUs < 0) return [state];
  if (lateUs >= STALL_INTERVALS * config.advertUs) {
    return [
      { ...state, advertAtUs: nowUs + config.advertUs },
      { type: "stalled", lateUs },
    ];
  }
  const keepsPace = lateUs < config.advertUs;
  const advertAtUs = (keepsPace ? state.advertAtUs : nowUs) + config.advertUs;
  const stalled: Action[] = keepsPace ? [] : [{ type: "stalled", lateUs }];
  return [{ ...state, advertAtUs }, { type: "send", priority: config.priority }, ...stalled];
}

/** SM-12, SM-14, SM-15. */
function activeAdvert(config: ElectionConfig, state: Active, nowUs: number, advert: HeardAdvert): Step {
  const isLeaving = advert.priority === 0;
  if (!isLeaving && outranks(config, advert)) {
    const reason = advert.priority > config.priority ? "higher_priority" : "higher_address";
    return become(state, waitFor(config, learn(config, advert), nowUs), reason);
  }
  // RFC 3768 §6.4.3 discards a losing advert in silence; RFC 9568 §6.4.3 answers it at once.
  if ((config.version === 2 && !isLeaving) || nowUs < state.answerFromUs) return [state];
  const advertAtUs = isLeaving ? nowUs + config.advertUs : state.advertAtUs;
  return [
    { ...state, advertAtUs, answerFromUs: nowUs + ANSWER_SPACING_US },
    { type: "send", priority: config.priority },
  ];
}

/** SM-14's guard. The comparison of addresses exists only in Active (V3-SM-b). */
function outranks(config: ElectionConfig, advert: HeardAdvert): boolean {
  return (
    advert.priority > config.priority || (advert.priority === config.priority && advert.isFromHigherAddress)
  );
}

function mayPreempt(config: ElectionConfig): boolean {
  return config.preempt || config.priority === OWNER_PRIORITY;
}

/** Version 2 knows its own interval only, and refuses adverts that carry another. */
function learn(config: ElectionConfig, advert: HeardAdvert): number {
  return config.version === 2 ? config.advertUs : advert.advertUs;
}

function waitFor(config: ElectionConfig, activeAdvertUs: number, nowUs: number): Backup {
  const activeDownAtUs = nowUs + activeDownUs(config.version, config.priority, activeAdvertUs);
  return { name: "backup", activeAdvertUs, activeDownAtUs, takeOverReason: "active_down" };
}

function takeOver(config: ElectionConfig, from: State, nowUs: number, reason: string): Step {
  const active: Active = { name: "active", advertAtUs: nowUs + config.advertUs, answerFromUs: nowUs };
  return withActions(active, { type: "send", priority: config.priority }, change(from, active, reason));
}

function become(from: State, to: State, reason: string): Step {
  return withActions(to, change(from, to, reason));
}

function change(from: State, to: State, reason: string): Action {
  return { type: "become", from: from.name, to: to.name, reason };
}

function withActions(state: State, ...actions: readonly Action[]): Step {
  return [state, ...actions];
}
