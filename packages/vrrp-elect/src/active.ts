/**
 * What an Active does (RFC 9568 §6.4.3, RFC 3768 §6.4.3), and one that settles: pure.
 *
 * @module
 */

import { leave } from "./leaving.ts";
import { fallSilent } from "./silent.ts";
import {
  type Action,
  type Active,
  become,
  type ElectionConfig,
  type HeardAdvert,
  INITIAL,
  type Input,
  learn,
  outranks,
  type Settling,
  STALL_INTERVALS,
  type State,
  type Step,
  speak,
  waitFor,
  withActions,
} from "./states.ts";

/** Losing adverts are answered at most this often: the answer is no reflector for a flood (V3-SM-h). */
const ANSWER_SPACING_US = 5000;

export function stepActive(config: ElectionConfig, state: Active, input: Input): Step {
  switch (input.type) {
    case "startup":
    case "take":
    case "carried":
    case "settled":
    case "heard":
      return [state];
    case "unheard":
      return [fallSilent(input)];
    case "shutdown":
      return leave(config, state, input.nowUs, { ...input, next: "initialize", hasResigned: false });
    case "resign":
      return leave(config, state, input.nowUs, { ...input, next: "backup", hasResigned: true });
    case "yield":
      return leave(config, state, input.nowUs, { ...input, next: "backup", hasResigned: false });
    case "disable":
      return become(state, INITIAL, input.reason);
    case "tick":
      return tick(config, state, input.nowUs);
    case "advert":
      return hear(config, state, input.nowUs, input.advert);
    case "own_mac":
      return answer(config, state, input.nowUs, state.advertAtUs);
    case "reconfigured":
      return [{ ...state, advertAtUs: Math.min(state.advertAtUs, input.nowUs + config.advertUs) }];
  }
}

/** SM-13, after the rule for stalls. The cadence is kept: next = previous + interval. */
function tick(config: ElectionConfig, state: Active, nowUs: number): Step {
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
  const answerFromUs = owesAnswer(state) ? nowUs + ANSWER_SPACING_US : state.answerFromUs;
  const stalled: Action[] = lateUs < config.advertUs / 2 ? [] : [{ type: "stalled", lateUs }];
  return [{ ...state, advertAtUs, answerFromUs }, { type: "send", priority: config.priority }, ...stalled];
}

/** SM-12, SM-14, SM-15. */
function hear(config: ElectionConfig, state: Active, nowUs: number, advert: HeardAdvert): Step {
  if (advert.priority === 0) return answer(config, state, nowUs, nowUs + config.advertUs);
  if (outranks(config, advert)) return giveWay(config, state, nowUs, advert);
  // RFC 3768 §6.4.3 discards a losing advert in silence; RFC 9568 §6.4.3 answers it at once.
  return config.version === 2 ? [state] : answer(config, state, nowUs, state.advertAtUs);
}

/**
 * After a split brain the winner may have heard nothing of this host: where its next advert came first, this host would
 * become Backup without a word, and who believed it would be told by nobody.
 */
function giveWay(config: ElectionConfig, state: Active, nowUs: number, advert: HeardAdvert): Step {
  const [next, ...actions] = yieldTo(config, state, nowUs, advert);
  if (!config.yieldsAloud) return [next, ...actions];
  return withActions(next, { type: "send", priority: config.priority }, ...actions);
}

function yieldTo(config: ElectionConfig, state: State, nowUs: number, advert: HeardAdvert): Step {
  const reason = advert.priority > config.priority ? "higher_priority" : "higher_address";
  return become(state, waitFor(config, learn(config, advert), nowUs), reason);
}

/** The next advert is an answer that was put off. */
function owesAnswer({ advertAtUs, answerFromUs }: Active): boolean {
  return advertAtUs === answerFromUs;
}

/** An advert out of turn: at once, or as soon as the last answer is long enough ago, for the last word must be ours. */
function answer(config: ElectionConfig, state: Active, nowUs: number, advertAtUs: number): Step {
  const { answerFromUs } = state;
  if (nowUs < answerFromUs) return [{ ...state, advertAtUs: Math.min(state.advertAtUs, answerFromUs) }];
  const nextUs = owesAnswer(state) ? nowUs + config.advertUs : advertAtUs;
  return [
    { ...state, advertAtUs: nextUs, answerFromUs: nowUs + ANSWER_SPACING_US },
    { type: "send", priority: config.priority },
  ];
}

/** Has said nothing yet: whoever is Active still is. */
export function stepSettling(config: ElectionConfig, state: Settling, input: Input): Step {
  switch (input.type) {
    case "tick":
      if (input.nowUs < state.firstAdvertAtUs) return [state];
      return input.nowUs - state.firstAdvertAtUs >= STALL_INTERVALS * config.advertUs
        ? become(state, waitFor(config, state.activeAdvertUs, input.nowUs), "stall")
        : speak(config, state, input.nowUs, "");
    case "settled":
      return speak(config, state, input.nowUs, "");
    case "advert":
      return input.advert.priority > 0 && outranks(config, input.advert)
        ? yieldTo(config, state, input.nowUs, input.advert)
        : [state];
    case "shutdown":
    case "disable":
      return become(state, INITIAL, input.reason);
    case "unheard":
      return become(
        state,
        { ...waitFor(config, state.activeAdvertUs, input.nowUs), isUnheard: true },
        input.reason,
      );
    case "resign":
    case "yield":
      return become(
        state,
        { ...waitFor(config, state.activeAdvertUs, input.nowUs), hasResigned: input.type === "resign" },
        input.reason,
      );
    default:
      return [state];
  }
}
