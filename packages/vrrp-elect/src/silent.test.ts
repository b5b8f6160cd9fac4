/** Scripts, a line per event: an elector whose records are not read in time. */
import { advert, at, disable, MS, play, shutdown, startup, tick } from "./election.fixture.ts";
import type { Input } from "./election.ts";

/** The last lease ends then. */
const unheard = (ms: number, leaseEndMs: number): Input => ({
  type: "unheard",
  nowUs: ms * MS,
  reason: "reader_late",
  leaseEndUs: leaseEndMs * MS,
});
const resign = (ms: number): Input => at("resign", ms);
const ACTIVE = [
  [startup(0), "backup", 3609.375, "backup: startup"],
  [tick(3610), "active", 4610, "send 100", "active: active_down"],
] as const;
const DOWN_MS = 3609.375;
const NEVER = Infinity;

play("S9 an Active whose records are not read speaks no more, and leaves when its lease ends", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [tick(6110), "backup", NEVER, "send 0", "backup: reader_late"],
]);

play("S9 it speaks again at once when they are read before its lease ends", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [at("heard", 5500), "active", 6500, "send 100"],
  [tick(6500), "active", 7500, "send 100"],
]);

play("S1 it is Backup when they are read later, though its timer has not rung", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [at("heard", 6111), "backup", 6111 + DOWN_MS, "send 0", "backup: reader_late"],
]);

play("S1 a goodbye that comes when others may be Active is left out", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [tick(6610), "backup", NEVER, "backup: reader_late"],
]);

play("S9 an Active that never had a lease leaves at once", {}, [
  ...ACTIVE,
  [unheard(3611, 0), "silent", 3611],
  [tick(3611), "backup", NEVER, "send 0", "backup: reader_late"],
]);

play("S6 S9 a Backup takes nothing while nobody acts for it, and then listens for an interval", {}, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [unheard(100, 0), "backup", NEVER],
  [tick(3610), "backup", NEVER],
  [at("heard", 5000), "backup", 6000],
  [tick(5500), "backup", 6000, "prepare 500"],
  [tick(6000), "active", 7000, "send 100", "active: active_down"],
]);

play("S9 an owner that starts while nobody acts for it waits", { priority: 255 }, [
  [{ ...startup(0), isUnheard: true } as Input, "backup", NEVER, "backup: startup"],
  [at("heard", 500), "backup", 1500],
  [tick(1500), "active", 2500, "send 255", "active: owner"],
]);

play("S6 a Backup that nobody acts for hears who is Active", {}, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [unheard(100, 0), "backup", NEVER],
  [advert(3000, 150), "backup", NEVER],
  [at("heard", 3100), "backup", 3000 + DOWN_MS],
]);

play("S7 a Backup takes back what it has promised", {}, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [tick(2500), "backup", DOWN_MS, "prepare 1109.375"],
  [unheard(2600, 0), "backup", NEVER, "backup: reader_late"],
  [at("heard", 2700), "backup", DOWN_MS],
  [tick(2700), "backup", DOWN_MS, "prepare 909.375"],
]);

play("S1 a silent Active yields to a better one, and answers no other", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [advert(4700, 50), "silent", 6110],
  [advert(4800, 0), "silent", 6110],
  [at("own_mac", 4850), "silent", 6110],
  [advert(4900, 150), "backup", NEVER, "backup: higher_priority"],
  [at("heard", 5000), "backup", 4900 + DOWN_MS],
]);

play("a silent Active that is stopped leaves when its lease ends", { handoverUs: 2_000_000 }, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [shutdown(4700), "silent", 6110],
  [tick(6110), "initialize", undefined, "send 0", "initialize: shutdown"],
]);

play("S7 a silent Active that is stopped hands over as soon as it is heard", { handoverUs: 2_000_000 }, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [shutdown(4700), "silent", 6110],
  [at("heard", 5000), "leaving", 7000, "send 0", "leaving 2000"],
  [advert(5700, 50), "initialize", undefined, "initialize: shutdown"],
]);

play("S1 a silent Active that has to go at once says goodbye to nobody: its lease still runs", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [{ ...shutdown(4700), isAbrupt: true } as Input, "initialize", undefined, "initialize: shutdown"],
]);

