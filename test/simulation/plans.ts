/**
 * Scenarios at random, of several classes: what a property excludes, its class leaves out.
 *
 * @module
 */
import fc from "fast-check";
import {
  type Disturbance,
  type HostPlan,
  type Kind,
  type NetworkPlan,
  type Scenario,
  WHO_IS_ACTIVE,
} from "./scenario.ts";

/** What a class of scenarios allows. */
export interface Limits {
  readonly kinds: readonly Kind[];
  readonly networks: 1 | 2;
  /** Whether packets may be lost, doubled and reordered while the network is disturbed. */
  readonly isLossy: boolean;
  /** Whether hosts may have intervals of their own, and ports and readers that are late. */
  readonly isMixed: boolean;
  /** Advert intervals of disturbance, and how many disturbances. */
  readonly length: number;
  readonly events: number;
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
/** Mostly the first. */
const mostly = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, { arbitrary: other, weight: 1 });
const host = fc.oneof(fc.constant(WHO_IS_ACTIVE), upTo(6));
const priority = fc.oneof(
  { arbitrary: fc.constantFrom(100, 101, 150, 254), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 254 }), weight: 2 },
);

function hostPlan({ isMixed }: Limits): fc.Arbitrary<HostPlan> {
  return fc.record({
    priority: fc.oneof({ arbitrary: priority, weight: 9 }, { arbitrary: fc.constant(255), weight: 1 }),
    preempt: mostly(true, fc.constant(false)),
    preemptDelay: mostly(0, upTo(2000)),
    startupDelay: mostly(0, upTo(1000)),
    settle: upTo(25),
    ackAfter: fc.option(upTo(20), { nil: undefined }),
    handsOver: mostly(true, fc.constant(false)),
    startsAt: upTo(800),
    deafFor: isMixed ? mostly(0, upTo(1500)) : fc.constant(0),
    unreadFor: isMixed ? mostly(0, upTo(1500)) : fc.constant(0),
    drift: fc.integer({ min: -50, max: 50 }),
    lateness: upTo(25),
    pace: isMixed ? mostly(1, fc.integer({ min: 1, max: 5 })) : fc.constant(1),
    yieldsAloud: fc.boolean(),
  });
}

function networkPlan({ isLossy }: Limits): fc.Arbitrary<NetworkPlan> {
  const often = isLossy ? mostly(0, upTo(600)) : fc.constant(0);
  return fc.record({
    delay: upTo(12),
    jitter: upTo(13),
    isOrdered: isLossy ? fc.boolean() : fc.constant(true),
    loss: often,
    duplicates: often,
  });
}

function disturbance({ kinds, networks, length }: Limits): fc.Arbitrary<Disturbance> {
  const at = upTo(length * 100);
  const long = fc.oneof(upTo(300), upTo(1500));
  const network = upTo(networks - 1);
  const all: { readonly [K in Kind]: fc.Arbitrary<Disturbance> } = {
    freeze: fc.record({
      type: fc.constant("freeze"),
      at,
      host,
      for: long,
      isMidSend: mostly(false, fc.boolean()),
    }),
    crash: fc.record({ type: fc.constant("crash"), at, host, for: long }),
    stop: fc.record({
      type: fc.constant("stop"),
      at,
      host,
      for: long,
      isAbrupt: mostly(false, fc.boolean()),
    }),
    unplug: fc.record({ type: fc.constant("unplug"), at, host, network, for: long }),
    unread: fc.record({ type: fc.constant("unread"), at, host, for: long }),
    choke: fc.record({ type: fc.constant("choke"), at, host, for: long }),
    resign: fc.record({ type: fc.constant("resign"), at, host }),
    priority: fc.record({ type: fc.constant("priority"), at, host, priority }),
    own_mac: fc.record({ type: fc.constant("own_mac"), at, host }),
    split: fc.record({ type: fc.constant("split"), at, network, side: upTo(127), for: long }),
    one_way: fc.record({ type: fc.constant("one_way"), at, network, host, to: upTo(6), for: long }),
    storm: fc.record({ type: fc.constant("storm"), at, loss: upTo(1000), for: long }),
  };
  return fc.oneof(...kinds.map((kind) => all[kind]));
}

/** Version 2 knows whole seconds only. */
const pacing = fc.oneof(
  {
    arbitrary: fc.record({
      version: fc.constant(3 as const),
      advertUs: fc.integer({ min: 1, max: 100 }).map((n) => n * 10_000),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      version: fc.constant(2 as const),
      advertUs: fc.integer({ min: 1, max: 3 }).map((n) => n * 1_000_000),
    }),
    weight: 1,
  },
);

export function scenarios(limits: Limits): fc.Arbitrary<Scenario> {
  return fc
    .record({
      seed: fc.integer(),
      pacing,
      downCount: fc.integer({ min: 2, max: 5 }),
      hosts: fc.array(hostPlan(limits), { minLength: 2, maxLength: 7 }),
      network: networkPlan(limits),
      script: fc.array(disturbance(limits), { maxLength: limits.events, size: "max" }),
    })
    .map(({ pacing: { version, advertUs }, ...rest }) => ({
      ...rest,
      version,
      advertUs,
      networks: limits.networks,
      isCrossed: false,
      hosts: rest.hosts.map((plan) => fit(plan, version)),
    }));
}

/** What the settings would refuse. */
function fit(plan: HostPlan, version: 2 | 3): HostPlan {
  // Version 2 refuses adverts of another interval.
  return version === 2 ? { ...plan, pace: 1 } : plan;
}
