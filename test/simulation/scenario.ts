/**
 * A scenario: who takes part, on what network, and what befalls them. Plain values, so that a failing one can be kept as
 * a row of the regression table.
 *
 * Times are hundredths of the advert interval where their names carry no unit.
 *
 * @module
 */
import type { ElectionConfig } from "vrrp-elect/dist/election.js";
import { handoverUs } from "vrrp-elect/dist/timers.js";

export interface HostPlan {
  readonly priority: number;
  readonly preempt: boolean;
  readonly preemptDelay: number;
  readonly startupDelay: number;
  /** At most 25: a quarter interval, as the settings demand. */
  readonly settle: number;
  /** When vmac-ctl says that the host receives, after it settles; undefined for never. */
  readonly ackAfter: number | undefined;
  /** False: leaves at once, `--handover 0`. */
  readonly handsOver: boolean;
  readonly startsAt: number;
  /** So long after its start its port carries nothing, as behind a bridge that learns; 0 for a port that is open. */
  readonly deafFor: number;
  /** So long after its start nobody reads what its elector writes. */
  readonly unreadFor: number;
  /** How fast its clock runs, in thousandths too much. */
  readonly drift: number;
  /** Its timers ring up to so late. */
  readonly lateness: number;
  /** Its advert interval, as a multiple of that of the scenario. */
  readonly pace: number;
  /** Sends a last advert when it yields, as without a virtual MAC. */
  readonly yieldsAloud: boolean;
}

export interface NetworkPlan {
  /** Each packet takes this long, and up to so much longer. */
  readonly delay: number;
  readonly jitter: number;
  /** Packets of one host reach another in the order in which they were sent. */
  readonly isOrdered: boolean;
  /** In thousandths. */
  readonly loss: number;
  readonly duplicates: number;
}

/** In place of a host: whoever is Active then. */
export const WHO_IS_ACTIVE = -1;

export type Disturbance =
  /** SIGSTOP of everything on the host; `isMidSend`: when its next advert is decided and not yet sent. */
  | {
      readonly type: "freeze";
      readonly at: number;
      readonly host: number;
      readonly for: number;
      readonly isMidSend: boolean;
    }
  /** `kill -9` of everything; starts again without a memory. */
  | { readonly type: "crash"; readonly at: number; readonly host: number; readonly for: number }
  /** A check fails, or the administrator stops it: others are told. */
  | {
      readonly type: "stop";
      readonly at: number;
      readonly host: number;
      readonly for: number;
      readonly isAbrupt: boolean;
    }
  /** The link is down, and the host knows. */
  | {
      readonly type: "unplug";
      readonly at: number;
      readonly host: number;
      readonly network: number;
      readonly for: number;
    }
  /** Whoever obeys its elector does not read, and the elector knows. */
  | { readonly type: "unread"; readonly at: number; readonly host: number; readonly for: number }
  /** No frame leaves, and the host knows. */
  | { readonly type: "choke"; readonly at: number; readonly host: number; readonly for: number }
  | { readonly type: "resign"; readonly at: number; readonly host: number }
  | { readonly type: "priority"; readonly at: number; readonly host: number; readonly priority: number }
  /** A frame from the virtual MAC comes in. */
  | { readonly type: "own_mac"; readonly at: number; readonly host: number }
  /** The network falls in two; `side` is a bit mask of the hosts on one of them. */
  | {
      readonly type: "split";
      readonly at: number;
      readonly network: number;
      readonly side: number;
      readonly for: number;
    }
  /** One direction is dropped. */
  | {
      readonly type: "one_way";
      readonly at: number;
      readonly network: number;
      readonly host: number;
      readonly to: number;
      readonly for: number;
    }
  /** Loss beyond the usual, in thousandths. */
  | { readonly type: "storm"; readonly at: number; readonly loss: number; readonly for: number };

export type Kind = Disturbance["type"];

export interface Scenario {
  /** Of packets and timers. */
  readonly seed: number;
  readonly version: 2 | 3;
  readonly advertUs: number;
  readonly downCount: number;
  /** 1, or 2 for hosts that stand in two networks with a sync group. */
  readonly networks: 1 | 2;
  /** Whose address is the highest in one network has the lowest in the other. */
  readonly isCrossed: boolean;
  readonly hosts: readonly HostPlan[];
  readonly network: NetworkPlan;
  readonly script: readonly Disturbance[];
}

export const inUs = (scenario: Scenario, hundredths: number): number =>
  (hundredths * scenario.advertUs) / 100;

/** A port that stays deaf, or a reader, is waited for at most so long; the default of the settings is 30 s. */
const STARTUP_HOLD = 1000;

export function configOf(scenario: Scenario, plan: HostPlan): ElectionConfig {
  const { version, downCount } = scenario;
  const advertUs = scenario.advertUs * plan.pace;
  return {
    version,
    priority: plan.priority,
    preempt: plan.preempt,
    preemptDelayUs: inUs(scenario, plan.preemptDelay),
    startupDelayUs: inUs(scenario, plan.startupDelay),
    startupHoldUs: inUs(scenario, STARTUP_HOLD),
    advertUs,
    downCount,
    handoverUs: plan.handsOver ? handoverUs(version, advertUs) : 0,
    settleUs: inUs(scenario, plan.settle),
    isGrouped: scenario.networks === 2,
    yieldsAloud: plan.yieldsAloud,
  };
}

/** A freeze in the middle of sending waits so long for an advert. */
export const SEND_SOON = 200;

/** When the last disturbance has ended and is over, network time. */
export function quietFromUs(scenario: Scenario): number {
  const { hosts, script } = scenario;
  const most = (what: (plan: HostPlan) => number): number => Math.max(...hosts.map(what));
  const heldFor = ({ deafFor, unreadFor }: HostPlan): number => Math.max(deafFor, unreadFor);
  const ends = script.map((one) => {
    const isHeldUp = one.type === "freeze" && one.isMidSend;
    const isHeld = one.type === "crash" || one.type === "unplug";
    return one.at + ("for" in one ? one.for : 0) + (isHeldUp ? SEND_SOON : 0) + (isHeld ? most(heldFor) : 0);
  });
  const started = most((plan) => plan.startsAt + heldFor(plan));
  return (
    inUs(scenario, Math.max(started, ...ends)) +
    most((plan) => configOf(scenario, plan).handoverUs / rateOf(plan))
  );
}

/** Seconds of its own clock in one of the network's. */
export const rateOf = (plan: HostPlan): number => 1 + plan.drift / 1000;
