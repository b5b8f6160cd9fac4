/** Scripts, a line per event: rows SM-1 to SM-15 of the state machine and the rules about it. */
import assert from "node:assert/strict";
import test from "node:test";
import { advert, at, CONFIG, disable, MS, play, shutdown, startup, tick } from "./election.fixture.ts";
import type { Input } from "./election.ts";
import { activeDownUs, handoverUs, leaseUs, skewUs } from "./timers.ts";

play("SM-1 an owner is Active at once", { priority: 255 }, [
  [startup(0), "active", 1000, "send 255", "active: owner"],
  [tick(1000), "active", 2000, "send 255"],
]);

play("SM-3 SM-6 SM-13 a lone Backup takes over after its down interval and keeps its cadence", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(2499), "backup", 3609.375],
  [tick(2500), "backup", 3609.375, "prepare 1109.375"],
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
  [advert(100, 0), "backup", 709.375, "prepare 609.375"],
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

play("SM-14 one who yields aloud says so once, and only where it was Active", { yieldsAloud: true }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 101), "backup", 7609.375, "send 100", "backup: higher_priority"],
  [advert(4100, 101), "backup", 7709.375],
]);

play("SM-15 a losing advert is answered at once; the timer keeps running", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 99), "active", 4610, "send 100"],
  [advert(4100, 100), "active", 4610, "send 100"],
]);

play("V3-SM-h answers are at least 5 ms apart, and none is forgotten", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [advert(4000, 99), "active", 4610, "send 100"],
  [advert(4001, 99), "active", 4005],
  [advert(4004, 0), "active", 4005],
  [tick(4005), "active", 5005, "send 100"],
  [advert(4006, 99), "active", 4010],
  [advert(4011, 99), "active", 5011, "send 100"],
  [tick(5011), "active", 6011, "send 100"],
]);

play("V3-SM-e an owner answers a lower priority at once", { priority: 255 }, [
  [startup(0), "active", 1000, "send 255", "active: owner"],
  [advert(400, 100), "active", 1000, "send 255"],
]);

play("V3-SM-f of two owners the lower address yields, and the higher one answers", { priority: 255 }, [
  [startup(0), "active", 1000, "send 255", "active: owner"],
  [advert(400, 255), "active", 1000, "send 255"],
  [
    advert(500, 255, { isFromHigherAddress: true }),
    "backup",
    500 + 3000 + 1000 / 256,
    "backup: higher_address",
  ],
]);

play("V3-5.2.7-b a fast router takes over from a slow one once, and then waits as the slow one does", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [
    advert(4000, 200, { advertUs: 10_000_000 }),
    "backup",
    4000 + 30_000 + (156 * 10_000) / 256,
    "backup: higher_priority",
  ],
  [tick(30_000), "backup", 40_093.75, "prepare 10093.75"],
  [advert(31_000, 200, { advertUs: 10_000_000 }), "backup", 67_093.75, "backup: active_alive"],
]);

play(
  "V2-6.1-b an owner of version 2 preempts whatever is configured",
  { version: 2, priority: 255, preempt: false },
  [
    [startup(0), "active", 1000, "send 255", "active: owner"],
    [advert(400, 254), "active", 1000],
  ],
);

play("one advert of a stranger takes an address away for two and a half minutes", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [
    advert(4000, 255, { advertUs: 40_950_000 }),
    "backup",
    4000 + 3 * 40_950 + (156 * 40_950) / 256,
    "backup: higher_priority",
  ],
  [tick(100_000), "backup", 4000 + 3 * 40_950 + (156 * 40_950) / 256],
  [tick(151_804), "active", 152_804, "send 100", "active: active_down"],
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

play("S6 V3-2.5-a an Active that was held up for less says so and goes on, from now", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [tick(7000), "active", 8000, "send 100", "stalled"],
]);

play("S5 one who says goodbye and is back in turn has a Backup speak once an interval, and no more", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(100, 200), "backup", 3709.375],
  [advert(200, 0), "backup", 809.375, "prepare 609.375"],
  [advert(201, 200), "backup", 3810.375, "backup: active_alive"],
  [advert(202, 0), "backup", 811.375],
  [advert(203, 200), "backup", 3812.375],
  [advert(1200, 0), "backup", 1809.375],
  [advert(1200.5, 200), "backup", 4809.875],
  [advert(1201, 0), "backup", 1810.375, "prepare 609.375"],
  [tick(1811), "active", 2811, "send 100", "active: priority_zero"],
]);