play("a silent Active that is stopped and started is what it was", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [shutdown(4700), "silent", 6110],
  [startup(4800), "silent", 6110],
  [tick(6110), "backup", NEVER, "send 0", "backup: reader_late"],
]);

play("a silent Active whose link is down is gone", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [disable(4700), "initialize", undefined, "initialize: link_down"],
]);

play("a silent Active that resigns does so when it is heard", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [resign(4700), "silent", 6110],
  [at("heard", 5000), "backup", 5000 + DOWN_MS, "send 0", "backup: resign"],
  [advert(5100, 50), "backup", 5100 + DOWN_MS],
]);

play("a silent Active that resigns and is not heard takes nothing back", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [resign(4700), "silent", 6110],
  [tick(6110), "backup", NEVER, "send 0", "backup: resign"],
  [advert(6200, 50), "backup", NEVER],
  [at("heard", 6300), "backup", 6200 + DOWN_MS],
]);

play("in a sync group a silent Active whose group is broken leaves when it is heard", { isGrouped: true }, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [tick(3610), "backup", undefined, "prepare 0"],
  [at("take", 3610), "active", 4610, "send 100", "active: active_down"],
  [unheard(4610, 6110), "silent", 6110],
  [at("yield", 4700), "silent", 6110],
  [at("heard", 5000), "backup", 5000 + DOWN_MS, "send 0", "backup: yield"],
]);

play("S7 a silent Active says no goodbye where another one speaks, and knows its interval", {}, [
  ...ACTIVE,
  [unheard(4610, 6110), "silent", 6110],
  [advert(6000, 50, { advertUs: 2_000_000 }), "silent", 6110],
  [tick(6110), "backup", NEVER, "backup: reader_late"],
  [at("heard", 6200), "backup", 6110 + 6000 + (156 * 2000) / 256],
]);

play(
  "S9 one that leaves, and comes back while nobody acts for it, takes nothing",
  { handoverUs: 2_000_000 },
  [
    ...ACTIVE,
    [shutdown(4000), "leaving", 6000, "send 0", "leaving 2000"],
    [unheard(4100, 6000), "leaving", 6000],
    [startup(4200), "leaving", 6000],
    [tick(6000), "backup", NEVER, "backup: shutdown"],
    [at("heard", 7000), "backup", 8000],
  ],
);

play("one that leaves and is heard again is as before", { handoverUs: 2_000_000 }, [
  ...ACTIVE,
  [resign(4000), "leaving", 6000, "send 0", "leaving 2000"],
  [unheard(4100, 6000), "leaving", 6000],
  [at("heard", 4200), "leaving", 6000],
  [tick(6000), "backup", 6609.375, "backup: resign"],
]);

play("one that settles and is not heard has said nothing to the others", { settleUs: 250_000 }, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [advert(3000, 50), "backup", DOWN_MS],
  [tick(3610), "settling", 3860, "active: preempt", "settling 1250"],
  [unheard(3700, 4860), "backup", NEVER, "backup: reader_late"],
]);

play("one that settles and is not heard keeps the interval that it has learned", { settleUs: 250_000 }, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [advert(1000, 150, { advertUs: 3_000_000 }), "backup", 1000 + 9000 + (156 * 3000) / 256],
  [advert(2000, 0), "backup", 2000 + (156 * 3000) / 256, "prepare 1828.125"],
  [tick(3829), "settling", 4079, "active: priority_zero", "settling 1250"],
  [unheard(3900, 4860), "backup", NEVER, "backup: reader_late"],
  [at("heard", 4000), "backup", 3900 + 9000 + (156 * 3000) / 256],
]);

play("a Backup that nobody acts for promises nothing when the Active leaves", {}, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [unheard(100, 0), "backup", NEVER],
  [advert(200, 0), "backup", NEVER],
  [at("heard", 300), "backup", 809.375],
  [tick(809), "backup", 809.375, "prepare 0.375"],
  [tick(810), "active", 1810, "send 100", "active: priority_zero"],
]);

play("in a sync group a Backup that was ready waits anew", { isGrouped: true }, [
  [startup(0), "backup", DOWN_MS, "backup: startup"],
  [tick(3610), "backup", undefined, "prepare 0"],
  [unheard(3700, 0), "backup", NEVER, "backup: reader_late"],
  [at("heard", 3800), "backup", 4800],
]);
