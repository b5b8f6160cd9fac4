import assert from "node:assert/strict";
import test from "node:test";
import { KIND_NAMES } from "./kinds.ts";
import { CONFLICT_US, NEWS_MAX, type OwnerEvent, OwnerTable, REMIND_US, REPEAT_US } from "./owners.ts";

const S = 1_000_000;
const MACS: Readonly<Record<string, number>> = { A: 0x0a, B: 0x0b, C: 0x0c };
const nameOf = (mac: number): string => Object.keys(MACS).find((name) => MACS[name] === mac) ?? String(mac);

/** `A 0`: A claims at second 0; `A>X 0`: as an answer to X; `due 3`: time passes. */
function play(script: string, expected: string | undefined, table = new OwnerTable()): string[] {
  const told: string[] = [];
  const tell = (event: OwnerEvent | undefined): void => {
    if (event === undefined) return;
    const owners = event.owners.map(({ mac }) => nameOf(mac)).join("");
    told.push(`${KIND_NAMES[event.kind]} ${owners}${event.repeats === 0 ? "" : ` +${event.repeats}`}`);
  };
  for (const step of script.split(", ")) {
    const [who = "", at = ""] = step.split(" ");
    const [name = "", asker] = who.split(">");
    const atUs = Number(at) * S;
    if (name === "due") for (const event of table.due(atUs)) tell(event);
    else
      tell(
        table.claim({
          key: 1,
          mac: MACS[name]!,
          asker: asker === undefined ? 0 : 99,
          expected: expected === undefined ? -1 : MACS[expected]!,
          seconds: Math.floor(Number(at)),
          nanoseconds: 0,
          atUs,
        }),
      );
  }
  return told;
}

const STORIES: readonly (readonly [name: string, script: string, told: string[], expected?: string])[] = [
  ["one owner", "A 0, A 1, A>X 1.01, A 500", []],
  ["a move", "A 0, A 1, B 1.2, B 2", ["changed AB"]],
  ["a move to a third", "A 0, B 1, C 2", ["changed AB", "changed ABC"]],
  ["a virtual MAC that moves with its address", "A 0, A 0.5, A 0.6", []],
  ["two that answer one question", "A>X 0, B>X 0.01", ["conflict AB"]],
  ["two that answer one asker's questions, far apart", "A>X 0, B>X 0.5", ["changed AB"]],
  ["the former one claims it again at once", "A 0, B 1, A 1.5", ["changed AB", "conflict BA"]],
  ["the former one is back later", "A 0, B 10, A 20", ["changed AB", "flip_flop BA"]],
  [
    "a fail-back, right after the other one has announced again",
    "A 0, B 10, B 16, A 16.1",
    ["changed AB", "flip_flop BA"],
  ],
  ["to and fro", "A 0, B 10, A 20, B 30", ["changed AB", "flip_flop BA", "flip_flop AB"]],
  [
    "two that take turns are told once a second, and who is left",
    "A 0, B 0.1, A 0.2, B 0.3, A 0.4, B 0.5, due 0.9, due 1.2, B 1.3, due 5",
    ["changed AB", "conflict BA", "conflict AB +3"],
  ],
  [
    "a third among two that take turns",
    "A 0, B 0.1, A 0.2, B 0.3, C 0.4",
    ["changed AB", "conflict BA", "changed ABC +1"],
  ],
  [
    "what is held back is told at the end",
    "A 0, B 0.1, A 0.2, B 0.3, due Infinity",
    ["changed AB", "conflict BA", "conflict AB +1"],
  ],
  ["the expected one", "A 0, A 1", [], "A"],
  ["a wrong one from the start", "B 0, B 1, B 9", ["conflict B"], "A"],
  ["a wrong one that stays", "B 0, B 1, B 10, B 19, B 20", ["conflict B", "conflict B", "conflict B"], "A"],
  ["a wrong one, and the expected one is back", "A 0, B 1, A 2", ["conflict AB", "changed BA"], "A"],
  [
    "the expected one fights",
    "A 0, B 1, A 1.1, B 1.2, A 1.3, due 3",
    ["conflict AB", "changed BA", "changed BA +2"],
    "A",
  ],
];
for (const [name, script, told, expected] of STORIES) {
  test(`OwnerTable tells of ${name}: ${told.join("; ") || "nothing"}`, () => {
    assert.deepEqual(play(script, expected), told);
  });
}

test("the bounds are those that the stories stand on", () => {
  assert.deepEqual([CONFLICT_US, REPEAT_US, REMIND_US], [2 * S, S, 10 * S]);
});

const claimOf = (key: number, mac: number, atUs: number) => ({
  key,
  mac,
  asker: 0,
  expected: -1,
  seconds: Math.floor(atUs / S),
  nanoseconds: 0,
  atUs,
});

test("OwnerTable forgets the oldest under a flood, and keeps who goes on speaking", () => {
  const table = new OwnerTable(100);
  for (let n = 0; n < 10_000; n++) {
    table.claim(claimOf(7, 0x0a, n));
    table.claim(claimOf(1000 + n, n, n));
  }
  assert.equal(table.columns.size, 100);
  assert.equal(table.forgotten, 10_001 - 100);
  assert.equal(table.claim(claimOf(7, 0x0b, 20_000))?.owners.length, 2, "address 7 is still known");
  assert.equal(table.claim(claimOf(1000, 0x0b, 20_000)), undefined, "address 1000 is forgotten");
});

/** What is held back is one of those that it counts. */
const sumOf = (held: readonly OwnerEvent[]): number => held.reduce((sum, { repeats }) => sum + repeats, 0);

test("OwnerTable tells few MACs of a flood, counts the others, and the last word is the last owner", () => {
  const table = new OwnerTable(10);
  const told: OwnerEvent[] = [];
  let counted = 0;
  const [claims, perSecond] = [30_000, 10_000];
  for (let n = 0; n < claims; n++) {
    const atUs = (n * S) / perSecond;
    const held = table.dueUs <= atUs ? table.due(atUs) : [];
    const event = table.claim(claimOf(7, n + 1, atUs));
    told.push(...held, ...(event === undefined ? [] : [event]));
    counted += sumOf(held) + (event === undefined ? 0 : 1 + event.repeats);
  }
  const last = table.due(Number.POSITIVE_INFINITY);
  told.push(...last);
  assert.ok(told.length <= 4 * NEWS_MAX, `${told.length} events in three seconds`);
  assert.ok(told.every(({ owners }) => owners.length <= 5));
  assert.equal(counted + sumOf(last), claims - 1, "each change is told or counted");
  assert.equal(told.at(-1)?.owners.at(-1)?.mac, claims);
});

test("an owner that comes back has its first claim in its record", () => {
  const table = new OwnerTable();
  table.claim(claimOf(7, 1, 0));
  table.claim(claimOf(7, 2, 10 * S));
  const event = table.claim(claimOf(7, 1, 20 * S))!;
  assert.deepEqual(
    event.owners.map(({ mac, first, last }) => [mac, first.seconds, last.seconds]),
    [
      [2, 10, 10],
      [1, 0, 20],
    ],
  );
});
