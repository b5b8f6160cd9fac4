/**
 * Scripts at random.
 *
 * @module
 */
import type { IpFamily } from "@viptools/wire";
import fc from "fast-check";
import {
  DISTURBANCES,
  FOREIGN_LINKS,
  FOREIGN_TABLES,
  type Scene,
  type Script,
  type Step,
  type Told,
  VIPS,
  type VirtualRouter,
} from "./script.ts";

const STEPS_MAX = 12;
const VRIDS = [51, 52] as const;
const PER_ROUTER = 3;

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
/** Mostly the first. */
const mostly = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, { arbitrary: other, weight: 1 });

const router: fc.Arbitrary<VirtualRouter> = fc.record({
  vrid: mostly(VRIDS[0], fc.constantFrom(...VRIDS)),
  family: fc.constantFrom<IpFamily>(4, 6),
});
/** Building takes 3 to 10 ms, deleting a link 30. */
const killMs = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 3 },
  { arbitrary: upTo(4), weight: 1 },
  { arbitrary: upTo(16), weight: 1 },
  { arbitrary: upTo(40), weight: 1 },
);

function vipsOf({ family, vrid }: VirtualRouter): fc.Arbitrary<string[]> {
  const first = vrid === VRIDS[0] ? 0 : VIPS[family].length - PER_ROUTER;
  const own = VIPS[family].slice(first, first + PER_ROUTER);
  return mostly([own[0]!], fc.shuffledSubarray(own, { minLength: 1 }));
}

const withVips = router.chain((one) => fc.record({ router: fc.constant(one), vips: vipsOf(one) }));
/** More words for `vmac-ctl up`, one of these each time; most want none. */
const UP_OPTIONS = [
  "",
  "",
  "--mode address",
  "--mode rewrite",
  "--mode rewrite --no-address",
  "--no-accept",
  "--name vip{family}x{vrid}",
  "--no-address",
];
/** The same for `vmac-ctl follow`. */
const FOLLOW_OPTIONS = [
  "--fence watched",
  "--fence none",
  "--standby fenced",
  "--mode address",
  "--mode rewrite",
  "--mode rewrite --fence none",
  "--standby fenced --mode rewrite",
  "--no-accept",
  "--no-address",
  "--standby fenced --mode address",
];

const hasVmac = mostly(true, fc.constant(false));
/** Some leases end while the script goes on. */
const validMs = fc.oneof(fc.constant(2000), fc.integer({ min: 1, max: 60 }));

function stateOf(state: "initialize" | "backup" | "active"): fc.Arbitrary<Told> {
  const what = fc.record({ claim: withVips, hasVmac });
  return what.map(({ claim, hasVmac: has }) => ({ type: "state", state, ...claim, hasVmac: has }));
}

const lease: fc.Arbitrary<Told> = fc.record({
  type: fc.constant("lease" as const),
  router,
  validMs,
  kind: mostly("", fc.constantFrom("leaving" as const, "settling" as const)),
});

/** What an elector says when it becomes Active. */
const takeOver: fc.Arbitrary<Told[]> = fc
  .record({ active: stateOf("active"), validMs })
  .map(({ active, validMs: ms }) => [
    active,
    { type: "lease", router: active.router, validMs: ms, kind: "" as const },
  ]);

/** What an elector says when it may soon become Active. */
const preparation: fc.Arbitrary<Told[]> = stateOf("backup").map((backup) => [
  backup,
  { type: "prepare", router: backup.router },
]);

const told: fc.Arbitrary<Told[]> = fc.oneof(
  { arbitrary: takeOver, weight: 5 },
  { arbitrary: stateOf("backup").map((one) => [one]), weight: 2 },
  { arbitrary: stateOf("initialize").map((one) => [one]), weight: 1 },
  { arbitrary: lease.map((one) => [one]), weight: 2 },
  { arbitrary: preparation, weight: 2 },
  {
    arbitrary: fc
      .record({
        type: fc.constant("stale" as const),
        router,
        why: fc.constantFrom("late" as const, "older epoch" as const, "foreign boot" as const),
      })
      .map((one): Told[] => [one]),
    weight: 1,
  },
);

const STEPS: readonly [number, fc.Arbitrary<Step>][] = [
  [
    4,
    fc
      .record({ claim: withVips, options: fc.constantFrom(...UP_OPTIONS), killMs })
      .map(({ claim, ...rest }) => ({ type: "up", ...claim, ...rest })),
  ],
  [3, fc.record({ type: fc.constant("down" as const), router, killMs })],
  [2, fc.record({ type: fc.constant("cleanup" as const), killMs })],
  [1, fc.constant({ type: "status" as const })],
  [
    3,
    fc.record({
      type: fc.constant("follow" as const),
      options: mostly("", fc.constantFrom(...FOLLOW_OPTIONS)),
    }),
  ],
  [
    8,
    fc.record({
      type: fc.constant("tell" as const),
      records: fc.array(told, { minLength: 1, maxLength: 2 }).map((lists) => lists.flat()),
      pauseMs: fc.oneof(fc.constant(0), upTo(90)),
      killMs,
    }),
  ],
  [1, fc.record({ type: fc.constant("end" as const), killMs })],
  [
    1,
    fc.record({
      type: fc.constant("signal" as const),
      signal: fc.constantFrom("SIGTERM" as const, "SIGKILL" as const),
    }),
  ],
  [4, fc.record({ type: fc.constant("disturb" as const), router, how: fc.constantFrom(...DISTURBANCES) })],
];

const scene: fc.Arbitrary<Scene> = fc.record({
  // The last one is a VIP: who has it may not own it.
  addresses: fc.subarray(["192.0.2.10/24", "192.0.2.11/32", "2001:db8::10/64", "192.0.2.101/32"]),
  link: mostly(undefined, fc.constantFrom(...FOREIGN_LINKS)),
  tables: fc.subarray([...FOREIGN_TABLES]),
  settings: fc.record(
    {
      "ipv4/conf/eth0/arp_ignore": upTo(2),
      "ipv4/conf/eth0/arp_announce": upTo(2),
      "ipv4/conf/eth0/rp_filter": upTo(2),
      "ipv4/conf/all/rp_filter": upTo(1),
      "ipv6/conf/eth0/accept_dad": upTo(1),
    },
    { requiredKeys: [] },
  ),
});

export const scripts: fc.Arbitrary<Script> = fc.record({
  scene,
  steps: fc.array(fc.oneof(...STEPS.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 1,
    maxLength: STEPS_MAX,
    size: "max",
  }),
});
