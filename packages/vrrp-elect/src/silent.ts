/**
 * What an Active does whose records are not read in time: nobody may obey it, so it speaks no more. While its last lease
 * runs it may go on; then it is Backup, and tells the others: pure.
 *
 * @module
 */
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
  waitFor,
  withActions,
} from "./states.ts";

/** A lease ends this many intervals before anybody takes over: later than that, a goodbye may be one too many. */
const GOODBYE_INTERVALS = 0.5;

export function fallSilent(input: Extract<Input, { type: "unheard" }>): Silent {
  const { nowUs, leaseEndUs, untilUs, reason } = input;
  return {
    name: "silent",
    untilUs: Math.max(nowUs, leaseEndUs),
    unheardUntilUs: untilUs,
    reason,
    next: "backup",
    hasResigned: false,
  };
}

export function stepSilent(config: ElectionConfig, state: Silent, input: Input): Step {
  switch (input.type) {
    case "tick": {
      const { nowUs } = input;
      return nowUs < state.untilUs
        ? [state]
        : retire(config, state, nowUs, unheardBackup(config, state, nowUs));
    }
    case "heard":
      return hear(config, state, input.nowUs);
    case "advert": {
      const { advert, nowUs } = input;
      if (advert.priority === 0 || !outranks(config, advert)) return [state];
      const backup = unheardBackup(config, state, nowUs, learn(config, advert));
      return become(state, backup, advert.priority > config.priority ? "higher_priority" : "higher_address");
    }
    case "shutdown": {
      const leaver: Silent = { ...state, next: "initialize", reason: input.reason };
      return input.isAbrupt === true ? retire(config, leaver, input.nowUs, INITIAL) : [leaver];
    }
    case "startup":
      return [{ ...state, next: "backup" }];
    case "resign":
      return [{ ...state, hasResigned: true, reason: input.reason }];
    case "disable":
      return become(state, INITIAL, input.reason);
    default:
      return [state];
  }
}

/** Who waits, and takes nothing before its records are read again. */
export function unheardBackup(
  config: ElectionConfig,
  { unheardUntilUs, hasResigned }: Silent,
  nowUs: number,
  activeAdvertUs = config.advertUs,
): Backup {
  return { ...waitFor(config, activeAdvertUs, nowUs), unheardUntilUs, hasResigned };
}

/** Within its lease nobody has noticed anything; what was asked of it meanwhile is done now. */
function hear(config: ElectionConfig, state: Silent, nowUs: number): Step {
  const { untilUs, next, hasResigned, reason } = state;
  const waiting: Backup = { ...waitFor(config, config.advertUs, nowUs), hasResigned };
  if (next === "initialize" || hasResigned) return retire(config, state, nowUs, waiting);
  return nowUs < untilUs ? speak(config, state, nowUs, reason) : become(state, waiting, reason);
}

/** Nobody acts for it any more, and nobody has taken over yet. */
function retire(config: ElectionConfig, state: Silent, nowUs: number, backup: State): Step {
  const after = state.next === "initialize" ? INITIAL : backup;
  const told = change(state, after, state.reason);
  const isInTime = nowUs - state.untilUs < GOODBYE_INTERVALS * config.advertUs;
  return isInTime ? withActions(after, { type: "send", priority: 0 }, told) : withActions(after, told);
}
