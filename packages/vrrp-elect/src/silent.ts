/**
 * What an Active does whose records are not read in time: nobody may obey it, so it speaks no more. While its last lease
 * runs it may go on; then it is Backup, and tells the others: pure.
 *
 * @module
 */
import { leave } from "./leaving.ts";
import {
  type Backup,
  become,
  change,
  type ElectionConfig,
  INITIAL,
  type Input,
  learn,
  outranks,
  type Silent,
  type State,
  type Step,
  speak,
  type Wish,
  waitFor,
  withActions,
} from "./states.ts";

/** A lease ends this many intervals before anybody takes over: later than that, a goodbye may be one too many. */
const GOODBYE_INTERVALS = 0.5;

export function fallSilent(input: Extract<Input, { type: "unheard" }>): Silent {
  const { nowUs, leaseEndUs, reason } = input;
  return { name: "silent", untilUs: Math.max(nowUs, leaseEndUs), reason };
}

export function stepSilent(config: ElectionConfig, state: Silent, input: Input): Step {
  switch (input.type) {
    case "tick":
      return input.nowUs < state.untilUs ? [state] : retire(config, state, input.nowUs, true);
    case "heard":
      return hear(config, state, input.nowUs);
    case "advert":
      return hearRival(config, state, input);
    case "shutdown": {
      const leaver = wishing(state, { reason: input.reason, next: "initialize", hasResigned: false });
      return input.isAbrupt === true ? retire(config, leaver, input.nowUs, true) : [leaver];
    }
    case "startup":
      return [{ ...state, wish: undefined }];
    case "resign":
      return [wishing(state, { reason: input.reason, next: "backup", hasResigned: true })];
    case "yield":
      return [wishing(state, { reason: input.reason, next: "backup", hasResigned: false, ...state.wish })];
    case "disable":
      return become(state, INITIAL, input.reason);
    default:
      return [state];
  }
}

const wishing = (state: Silent, wish: Wish): Silent => ({ ...state, wish });

/** Where one that loses against us speaks, too, a goodbye would only turn the switch back to us (S7). */
function hearRival(
  config: ElectionConfig,
  state: Silent,
  { nowUs, advert }: Extract<Input, { type: "advert" }>,
): Step {
  if (advert.priority === 0) return [state];
  const rivalled: Silent = { ...state, rivalAdvertUs: learn(config, advert) };
  if (!outranks(config, advert)) return [rivalled];
  const reason = advert.priority > config.priority ? "higher_priority" : "higher_address";
  const backup = backupOf(config, rivalled, nowUs, true);
  return become(state, state.wish?.next === "initialize" ? INITIAL : backup, reason);
}

/** Within its lease nobody has noticed anything; what was asked of it meanwhile is done now. */
function hear(config: ElectionConfig, state: Silent, nowUs: number): Step {
  if (nowUs >= state.untilUs) return retire(config, state, nowUs, false);
  return state.wish === undefined
    ? speak(config, state, nowUs, state.reason)
    : leave(config, state, nowUs, state.wish);
}

/** Nobody acts for it any more, and nobody has taken over yet, unless it was heard. */
function retire(config: ElectionConfig, state: Silent, nowUs: number, isUnheard: boolean): Step {
  const { untilUs, wish, reason, rivalAdvertUs } = state;
  const after: State = wish?.next === "initialize" ? INITIAL : backupOf(config, state, nowUs, isUnheard);
  const told = change(state, after, wish?.reason ?? reason);
  // Before its lease ends somebody may act for it still.
  const isInTime = nowUs >= untilUs && nowUs - untilUs < GOODBYE_INTERVALS * config.advertUs;
  if (!isInTime || rivalAdvertUs !== undefined) return withActions(after, told);
  return withActions(after, { type: "send", priority: 0 }, told);
}

/** Takes nothing while it is not heard. */
function backupOf(config: ElectionConfig, state: Silent, nowUs: number, isUnheard: boolean): Backup {
  const { rivalAdvertUs = config.advertUs, wish } = state;
  const hasResigned = wish?.hasResigned === true;
  return { ...waitFor(config, rivalAdvertUs, nowUs), isUnheard, hasResigned };
}
