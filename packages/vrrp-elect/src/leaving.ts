/**
 * How an Active leaves, and what it does until its successor speaks: pure.
 *
 * @module
 */
import {
  type Action,
  type Backup,
  become,
  change,
  type ElectionConfig,
  INITIAL,
  type Input,
  type Leaving,
  learn,
  type State,
  type Step,
  type Wish,
  waitFor,
  withActions,
} from "./states.ts";
import { skewUs } from "./timers.ts";

export interface Farewell extends Wish {
  readonly isAbrupt?: boolean;
}

/** SM-11; then this host serves on until it hears its successor, but speaks no more (S7). */
export function leave(config: ElectionConfig, state: State, nowUs: number, farewell: Farewell): Step {
  const { next, reason, hasResigned, isAbrupt } = farewell;
  const goodbye: Action = { type: "send", priority: 0 };
  if (isAbrupt === true || config.handoverUs === 0) {
    const waiting = { ...waitFor(config, config.advertUs, nowUs), hasResigned };
    const after = next === "initialize" ? INITIAL : waiting;
    return withActions(after, goodbye, change(state, after, reason));
  }
  const leaving: Leaving = {
    name: "leaving",
    untilUs: nowUs + config.handoverUs,
    reason,
    next,
    hasResigned,
  };
  return withActions(leaving, goodbye, { type: "lease", kind: "leaving", validUs: config.handoverUs });
}

/** Has said goodbye: serves on until it hears its successor, or long enough. */
export function stepLeaving(config: ElectionConfig, state: Leaving, input: Input): Step {
  const { isUnheard = false } = state;
  const finish = (backup: Backup): Step =>
    become(state, state.next === "initialize" ? INITIAL : { ...backup, isUnheard }, state.reason);
  switch (input.type) {
    case "advert": {
      if (input.advert.priority === 0) return [state];
      const waiting = waitFor(config, learn(config, input.advert), input.nowUs);
      return finish({ ...waiting, hasResigned: state.hasResigned });
    }
    case "tick":
      return input.nowUs < state.untilUs ? [state] : finish(alone(config, input.nowUs, state.hasResigned));
    case "shutdown":
      return input.isAbrupt === true
        ? become(state, INITIAL, input.reason)
        : [{ ...state, next: "initialize" }];
    case "startup":
      return [{ ...state, next: "backup" }];
    case "unheard":
      return [{ ...state, isUnheard: true }];
    case "heard":
      return [{ ...state, isUnheard: false }];
    case "disable":
      return become(state, INITIAL, input.reason);
    default:
      return [state];
  }
}

/** Nobody has taken over: as Backup it may do so again, soon. */
function alone(config: ElectionConfig, nowUs: number, hasResigned: boolean): Backup {
  const activeDownAtUs = nowUs + skewUs(config.version, config.priority, config.advertUs);
  return { ...waitFor(config, config.advertUs, nowUs), activeDownAtUs, hasResigned };
}
