/** Scripts, a line per event: rows SM-1 to SM-15 of the state machine and the rules about it. */
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
import { activeDownUs, skewUs } from "./timers.ts";

const CONFIG: ElectionConfig = { version: 3, priority: 100, preempt: true, advertUs: 1_000_000 };
const MS = 1000;

const startup = (ms: number): Input => ({ type: "startup", nowUs: ms * MS, reason: "startup" });
const shutdown = (ms: number): Input => ({ type: "shutdown", nowUs: ms * MS, reason: "shutdown" });
const disable = (ms: number): Input => ({ type: "disable", nowUs: ms * MS, reason: "link_down" });
const tick = (ms: number): Input => ({ type: "tick", nowUs: ms * MS });
const advert = (ms: number, priority: number, more: Partial<HeardAdvert> = {}): Input => ({
  type: "advert",
  nowUs: ms * MS,
  advert: { address: "192.0.2.9", priority, advertUs: 1_000_000, isFromHigherAddress: false, ...more },
});

const shown = (action: Action): string => {
  if (action.type === "send") return `send ${action.priority}`;
  return action.type === "become" ? `${action.to}: ${action.reason}` : "stalled";
};

/** Each line: the input, the state after it with its deadline in ms, the actions. */
type Script = readonly (readonly [Input, State["name"], number | undefined, ...string[]])[];

function play(name: string, config: Partial<ElectionConfig>, script: Script): void {
  test(name, () => {
    let state: State = INITIAL;
    for (const [input, stateName, deadlineMs, ...actions] of script) {
      const [next, ...done] = step({ ...CONFIG, ...config }, state, input);
      const deadline = deadlineUs(next);
      assert.deepEqual(
        [next.name, deadline === undefined ? undefined : deadline / MS, ...done.map(shown)],
        [stateName, deadlineMs, ...actions],
        `at ${input.nowUs / MS} ms: ${input.type}`,
      );
      state = next;
    }
  });
}

play("SM-1 an owner is Active at once", { priority: 255 }, [
  [startup(0), "active", 1000, "send 255", "active: owner"],
  [tick(1000), "active", 2000, "send 255"],
]);

play("SM-3 SM-6 SM-13 a lone Backup takes over after its down interval and keeps its cadence", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3609), "backup", 3609.375],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [tick(4612), "active", 5610, "send 100"],
  [tick(5610), "active", 6610, "send 100"],
]);

play("SM-4 an advert in Initialize is ignored", {}, [[advert(0, 200), "initialize", undefined]]);

play("SM-5 a Backup leaves without a word", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [shutdown(10), "initialize", undefined, "initialize: shutdown"],
]);

play("SM-8 priority 0 leaves the skew only", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(100, 0), "backup", 709.375],
  [tick(710), "active", 1710, "send 100", "active: priority_zero"],
]);

play("SM-9 V3-6.1-a an advert restarts the timer with the interval of the Active", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(100, 100, { advertUs: 3_000_000 }), "backup", 100 + 9000 + (156 * 3000) / 256],
  [advert(200, 150), "backup", 200 + 3609.375],
]);

play("SM-10 a losing advert changes no timer, and the take-over that follows is named", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(3000, 99, { advertUs: 9_000_000 }), "backup", 3609.375],
  [tick(3610), "active", 4610, "send 100", "active: preempt"],
]);

play("V3-6.1-d SM-9 without preemption a losing advert counts", { preempt: false }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(3000, 1), "backup", 6609.375],
]);

play("V3-6.1-e an owner preempts whatever is configured", { preempt: false, priority: 255 }, [
  [startup(0), "active", 1000, "send 255", "active: owner"],
  [
    advert(10, 255, { isFromHigherAddress: true }),
    "backup",
    10 + 3000 + 1000 / 256,
    "backup: higher_address",
  ],
  [advert(20, 200), "backup", 10 + 3000 + 1000 / 256],
]);

play("SM-11 an Active leaves with priority 0", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [shutdown(4000), "initialize", undefined, "send 0", "initialize: shutdown"],
]);

play("an Active without a link leaves without a word, and starts again", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [disable(4000), "initialize", undefined, "initialize: link_down"],
  [startup(5000), "backup", 8609.375, "backup: startup"],
]);

play("SM-12 an Active answers priority 0 and begins its interval anew", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 0), "active", 5000, "send 100"],
]);

play("SM-14 V3-SM-a a higher priority, or an equal one from a higher address, wins", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 101), "backup", 7609.375, "backup: higher_priority"],
  [tick(7610), "active", 8610, "send 100", "active: active_down"],
  [advert(8000, 100, { isFromHigherAddress: true }), "backup", 11609.375, "backup: higher_address"],
]);

play("SM-15 a losing advert is answered at once; the timer keeps running", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 99), "active", 4610, "send 100"],
  [advert(4100, 100), "active", 4610, "send 100"],
]);

play("V3-SM-h answers are at least 5 ms apart", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 99), "active", 4610, "send 100"],
  [advert(4001, 99), "active", 4610],
  [advert(4004, 0), "active", 4610],
  [advert(4005, 99), "active", 4610, "send 100"],
]);

play("V2-6.4.3-a version 2 discards a losing advert in silence", { version: 2 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 99), "active", 4610],
]);

play("V2-6.4.2-a version 2 learns no interval", { version: 2, advertUs: 10_000_000 }, [
  [startup(0), "backup", 30_609.375, "backup: startup"],
  [advert(100, 200, { advertUs: 1_000_000 }), "backup", 30_709.375],
]);

play("V3-SM-b a Backup does not compare addresses", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(100, 100, { isFromHigherAddress: false }), "backup", 3709.375],
]);

play("V3-SM-c an Active that may not preempt yields all the same", { preempt: false }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 101), "backup", 7609.375, "backup: higher_priority"],
]);

play("S6 a Backup that was held up for three intervals listens for one before it takes over", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(6610), "backup", 7610, "stalled"],
  [tick(7610), "active", 8610, "send 100", "active: active_down"],
]);

play("S6 an Active that was held up for three intervals listens for one before it speaks", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [tick(7610), "active", 8610, "stalled"],
  [advert(7700, 200), "backup", 11_309.375, "backup: higher_priority"],
]);

play("S6 an Active that was held up for less goes on, from now", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [tick(7000), "active", 8000, "send 100", "stalled"],
]);

/** V3-SM-i: exact centiseconds of the requirements' table. */
const TIMERS: [number, number, number, number][] = [
  [255, 1, 1 / 256, 3 + 1 / 256],
  [254, 100, 200 / 256, 300.78125],
  [200, 100, 21.875, 321.875],
  [100, 1, 156 / 256, 3.609375],
  [100, 4095, 2495.390625, 14_780.390625],
  [1, 100, 99.609375, 399.609375],
];
for (const [priority, intervalCs, skewCs, downCs] of TIMERS) {
  test(`V3-6.1-b V3-6.1-c V3-SM-i timers of priority ${priority} at ${intervalCs} cs are exact`, () => {
    assert.equal(skewUs(3, priority, intervalCs * 10_000), skewCs * 10_000);
    assert.equal(activeDownUs(3, priority, intervalCs * 10_000), downCs * 10_000);
  });
}

test("V2-6.1-a skewUs() does not scale with the interval in version 2", () => {
  assert.equal(activeDownUs(2, 100, 10_000_000), 30_609_375);
  assert.equal(activeDownUs(3, 100, 10_000_000), 36_093_750);
});
