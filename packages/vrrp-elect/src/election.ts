/**
 * The election of one virtual router (RFC 9568 §6.4, RFC 3768 §6.4): no clock, no socket, no randomness.
 *
 * Time comes in with each input, actions go out for the caller to carry out in their order. Rows SM-1 to SM-15 are those
 * of the state machine in the requirements.
 *
 * @module
 */
import { stepActive, stepSettling } from "./active.ts";
import { backupDeadlineUs, start, stepBackup } from "./backup.ts";
import { stepLeaving } from "./leaving.ts";
import { stepSilent } from "./silent.ts";
import type { ElectionConfig, Input, State, Step } from "./states.ts";

export type { Action, ElectionConfig, HeardAdvert, Input, State, Step } from "./states.ts";
export { INITIAL, OWNER_PRIORITY, roleOf } from "./states.ts";

/** When the caller must next call {@link step} with a tick; never, if undefined. */
export function deadlineUs(config: ElectionConfig, state: State): number | undefined {
  switch (state.name) {
    case "initialize":
      return undefined;
    case "backup":
      return backupDeadlineUs(config, state);
    case "settling":
      return state.firstAdvertAtUs;
    case "active":
      return state.advertAtUs;
    case "leaving":
    case "silent":
      return state.untilUs;
  }
}

/** Everything that can happen to a virtual router. The caller has drained its socket before it sends a tick. */
export function step(config: ElectionConfig, state: State, input: Input): Step {
  switch (state.name) {
    case "initialize":
      return input.type === "startup" ? start(config, input) : [state];
    case "backup":
      return stepBackup(config, state, input);
    case "settling":
      return stepSettling(config, state, input);
    case "active":
      return stepActive(config, state, input);
    case "leaving":
      return stepLeaving(config, state, input);
    case "silent":
      return stepSilent(config, state, input);
  }
}
