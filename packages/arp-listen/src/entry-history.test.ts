import assert from "node:assert/strict";
import test from "node:test";
import type { NeighbourEntry } from "@viptools/kernel";
import { EntryHistory, type HeardClaim, pairChanges } from "./entry-history.ts";
import type { Claim } from "./kernel-claim.ts";

const IP = "192.0.2.100";
const [A, B, C] = ["02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"] as const;

const entryOf = (mac: string | undefined): NeighbourEntry | undefined =>
  mac === undefined ? undefined : ({ address: IP, mac, state: "STALE" } as NeighbourEntry);
const heard = (mac: string, heardUs: number, ip = IP): HeardClaim => ({
  claim: { ip, mac } as Claim,
  heardUs,
});

/**
 * What happens, in the order in which we learn of it: "told A 20" is a notification, "heard A 10" a packet; "judged" is
 * what was heard up to there.
 */
function play(events: readonly string[], now: string | undefined): (string | undefined)[][] {
  const history = new EntryHistory<HeardClaim>();
  const judge = (): (string | undefined)[][] =>
    history
      .take(1_000_000)
      .flatMap((episode) => pairChanges(episode, entryOf(now)))
      .map(({ before, after }) => [before?.mac, after?.mac]);
  const pairs = events.flatMap((event) => {
    const [what, mac, at] = event.split(" ") as [string, string, string];
    if (what === "judged") return judge();
    if (what === "heard") history.hear(heard(mac, Number(at)));
    else history.note(IP, entryOf(mac === "-" ? undefined : mac), Number(at));
    return [];
  });
  return [...pairs, ...judge()];
}

const STORIES: readonly (readonly [
  name: string,
  events: string[],
  now: string | undefined,
  pairs: (string | undefined)[][],
])[] = [
  ["a change told after its packet", [`told ${A} 1`, `heard ${B} 10`, `told ${B} 20`], B, [[A, B]]],
  ["a change told before its packet is", [`told ${A} 1`, `told ${B} 20`, `heard ${B} 10`], B, [[A, B]]],
  ["a change that was there before", [`told ${A} 1`, `told ${B} 5`, `heard ${B} 10`], B, [[B, B]]],
  ["no change", [`told ${A} 1`, `heard ${B} 10`], A, [[A, A]]],
  ["no entry", [`heard ${B} 10`], undefined, [[undefined, undefined]]],
  ["a new entry", [`heard ${B} 10`, `told ${B} 20`], B, [[undefined, B]]],
  ["a deleted entry", [`told ${A} 1`, "told - 5", `heard ${B} 10`], undefined, [[undefined, undefined]]],
  [
    "two owners in turn, all told before their packets are",
    [
      `told ${C} 1`,
      `told ${A} 20`,
      `told ${B} 20`,
      `told ${A} 20`,
      `heard ${A} 10`,
      `heard ${B} 11`,
      `heard ${A} 12`,
    ],
    A,
    [
      [C, A],
      [A, B],
      [B, A],
    ],
  ],
  [
    "an entry that was deleted by what was told before its packet is",
    [`told ${A} 1`, "told - 20", `heard ${B} 10`],
    undefined,
    [[A, undefined]],
  ],
  [
    "an entry that was made before its packet, and told of with the change",
    [`told ${C} 20`, `told ${A} 20`, `told ${B} 20`, `heard ${A} 10`, `heard ${B} 11`],
    B,
    [
      [C, A],
      [A, B],
    ],
  ],
  [
    "two owners in turn",
    [
      `told ${C} 1`,
      `heard ${A} 10`,
      `heard ${B} 11`,
      `heard ${A} 12`,
      `told ${A} 20`,
      `told ${B} 20`,
      `told ${A} 20`,
    ],
    A,
    [
      [C, A],
      [A, B],
      [B, A],
    ],
  ],
  [
    "the same said again, read after the change that it did not cause was judged",
    [`told ${A} 1`, `heard ${B} 10`, `told ${B} 20`, "judged", `heard ${B} 11`],
    B,
    [
      [A, B],
      [B, B],
    ],
  ],
  [
    "one that is learned between two that are not",
    [`told ${C} 1`, `heard ${A} 10`, `heard ${B} 11`, `heard ${A} 12`, `told ${B} 20`],
    B,
    [
      [C, B],
      [C, B],
      [B, B],
    ],
  ],
  [
    "one that is not learned, then two owners in turn",
    [`told ${C} 1`, `heard ${A} 10`, `heard ${B} 11`, `heard ${A} 12`, `told ${B} 20`, `told ${A} 20`],
    A,
    [
      [C, A],
      [C, B],
      [B, A],
    ],
  ],
  [
    "one that says what the entry says, told again in another state",
    [`told ${A} 1`, `heard ${A} 10`, `told ${A} 20`, `heard ${B} 11`, `told ${B} 21`],
    B,
    [
      [A, A],
      [A, B],
    ],
  ],
  [
    "the same said twice",
    [`told ${A} 1`, `heard ${B} 10`, `heard ${B} 11`, `told ${B} 20`],
    B,
    [
      [A, B],
      [B, B],
    ],
  ],
];
for (const [name, events, now, pairs] of STORIES) {
  test(`pairChanges() pairs ${name}`, () => assert.deepEqual(play(events, now), pairs));
}

test("EntryHistory.take() waits until an address is quiet, but not for ever", () => {
  const history = new EntryHistory<HeardClaim>();
  history.hear(heard(A, 0));
  assert.equal(history.take(2_999).length, 0);
  for (let us = 2_000; us < 29_000; us += 2_000) history.hear(heard(A, us));
  history.hear(heard(A, 29_000, "192.0.2.101"));
  assert.equal(history.take(29_999).length, 0);
  assert.equal(history.waiting, 16);
  assert.deepEqual(
    history.take(30_000).map(({ ip, claims }) => [ip, claims.length]),
    [[IP, 15]],
  );
  assert.equal(history.waiting, 1);
  assert.equal(history.take(30_001, true).length, 1);
  assert.equal(history.waiting, 0);
});

test("EntryHistory.reset() knows what was before what is read", () => {
  const history = new EntryHistory<HeardClaim>();
  history.note(IP, entryOf(A), 1);
  history.reset([entryOf(B)!], 20);
  history.hear(heard(B, 10));
  const [episode] = history.take(1_000_000);
  assert.deepEqual([episode?.base?.mac, episode?.told.map(({ entry }) => entry?.mac)], [A, [B]]);
});