play("S5 one who was not told to prepare takes over in time all the same", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(200, 0), "backup", 809.375, "prepare 609.375"],
  [advert(201, 200), "backup", 3810.375, "backup: active_alive"],
  [advert(202, 0), "backup", 811.375],
  [tick(812), "active", 1812, "send 100", "active: priority_zero"],
]);

play("S7 a Backup that was told to prepare is told that the Active lives", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(2500), "backup", 3609.375, "prepare 1109.375"],
  [advert(2600, 150), "backup", 6209.375, "backup: active_alive"],
  [advert(3600, 150), "backup", 7209.375],
]);

play(
  "S7 from a living Active the step is made in two: first this host receives, then it speaks",
  { settleUs: 10_000 },
  [
    [startup(0), "backup", 3609.375, "backup: startup"],
    [advert(100, 0), "backup", 709.375, "prepare 609.375"],
    [tick(710), "settling", 720, "active: priority_zero", "settling 1010"],
    [advert(715, 50), "settling", 720],
    [tick(719), "settling", 720],
    [tick(720), "active", 1720, "send 100"],
  ],
);

play("S7 whoever owns the addresses may end the settling", { settleUs: 10_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(3000, 99), "backup", 3609.375],
  [tick(3610), "settling", 3620, "active: preempt", "settling 1010"],
  [at("settled", 3613), "active", 4613, "send 100"],
]);

play("S7 from a dead Active nothing is waited for", { settleUs: 10_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
]);

play("S7 one who settles yields to a better one, and leaves without a word", { settleUs: 10_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(3000, 99), "backup", 3609.375],
  [tick(3610), "settling", 3620, "active: preempt", "settling 1010"],
  [advert(3611, 101), "backup", 7220.375, "backup: higher_priority"],
  [advert(7000, 99), "backup", 7220.375],
  [tick(7221), "settling", 7231, "active: preempt", "settling 1010"],
  [shutdown(7222), "initialize", undefined, "initialize: shutdown"],
]);

play("S7 SM-11 a leaver serves on until it hears its successor", { handoverUs: 2_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [shutdown(4000), "leaving", 6000, "send 0", "leaving 2000"],
  [at("own_mac", 4100), "leaving", 6000],
  [advert(4200, 0), "leaving", 6000],
  [advert(4600, 50), "initialize", undefined, "initialize: shutdown"],
]);

play("S7 a leaver without a successor ends at its deadline, or when told twice", { handoverUs: 2_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [shutdown(4000), "leaving", 6000, "send 0", "leaving 2000"],
  [tick(6000), "initialize", undefined, "initialize: shutdown"],
  [startup(7000), "backup", 10_609.375, "backup: startup"],
  [tick(10_610), "active", 11_610, "send 100", "active: active_down"],
  [shutdown(11_000), "leaving", 13_000, "send 0", "leaving 2000"],
  [{ ...shutdown(11_100), isAbrupt: true } as Input, "initialize", undefined, "initialize: shutdown"],
]);

play("one who is wanted back while it leaves goes on as Backup", { handoverUs: 2_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [shutdown(4000), "leaving", 6000, "send 0", "leaving 2000"],
  [startup(4300), "leaving", 6000],
  [advert(4600, 50), "backup", 8209.375, "backup: shutdown"],
]);

play("one who resigns does not take the role back from a living Active", { handoverUs: 2_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [at("resign", 4000), "leaving", 6000, "send 0", "leaving 2000"],
  [advert(4700, 50), "backup", 8309.375, "backup: resign"],
  [advert(5700, 50), "backup", 9309.375],
  [tick(9310), "active", 10_310, "send 100", "active: active_down"],
]);

play("one who resigns without a hand-over gives the others the time to take over", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [at("resign", 4000), "backup", 7609.375, "send 0", "backup: resign"],
  [advert(4900, 50), "backup", 8509.375],
]);

