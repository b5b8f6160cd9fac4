/**
 * Scripts that have failed once, as short as they could be made.
 *
 * @module
 */
import type { Disturbance, HostPlan, NetworkPlan, Scenario } from "./scenario.ts";
import { alwaysServes, takesOverFromTheLeaver } from "./takeovers.ts";
import { hasOneVoice, keeps, restsSoon, settles, type Verdict } from "./verdicts.ts";

export interface Regression {
  readonly name: string;
  readonly verdicts: readonly Verdict[];
  readonly scenario: Scenario;
  /** Why it still fails. */
  readonly todo?: string;
}

const PLAIN: HostPlan = {
  priority: 100,
  preempt: true,
  preemptDelay: 0,
  startupDelay: 0,
  settle: 0,
  ackAfter: undefined,
  handsOver: true,
  startsAt: 0,
  deafFor: 0,
  unreadFor: 0,
  drift: 0,
  lateness: 0,
  pace: 1,
  yieldsAloud: false,
};
const IDEAL: NetworkPlan = { delay: 0, jitter: 0, isOrdered: true, loss: 0, duplicates: 0 };

type Partly = Partial<Omit<Scenario, "hosts" | "network">>;

function scenario(
  hosts: readonly Partial<HostPlan>[],
  script: readonly Disturbance[],
  more: Partly & { readonly network?: Partial<NetworkPlan> } = {},
): Scenario {
  return {
    seed: 0,
    version: 3,
    advertUs: 10_000,
    downCount: 2,
    networks: 1,
    isCrossed: false,
    ...more,
    hosts: hosts.map((plan) => ({ ...PLAIN, ...plan })),
    network: { ...IDEAL, ...more.network },
    script,
  };
}

const stop = (at: number, host: number, during: number): Disturbance => {
  return { type: "stop", at, host, for: during, isAbrupt: false };
};
const resign = (at: number, host: number): Disturbance => ({ type: "resign", at, host });
const crash = (at: number, host: number, during: number): Disturbance => ({
  type: "crash",
  at,
  host,
  for: during,
});
const choke = (at: number, host: number, during: number): Disturbance => ({
  type: "choke",
  at,
  host,
  for: during,
});
const freeze = (at: number, host: number, during: number): Disturbance => {
  return { type: "freeze", at, host, for: during, isMidSend: false };
};

/** Of the election. */
const FOUND: readonly Regression[] = [
  {
    name: "one who is wanted back before it has left is not lost",
    verdicts: [settles],
    scenario: scenario([{ preempt: false }, { priority: 1 }], [stop(261, 0, 0)]),
  },
  {
    name: "the best one, without a hand-over, can resign",
    verdicts: [takesOverFromTheLeaver],
    scenario: scenario([{ handsOver: false }, { priority: 1 }], [resign(999, 0)]),
  },
  {
    name: "one who resigns shortly before it would preempt does not",
    verdicts: [keeps("resignation")],
    scenario: scenario([{ priority: 1 }, { startsAt: 500 }], [resign(755, 1)]),
  },
  {
    name: "followers are not left prepared for a preempt delay",
    verdicts: [keeps("preparation")],
    scenario: scenario([{ priority: 150, preemptDelay: 200, startsAt: 50 }, {}], []),
  },
  {
    name: "a member that has waited for its group takes no goodbye for a stall",
    verdicts: [keeps("stall")],
    scenario: scenario(
      [{ priority: 2, preemptDelay: 1 }, { priority: 1 }, { priority: 1, preempt: false }],
      [resign(1000, 0), stop(3000, -1, 1000)],
      { networks: 2 },
    ),
  },
  {
    name: "a port that carries its first frame late has prepared its followers",
    verdicts: [keeps("preparation")],
    scenario: scenario([{ deafFor: 890 }, {}], []),
  },
  {
    name: "one whose records are read late knows the interval of the Active",
    verdicts: [keeps("drain")],
    scenario: scenario(
      [
        { priority: 200, pace: 3 },
        { startsAt: 1000, unreadFor: 590 },
      ],
      [],
    ),
  },
  {
    name: "an owner does not start without its group",
    verdicts: [alwaysServes],
    scenario: scenario([{ priority: 255 }, { startsAt: 1 }], [], { networks: 2 }),
  },
  {
    name: "an answer that comes too soon after another is not forgotten",
    verdicts: [hasOneVoice],
    scenario: scenario(
      [{ priority: 255 }, { priority: 255 }],
      [stop(1547, 0, 254), { type: "own_mac", at: 1752, host: 1 }],
    ),
  },
  {
    name: "a sync group of equal priorities whose addresses are in another order in each network",
    verdicts: [settles],
    scenario: scenario([{ settle: 25 }, { settle: 25 }], [], {
      networks: 2,
      isCrossed: true,
      network: { delay: 2 },
    }),
    todo: "each wins one network, gives it up for the other, and takes both again: needs different priorities",
  },
];

/** Of the simulation itself, and of what it may expect. */
const LEARNED: readonly Regression[] = [
  {
    name: "an Active of version 2 answers a loser in its turn only",
    verdicts: [hasOneVoice],
    scenario: scenario([{ priority: 255 }, { priority: 255 }], [stop(0, 0, 1)], {
      version: 2,
      advertUs: 1_000_000,
    }),
  },
  {
    name: "one whose first advert could not leave is no new Active when the next one does",
    verdicts: [hasOneVoice],
    scenario: scenario([{ priority: 71, preempt: false }, { priority: 1 }], [choke(0, 0, 273)], {
      version: 2,
      advertUs: 1_000_000,
    }),
  },
  {
    name: "one that was Active in between has not waited for the silence of a dead one",
    verdicts: [hasOneVoice],
    scenario: scenario(
      [{ priority: 255 }, { priority: 1 }],
      [
        { type: "priority", at: 0, host: 1, priority: 100 },
        { type: "priority", at: 0, host: 0, priority: 1 },
        crash(201, 0, 221),
        resign(361, 1),
      ],
      { version: 2, advertUs: 1_000_000, downCount: 3 },
    ),
  },
  {
    name: "a freeze that ends and a hand-over that begins at one moment",
    verdicts: [hasOneVoice, settles],
    scenario: scenario(
      [
        { priority: 1, startsAt: 301, drift: -48, lateness: 8 },
        { priority: 254, preempt: false, handsOver: false },
      ],
      [freeze(3164, 1, 993), resign(3164, 1)],
      { network: { jitter: 1 } },
    ),
  },
  {
    name: "frozen in the middle of sending, then restarted",
    verdicts: [hasOneVoice, settles, restsSoon],
    scenario: scenario(
      [{ priority: 1 }, {}],
      [{ type: "freeze", at: 0, host: -1, for: 150, isMidSend: true }, crash(0, 1, 39)],
    ),
  },
  {
    name: "delays of preemption add up in a sync group",
    verdicts: [settles],
    scenario: scenario(
      [
        { priority: 255, preempt: false, preemptDelay: 699, handsOver: false },
        { priority: 122, preemptDelay: 651, drift: -4 },
        { priority: 255 },
      ],
      [
        { type: "priority", at: 1401, host: -1, priority: 121 },
        { type: "unplug", at: 2400, host: -1, network: 0, for: 0 },
      ],
      { networks: 2, network: { jitter: 1 } },
    ),
  },
];

export const REGRESSIONS: readonly Regression[] = [...FOUND, ...LEARNED];
