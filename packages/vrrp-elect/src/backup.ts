/**
 * What a Backup does (RFC 9568 §6.4.2, RFC 3768 §6.4.2): pure.
 *
 * @module
 */
import {
  type Action,
  type Backup,
  become,
  change,
  type ElectionConfig,
  type HeardAdvert,
  INITIAL,
  type Input,
  learn,
  OWNER_PRIORITY,
  prepareAtUs,
  STALL_INTERVALS,
  type State,
  type Step,
  takeOver,
  takeOverAtUs,
  waitFor,
  withActions,
} from "./states.ts";
import { activeDownUs, skewUs } from "./timers.ts";

/**
 * SM-1, SM-3, and what may delay them: a start-up delay, a link that has carried nothing yet, a reader that is late, the
 * rest of the group.
 */
export function start(config: ElectionConfig, input: Extract<Input, { type: "startup" }>): Step {
  const { nowUs, reason, isDeaf = false, isUnheard = false } = input;
  const isOwner = config.priority === OWNER_PRIORITY;
  const isHeld = isDeaf && config.startupHoldUs > 0;
  const mustWait = isHeld || isUnheard || config.startupDelayUs > 0 || config.isGrouped;
  if (isOwner && !mustWait) return takeOver(config, INITIAL, nowUs, "owner");
  const delayEndUs = nowUs + config.startupDelayUs;
  return become(
    INITIAL,
    {
      ...begin(config, config.advertUs, nowUs),
      notBeforeUs: isHeld ? Math.max(delayEndUs, nowUs + config.startupHoldUs) : delayEndUs,
      heldUntilUs: isHeld ? delayEndUs : undefined,
      isUnheard,
    },
    reason,
  );
}

/** An owner waits for nobody. */
function begin(config: ElectionConfig, activeAdvertUs: number, nowUs: number): Backup {
  const backup = waitFor(config, activeAdvertUs, nowUs);
  return config.priority === OWNER_PRIORITY
    ? { ...backup, activeDownAtUs: nowUs, takeOverReason: "owner" }
    : backup;
}

export function backupDeadlineUs(config: ElectionConfig, state: Backup): number | undefined {
  if (state.isReady || state.isUnheard) return undefined;
  const prepareAt = prepareAtUs(config, state);
  return state.isPrepared ? takeOverAtUs(state) : prepareAt;
}

export function stepBackup(config: ElectionConfig, state: Backup, input: Input): Step {
  switch (input.type) {
    case "startup":
    case "yield":
    case "own_mac":
    case "settled":
      return [state];
    case "shutdown":
    case "disable":
      return become(state, INITIAL, input.reason);
    case "resign":
      return state.takeOverReason === "preempt"
        ? defer(config, { ...state, hasResigned: true }, state.activeAdvertUs, input.nowUs)
        : [{ ...state, hasResigned: true, preemptAtUs: undefined }];
    case "take":
      return state.isReady ? takeOver(config, state, input.nowUs, state.takeOverReason) : [state];
    case "tick":
      return tick(config, state, input.nowUs);
    case "advert":
      return hear(config, state, input.nowUs, input.advert);
    case "carried":
      return [carried(config, state, input.nowUs)];
    case "unheard":
      return holdBack(state, input.reason);
    case "heard":
      return [heard(state, input.nowUs)];
    case "reconfigured":
      return [reconfigured(config, state, input.previous)];
  }
}

/** SM-6, after the rule for stalls. */
function tick(config: ElectionConfig, state: Backup, nowUs: number): Step {
  const takeOverAt = takeOverAtUs(state);
  const lateUs = nowUs - takeOverAt;
  if (state.isReady) return [state];
  if (lateUs < 0) return nowUs < prepareAtUs(config, state) ? [state] : prepared(state, nowUs);
  if (lateUs >= STALL_INTERVALS * state.activeAdvertUs) {
    const activeDownAtUs = nowUs + state.activeAdvertUs;
    return [
      { ...state, activeDownAtUs, preemptAtUs: undefined },
      { type: "stalled", lateUs },
    ];
  }
  if (config.isGrouped) return [{ ...state, isReady: true, isPrepared: true }, ...preparation(state, nowUs)];
  return takeOver(config, state, nowUs, state.takeOverReason);
}

/** "I may soon be Active", once. */
function prepared(state: Backup, nowUs: number): Step {
  return withActions({ ...state, isPrepared: true }, ...preparation(state, nowUs));
}

function preparation(state: Backup, nowUs: number): Action[] {
  if (state.isPrepared) return [];
  return [{ type: "prepare", withinUs: Math.max(0, takeOverAtUs(state) - nowUs) }];
}