play("one who resigns before it takes over leaves the Active alone", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(2500), "backup", 3609.375, "prepare 1109.375"],
  [advert(3000, 50), "backup", 3609.375],
  [at("resign", 3600), "backup", 7209.375, "backup: active_alive"],
  [advert(4000, 50), "backup", 7609.375],
]);

play("one who resigns in vain is Active again after its skew", { handoverUs: 2_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [at("resign", 4000), "leaving", 6000, "send 0", "leaving 2000"],
  [tick(6000), "backup", 6609.375, "backup: resign"],
  [tick(6610), "active", 7610, "send 100", "active: active_down"],
]);

play(
  "S7 a frame from our own virtual MAC is answered by an advert, at most each 5 ms, and the last word is ours",
  {},
  [
    [startup(0), "backup", 3609.375, "backup: startup"],
    [at("own_mac", 100), "backup", 3609.375],
    [tick(3610), "active", 4610, "send 100", "active: active_down"],
    [at("own_mac", 3612), "active", 4610, "send 100"],
    [at("own_mac", 3613), "active", 3617],
    [tick(3617), "active", 4617, "send 100"],
  ],
);

play(
  "V3-6.1-i a preempt delay counts from the first advert of a lower priority",
  { preemptDelayUs: 10_000_000 },
  [
    [startup(0), "backup", 3609.375, "backup: startup"],
    [advert(1000, 50), "backup", 4609.375],
    [advert(2000, 50), "backup", 5609.375],
    [advert(10_000, 50), "backup", 11_000],
    [tick(11_000), "active", 12_000, "send 100", "active: preempt"],
  ],
);

play("S7 within a preempt delay an Active of lower priority is alive too", { preemptDelayUs: 10_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(2500), "backup", 3609.375, "prepare 1109.375"],
  [advert(2600, 50), "backup", 6209.375, "backup: active_alive"],
  [advert(11_000, 50), "backup", 12_600],
  [tick(11_800), "backup", 12_600, "prepare 800"],
  [advert(12_000, 50), "backup", 12_600],
  [tick(12_600), "active", 13_600, "send 100", "active: preempt"],
]);

play("a preempt delay holds a Backup that was ready", { preemptDelayUs: 10_000_000, isGrouped: true }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "backup", undefined, "prepare 0"],
  [advert(3700, 50), "backup", 7309.375, "backup: active_alive"],
  [at("take", 3800), "backup", 7309.375],
]);

play("SM-8 one whose preempt delay is long over", { preemptDelayUs: 1_000_000, isGrouped: true }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(1000, 50), "backup", 2000],
  [tick(2000), "backup", undefined, "prepare 0"],
  [advert(9000, 50), "backup", undefined],
  [advert(9500, 0), "backup", 10_109.375],
  [tick(10_110), "backup", undefined],
  [at("take", 10_110), "active", 11_110, "send 100", "active: priority_zero"],
]);

play("with a preempt delay a lower Active that dies is replaced at once", { preemptDelayUs: 60_000_000 }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [advert(1000, 50), "backup", 4609.375],
  [tick(4610), "active", 5610, "send 100", "active: preempt"],
]);

play("a start-up delay holds an owner and a Backup, not what they learn", { startupDelayUs: 9_000_000 }, [
  [startup(0), "backup", 9000, "backup: startup"],
  [advert(100, 0), "backup", 9000, "prepare 8900"],
  [tick(9000), "active", 10_000, "send 100", "active: priority_zero"],
]);

play("a start-up delay holds an owner", { startupDelayUs: 9_000_000, priority: 255 }, [
  [startup(0), "backup", 9000, "backup: startup"],
  [tick(9000), "active", 10_000, "send 255", "active: owner"],
]);

const deaf = (ms: number): Input => ({ ...startup(ms), isDeaf: true }) as Input;
play(
  "a link that has carried nothing is waited for, then the whole down interval",
  { startupHoldUs: 30_000_000 },
  [
    [deaf(0), "backup", 30_000, "backup: startup"],
    [tick(4000), "backup", 30_000],
    [at("carried", 5000), "backup", 8609.375],
    [tick(8610), "active", 9610, "send 100", "active: active_down"],
  ],
);

