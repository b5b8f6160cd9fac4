/**
 * What must always hold of the election, over simulated networks.
 *
 * Not simulated: sockets, records, the kernel's fence. A lease of the election is taken as the fence keeps it: it runs on
 * while the host is frozen or dead, by the host's own clock, and who has none is mute.
 */
import test from "node:test";
import { claim, sumUp } from "./claims.ts";
import { type Limits, scenarios } from "./plans.ts";
import type { Kind } from "./scenario.ts";
import { deaths, farewells, plannedSteps } from "./staged.ts";
import { alwaysServes, takesOverFromTheDead, takesOverFromTheLeaver } from "./takeovers.ts";
import { hasOneVoice, healsWithinAnInterval, keeps, restsSoon, settles } from "./verdicts.ts";

const AILING: readonly Kind[] = [
  "freeze",
  "crash",
  "stop",
  "unplug",
  "resign",
  "priority",
  "own_mac",
  "unread",
];
const MUTE: readonly Kind[] = [...AILING, "choke"];
const EVERYTHING: readonly Kind[] = [...MUTE, "split", "one_way", "storm"];

/** Every advert arrives, and in order: who is not heard does not speak. */
const clear = (kinds: readonly Kind[], networks: 1 | 2): Limits => {
  return { kinds, networks, isLossy: false, isMixed: false, length: 60, events: 20 };
};
/** Loss, duplicates, reordering, partitions, one-way links; alone also other intervals and deaf ports. */
const rough = (networks: 1 | 2): Limits => {
  return { kinds: EVERYTHING, networks, isLossy: true, isMixed: networks === 1, length: 60, events: 20 };
};

claim("S1 nobody speaks beside another for longer than a reaction", {
  scenarios: scenarios(clear(AILING, 1)),
  verdicts: [hasOneVoice],
  runs: 250,
  needs: [
    ...AILING,
    "meetings",
    "meetings with one who cannot act",
    "take-over active_down",
    "take-over preempt",
  ],
});

claim("S1 S9 nor when adverts cannot leave", {
  scenarios: scenarios(clear(MUTE, 1)),
  verdicts: [hasOneVoice],
  runs: 100,
  needs: ["choke", "adverts that did not leave", "meetings"],
});

claim("S1 nor in a sync group", {
  scenarios: scenarios(clear(MUTE, 2)),
  verdicts: [hasOneVoice],
  runs: 80,
  needs: [...MUTE, "meetings"],
});

claim("S1 one is Active within an advert interval when a partition heals", {
  scenarios: scenarios(rough(1)),
  verdicts: [healsWithinAnInterval],
  runs: 120,
  needs: ["split", "one_way", "storm"],
});

claim("S6 nobody takes over before an Active that its host has heard was silent for the down interval", {
  scenarios: scenarios(rough(1)),
  verdicts: [keeps("drain", "stall", "resignation")],
  runs: 120,
  needs: ["freeze", "stalled", "take-over active_down", "packets doubled", "packets overtaken"],
});

for (const networks of [1, 2] as const) {
  const where = networks === 1 ? "alone" : "in a sync group";
  claim(`once the network is whole one is Active, the right one, and stays: ${where}`, {
    scenarios: scenarios(rough(networks)),
    verdicts: [settles],
    runs: networks === 1 ? 150 : 80,
    needs: [...EVERYTHING, "packets lost", "packets cut", "packets doubled", "packets overtaken"],
  });

  claim(`nobody changes more than three times once it is quiet, and no advert is too many: ${where}`, {
    scenarios: scenarios(rough(networks)),
    verdicts: [restsSoon],
    runs: networks === 1 ? 120 : 60,
    needs: EVERYTHING,
  });

  claim(`S7 somebody serves at each moment of planned steps: ${where}`, {
    scenarios: plannedSteps(networks),
    verdicts: [alwaysServes, settles],
    runs: networks === 1 ? 40 : 20,
    needs: ["stop", "resign", "priority", "take-over priority_zero", "take-over preempt"],
  });
}

claim("after a death the Backup of the shortest down interval is Active in time, and alone", {
  scenarios: deaths,
  verdicts: [takesOverFromTheDead],
  runs: 100,
  needs: ["crash", "freeze", "unplug", "choke"],
});

claim("after a goodbye the Backup of the shortest skew speaks in time, and alone", {
  scenarios: farewells,
  verdicts: [takesOverFromTheLeaver],
  runs: 100,
  needs: ["stop", "resign", "take-over priority_zero"],
});

claim("S5 adverts of an Active are never further apart than its interval", {
  scenarios: scenarios(rough(1)),
  verdicts: [keeps("cadence")],
  runs: 80,
  needs: ["adverts", "own_mac"],
});

claim("S9 nobody speaks whose records are not read", {
  scenarios: scenarios(rough(1)),
  verdicts: [keeps("silence")],
  runs: 80,
  needs: ["unread", "take-over active_down"],
});

claim("S7 a Backup that is prepared becomes Active, or says that the Active lives", {
  scenarios: scenarios(rough(1)),
  verdicts: [keeps("preparation")],
  runs: 80,
  needs: ["prepare", "active_alive"],
});

test("a million advert intervals are simulated when everything is", sumUp);