/** SM-8, SM-9, SM-10. */
function hear(config: ElectionConfig, state: Backup, nowUs: number, advert: HeardAdvert): Step {
  if (advert.priority === 0) {
    const activeDownAtUs = nowUs + skewUs(config.version, config.priority, state.activeAdvertUs);
    // One that has waited for its group longer than the delay waits for the skew all the same.
    const preemptAtUs = state.preemptAtUs && Math.max(state.preemptAtUs, activeDownAtUs);
    const told: Backup = { ...state, activeDownAtUs, preemptAtUs, takeOverReason: "priority_zero" };
    const next: Backup = { ...told, isReady: false };
    const isTooSoon = nowUs < (state.prepareFromUs ?? 0) || state.isUnheard === true;
    return isTooSoon ? [next] : prepared(next, nowUs);
  }
  const isLower = advert.priority < config.priority;
  if (isLower && mayPreempt(config) && !state.hasResigned) {
    if (config.preemptDelayUs === 0) return [{ ...state, takeOverReason: "preempt" }];
    return delayPreemption(config, state, nowUs, advert);
  }
  return defer(config, state, learn(config, advert), nowUs);
}

/** Leaves the living Active alone. */
function defer(config: ElectionConfig, state: Backup, activeAdvertUs: number, nowUs: number): Step {
  const { hasResigned } = state;
  const waiting: Backup = {
    ...waitFor(config, activeAdvertUs, nowUs),
    ...quiet(config, state, nowUs),
    ...holdsOf(state),
    hasResigned,
  };
  return state.isPrepared ? withActions(waiting, change(state, waiting, "active_alive")) : [waiting];
}

/** After "I may soon be Active" is taken back, for an interval. */
function quiet(config: ElectionConfig, state: Backup, nowUs: number): Pick<Backup, "prepareFromUs"> {
  if (state.isPrepared) return { prepareFromUs: nowUs + config.advertUs };
  const { prepareFromUs } = state;
  return prepareFromUs === undefined || prepareFromUs <= nowUs ? {} : { prepareFromUs };
}

/** The lower Active is heard like any other one, until it has been there for the whole delay. */
function delayPreemption(config: ElectionConfig, state: Backup, nowUs: number, advert: HeardAdvert): Step {
  const waiting: Backup = {
    ...waitFor(config, learn(config, advert), nowUs),
    ...holdsOf(state),
    preemptAtUs: state.preemptAtUs ?? nowUs + config.preemptDelayUs,
    takeOverReason: "preempt",
  };
  const calm: Backup = { ...waiting, ...quiet(config, state, nowUs) };
  if (!state.isPrepared) return [calm];
  if (nowUs < prepareAtUs(config, waiting)) return withActions(calm, change(state, calm, "active_alive"));
  return [{ ...waiting, isPrepared: true, isReady: state.isReady && nowUs >= takeOverAtUs(waiting) }];
}

/** The hold ends with the first frame, and a reader; whoever is Active has an Active_Down_Interval from now to be heard. */
function carried(config: ElectionConfig, state: Backup, nowUs: number): Backup {
  if (state.heldUntilUs === undefined) return state;
  const { heldUntilUs: notBeforeUs, activeAdvertUs, isPrepared, hasResigned } = state;
  const holds = { ...holdsOf(state), notBeforeUs, heldUntilUs: undefined };
  return { ...begin(config, activeAdvertUs, nowUs), ...holds, isPrepared, hasResigned };
}

/** What it waits for, whatever the Active does. */
function holdsOf({ notBeforeUs, heldUntilUs, isUnheard = false }: Backup): Partial<Backup> {
  return { notBeforeUs, heldUntilUs, isUnheard };
}

/** Nobody could obey it now: what was promised is taken back. */
function holdBack(state: Backup, reason: string): Step {
  const held: Backup = { ...state, isUnheard: true, isPrepared: false, isReady: false };
  return state.isPrepared ? withActions(held, change(state, held, reason)) : [held];
}

/** What held up its reader may have held it up, too: where its timer ran out meanwhile, it listens for an interval. */
function heard(state: Backup, nowUs: number): Backup {
  const { activeAdvertUs, activeDownAtUs, preemptAtUs, isUnheard } = state;
  if (!isUnheard) return state;
  const again = (atUs: number): number => (atUs > nowUs ? atUs : nowUs + activeAdvertUs);
  return {
    ...state,
    isUnheard: false,
    activeDownAtUs: again(activeDownAtUs),
    preemptAtUs: preemptAtUs && again(preemptAtUs),
  };
}

/** A new priority shifts the running timer by what it changes of the Active_Down_Interval. */
function reconfigured(config: ElectionConfig, state: Backup, previous: ElectionConfig): State {
  const shiftUs = activeDownUs(config, state.activeAdvertUs) - activeDownUs(previous, state.activeAdvertUs);
  const preemptAtUs = mayPreempt(config) ? state.preemptAtUs : undefined;
  return { ...state, activeDownAtUs: state.activeDownAtUs + shiftUs, preemptAtUs };
}

function mayPreempt(config: ElectionConfig): boolean {
  return config.preempt || config.priority === OWNER_PRIORITY;
}