play("a link that never carries anything is not waited for for ever", { startupHoldUs: 30_000_000 }, [
  [deaf(0), "backup", 30_000, "backup: startup"],
  [tick(30_000), "active", 31_000, "send 100", "active: active_down"],
]);

play("S7 a Backup that hears its first frame forgets no preparation", { startupHoldUs: 30_000_000 }, [
  [deaf(0), "backup", 30_000, "backup: startup"],
  [tick(29_000), "backup", 30_000, "prepare 1000"],
  [at("carried", 29_500), "backup", 33_109.375],
  [advert(29_600, 150), "backup", 33_209.375, "backup: active_alive"],
]);

play("while it is held, a router learns who is Active and takes nothing", { startupHoldUs: 30_000_000 }, [
  [deaf(0), "backup", 30_000, "backup: startup"],
  [advert(100, 50), "backup", 30_000],
  [tick(4000), "backup", 30_000],
  [at("carried", 5000), "backup", 8609.375],
]);

play("V3-6.1-a one that was held keeps the interval that it has learned", { startupHoldUs: 30_000_000 }, [
  [deaf(0), "backup", 30_000, "backup: startup"],
  [advert(100, 150, { advertUs: 3_000_000 }), "backup", 30_000],
  [at("carried", 2000), "backup", 2000 + 9000 + (156 * 3000) / 256],
]);

play("a down count of 5 waits for five adverts", { downCount: 5 }, [
  [startup(0), "backup", 5609.375, "backup: startup"],
]);

const lower = { ...CONFIG, priority: 150 };
play("a new priority shifts the running timer by what it changes", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [{ type: "reconfigured", nowUs: 1000, previous: lower }, "backup", 3609.375 + 609.375 - 414.0625],
]);

play("V3-7.2-a a shorter interval brings the next advert forward", {}, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
  [{ type: "reconfigured", nowUs: 3700 * MS, previous: { ...CONFIG, advertUs: 9_000_000 } }, "active", 4610],
]);

play("in a sync group a Backup waits for the others", { isGrouped: true }, [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "backup", undefined, "prepare 0"],
  [advert(3700, 150), "backup", 7309.375, "backup: active_alive"],
  [at("take", 3800), "backup", 7309.375],
  [tick(7310), "backup", undefined, "prepare 0"],
  [at("take", 7400), "active", 8400, "send 100", "active: active_down"],
  [at("yield", 7500), "backup", 11_109.375, "send 0", "backup: yield"],
]);

play("in a sync group an owner waits for the others", { isGrouped: true, priority: 255 }, [
  [startup(0), "backup", 0, "backup: startup"],
  [tick(0), "backup", undefined, "prepare 0"],
  [at("take", 10), "active", 1010, "send 255", "active: owner"],
]);

test("leases end before anybody may take over, and a leaver's serves until anybody must have", () => {
  for (const advertUs of [10_000, 100_000, 1_000_000, 40_950_000]) {
    for (const downCount of [2, 3, 10]) {
      const soonest = activeDownUs({ version: 3, priority: 255, downCount }, advertUs);
      assert.ok(leaseUs(downCount, advertUs) <= soonest - advertUs / 2);
    }
    assert.ok(handoverUs(3, advertUs) > skewUs(3, 1, advertUs) + advertUs / 4);
  }
});

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
    assert.equal(activeDownUs({ version: 3, priority, downCount: 3 }, intervalCs * 10_000), downCs * 10_000);
  });
}

test("V3-8.3.2-c of two Backups the better one is heard before the other's time has come", () => {
  const downCs = (priority: number): number =>
    activeDownUs({ version: 3, priority, downCount: 3 }, 1_000_000) / 10_000;
  assert.equal(downCs(100) - downCs(200), 39.0625);
});

test("V2-6.1-a skewUs() does not scale with the interval in version 2", () => {
  assert.equal(activeDownUs({ version: 2, priority: 100, downCount: 3 }, 10_000_000), 30_609_375);
  assert.equal(activeDownUs({ version: 3, priority: 100, downCount: 3 }, 10_000_000), 36_093_750);
});
