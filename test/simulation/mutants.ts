/**
 * Elections that are wrong in one thing each: somebody has to notice.
 *
 * @module
 */
import type { ElectionConfig, Input, State, Step } from "vrrp-elect/dist/election.js";
import { skewUs } from "vrrp-elect/dist/timers.js";
import { type Machine, SHIPPED } from "./machine.ts";

type Twist = (config: ElectionConfig, state: State, input: Input) => Step;

const twisted = (step: Twist): Machine => ({ ...SHIPPED, step });

/** A Backup never takes over from a lower priority. */
export const NEVER_PREEMPTS: Machine = twisted((config, state, input) =>
  SHIPPED.step({ ...config, preempt: false }, state, input),
);

/** SM-10 with its guard inverted: what is higher counts as lower, and the other way round. */
export const PREEMPTS_THE_BETTER: Machine = twisted((config, state, input) => {
  if (state.name !== "backup" || input.type !== "advert" || input.advert.priority === 0)
    return SHIPPED.step(config, state, input);
  const priority = Math.max(1, 2 * config.priority - input.advert.priority);
  return SHIPPED.step(config, state, { ...input, advert: { ...input.advert, priority } });
});

/** The skew is 0 for all priorities. */
export const WITHOUT_SKEW: Machine = twisted((config, state, input) => {
  const [next, ...actions] = SHIPPED.step(config, state, input);
  if (next.name !== "backup" || (state.name === "backup" && state.activeDownAtUs === next.activeDownAtUs))
    return [next, ...actions];
  const skew = skewUs(config.version, config.priority, next.activeAdvertUs);
  return [{ ...next, activeDownAtUs: next.activeDownAtUs - skew }, ...actions];
});

/** A timer that ran out is believed before the packets that wait. */
export const JUDGES_BEFORE_DRAINING: Machine = { ...SHIPPED, drainsFirst: false };

/** A lease outlives the patience of the Backups. */
export const LEASES_TOO_LONG: Machine = {
  ...SHIPPED,
  leaseUs: (downCount, advertUs) => SHIPPED.leaseUs(downCount + 1, advertUs),
};

/** Priority 0 is an advert like any other that loses. */
export const DEAF_TO_GOODBYES: Machine = twisted((config, state, input) =>
  state.name === "backup" && input.type === "advert" && input.advert.priority === 0
    ? [state]
    : SHIPPED.step(config, state, input),
);

/** Of two Actives of one priority none yields. */
export const WITHOUT_TIE_BREAK: Machine = twisted((config, state, input) =>
  input.type === "advert"
    ? SHIPPED.step(config, state, { ...input, advert: { ...input.advert, isFromHigherAddress: false } })
    : SHIPPED.step(config, state, input),
);

/** A Backup is left alone with its promise. */
export const FORGETS_PREPARATION: Machine = twisted((config, state, input) => {
  const [next, ...actions] = SHIPPED.step(config, state, input);
  return [next, ...actions.filter((action) => action.type !== "become" || action.reason !== "active_alive")];
});

/** It does not care whether anybody reads its records. */
export const SPEAKS_UNHEARD: Machine = twisted((config, state, input) =>
  input.type === "unheard" ? [state] : SHIPPED.step(config, state, input),
);

/** A Backup that hears an Active forgets that nobody acts for it. */
export const FORGETS_ITS_READER: Machine = twisted((config, state, input) => {
  const [next, ...actions] = SHIPPED.step(config, state, input);
  const isForgetful = next.name === "backup" && input.type === "advert";
  return [isForgetful ? { ...next, isUnheard: false } : next, ...actions];
});

/** Members of a sync group go their own ways. */
export const WITHOUT_COHESION: Machine = {
  ...SHIPPED,
  coordinate: (members) =>
    members.map((state) => (state.name === "backup" && state.isReady ? "take" : undefined)),
};
