/** Plays scripts of the election, a line per event. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  type Action,
  deadlineUs,
  type ElectionConfig,
  type HeardAdvert,
  INITIAL,
  type Input,
  type State,
  step,
} from "./election.ts";
import { takeOverAtUs } from "./states.ts";

/** The RFC's own machine: hand-over in two steps, delays and groups have scripts of their own. */
export const CONFIG: ElectionConfig = {
  version: 3,
  priority: 100,
  preempt: true,
  preemptDelayUs: 0,
  startupDelayUs: 0,
  startupHoldUs: 0,
  advertUs: 1_000_000,
  downCount: 3,
  handoverUs: 0,
  settleUs: 0,
  isGrouped: false,
  yieldsAloud: false,
};
export const MS = 1000;

export const startup = (ms: number): Input => ({ type: "startup", nowUs: ms * MS, reason: "startup" });
export const shutdown = (ms: number): Input => ({ type: "shutdown", nowUs: ms * MS, reason: "shutdown" });
export const disable = (ms: number): Input => ({ type: "disable", nowUs: ms * MS, reason: "link_down" });
export const tick = (ms: number): Input => ({ type: "tick", nowUs: ms * MS });
export const at = <T extends Input["type"]>(type: T, ms: number): Input =>
  ({ type, nowUs: ms * MS, reason: String(type) }) as Input;
export const advert = (ms: number, priority: number, more: Partial<HeardAdvert> = {}): Input => ({
  type: "advert",
  nowUs: ms * MS,
  advert: { address: "192.0.2.9", priority, advertUs: 1_000_000, isFromHigherAddress: false, ...more },
});

const shown = (action: Action): string => {
  switch (action.type) {
    case "send":
      return `send ${action.priority}`;
    case "become":
      return `${action.to}: ${action.reason}`;
    case "prepare":
      return `prepare ${action.withinUs / MS}`;
    case "lease":
      return `${action.kind} ${action.validUs / MS}`;
    case "stalled":
      return "stalled";
  }
};

/** Of a Backup, when it takes over; what it says shortly before is among the actions. */
function deadlineOf(config: ElectionConfig, state: State): number | undefined {
  return state.name === "backup" && !state.isReady ? takeOverAtUs(state) : deadlineUs(config, state);
}

/** Each line: the input, the state after it with its deadline in ms, the actions. */
type Script = readonly (readonly [Input, State["name"], number | undefined, ...string[]])[];

export function play(name: string, config: Partial<ElectionConfig>, script: Script): void {
  test(name, () => {
    let state: State = INITIAL;
    for (const [input, stateName, deadlineMs, ...actions] of script) {
      const [next, ...done] = step({ ...CONFIG, ...config }, state, input);
      const deadline = deadlineOf({ ...CONFIG, ...config }, next);
      assert.deepEqual(
        [next.name, deadline === undefined ? undefined : deadline / MS, ...done.map(shown)],
        [stateName, deadlineMs, ...actions],
        `at ${input.nowUs / MS} ms: ${input.type}`,
      );
      state = next;
    }
  });
}
