import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { makePicture } from "./make-picture.ts";
import type { Picture, Span } from "./picture.ts";
import {
  asked,
  back,
  chronicleOf,
  heard,
  lease,
  lost,
  owned,
  sent,
  state,
  type Teller,
} from "./records.fixture.ts";

const A: Teller = { host: "a" };
const B: Teller = { host: "b" };
const C: Teller = { host: "c" };

/** From 0 to 1000 ms, away from 300 to 700 ms. */
function client(teller: Teller): KnownRecord[] {
  return [
    ...[0, 100, 200].map((ms) => asked(teller, ms, 0.5)),
    lost(teller, 300),
    ...[300, 400, 500, 600].map((ms) => asked(teller, ms, null)),
    back(teller, 700, 400),
    ...[700, 800, 900, 1000].map((ms) => asked(teller, ms, 0.5)),
  ];
}

const leaver = (teller: Teller): KnownRecord[] => [
  state(teller, -500, "active"),
  owned(teller, -499, "vmac.up"),
  lease(teller, 290, 250),
];
const taker = (teller: Teller): KnownRecord[] => [
  state(teller, -500, "backup"),
  state(teller, 690, "active", "active_down"),
  owned(teller, 691, "vmac.up"),
  sent(teller, 692),
  lease(teller, 1000, 250),
];

function pictureOf(...logs: readonly (readonly KnownRecord[])[]): Picture {
  const picture = makePicture(chronicleOf(...logs), []);
  if (picture === undefined) throw new Error("nothing to draw");
  return picture;
}

/** Whole milliseconds of the scene: the picture begins 20 before it, a fiftieth of a second's length. */
const scene = (spans: readonly Span[]): number[][] =>
  spans.map(({ fromMs, toMs }) => [Math.round(fromMs - 20), Math.round(toMs - 20)]);

test("makePicture() lays routers and clients on one axis", () => {
  const { routers, clients, lengthMs, clocks, notes, clockOf } = pictureOf(client(C), leaver(A), taker(B));
  assert.equal(Math.round(lengthMs), 1040);
  assert.deepEqual(
    routers.map(({ label }) => label),
    ["a", "b"],
  );
  assert.deepEqual(scene(routers[0]!.states), [[-20, 1020]]);
  assert.equal(Math.round(routers[0]!.states[0]!.knownToMs - 20), 540, "its last lease ends there");
  assert.deepEqual(scene(routers[1]!.states), [
    [-20, 690],
    [690, 1020],
  ]);
  assert.deepEqual(scene(routers[1]!.owned), [[691, 1020]]);
  assert.deepEqual(scene(routers[1]!.announced), [[692, 692]]);
  assert.deepEqual(scene(clients[0]!.outages), [[300, 700]]);
  assert.deepEqual(
    clients[0]!.asks.map(({ lost: count }) => count),
    [0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
  );
  assert.equal(clockOf, "c");
  assert.match(clocks.join(), /b: the same boot as c, so the same clock: offset exactly 0/);
  assert.deepEqual(notes, []);
});

test("makePicture() tells an outage as a story, from its first lost ask on", () => {
  const { stories } = pictureOf(client(C), leaver(A), taker(B));
  assert.deepEqual(
    stories.map(({ events }) => events.map(({ afterMs, lane, what }) => [Math.round(afterMs), lane, what])),
    [
      [
        [0, "c icmp 192.0.2.100", "first lost ask"],
        [390, "b", "active (active_down)"],
        [391, "b", "owns the address, with 00:00:5e:00:01:33"],
        [392, "b", "announces the address"],
        [400, "c icmp 192.0.2.100", "first answered ask"],
      ],
    ],
  );
});

test("makePicture() ends what a killed router says where its lease ended, not where it started again", () => {
  const restarted = [...leaver(A), state(A, 900, "initialize")];
  const [lane] = pictureOf(client(C), restarted).routers;
  assert.deepEqual(
    lane!.states.map(({ state: name, knownToMs, toMs }) => [
      name,
      Math.round(Math.min(knownToMs, toMs) - 20),
    ]),
    [
      ["active", 540],
      ["initialize", 900],
    ],
  );
});

test("makePicture() closes what is owned when it is released or muted, and draws no other virtual router", () => {
  for (const end of ["vmac.down", "vmac.fenced"] as const) {
    const [lane] = pictureOf(client(C), [...leaver(A), owned(A, 540, end)]).routers;
    assert.deepEqual(scene(lane!.owned), [[-20, 540]]);
    assert.equal(lane!.owned[0]!.end, end.slice(5));
  }
  const other = leaver(A).map(
    (record) => JSON.parse(JSON.stringify(record).replaceAll("192.0.2.100", "192.0.2.101")) as KnownRecord,
  );
  const { routers, notes } = pictureOf(client(C), taker(B), other);
  assert.deepEqual(
    routers.map(({ label }) => label),
    ["b"],
  );
  assert.match(notes.join(), /^1 virtual routers in the logs have none of the asked addresses/);
});

test("makePicture() draws an outage that is not over to the last ask", () => {
  const [lane] = pictureOf([asked(C, 0, 1), lost(C, 500), asked(C, 1000, null)]).clients;
  assert.deepEqual(scene(lane!.outages), [[500, 1000]]);
  assert.equal(lane!.outages[0]!.isOver, false);
});

/** Of another boot: its monotonic clock means nothing to c's. */
const FAR: Teller = { host: "b", boot: "other", monotonicAtZeroMs: 77_000 };
const OFFSETS: readonly (readonly [
  name: string,
  teller: Teller,
  heardMs: number | undefined,
  fromMs: number,
  words: RegExp,
])[] = [
  [
    "whose wall clock agrees",
    FAR,
    undefined,
    690,
    /b: CLOCKS NOT COMPARED with c; it is placed by its wall clock, as if both showed the same time\.$/,
  ],
  ["whose wall clock is 50 ms ahead", { ...FAR, wallAheadMs: 50 }, undefined, 740, /NOT COMPARED/],
  [
    "whose announcement was heard",
    FAR,
    695,
    690,
    /c heard its first announcement 3\.000 ms after it was sent: its clock is at most that far behind\./,
  ],
  [
    "whose announcement was heard before it was sent",
    { ...FAR, wallAheadMs: 50 },
    695,
    740,
    /c heard its first announcement 47\.000 ms BEFORE it was sent: its clock is at least that far ahead/,
  ],
];
for (const [name, teller, heardMs, fromMs, words] of OFFSETS) {
  test(`makePicture() shows the clock of a host ${name}`, () => {
    const ears = heardMs === undefined ? [] : [heard(C, heardMs)];
    const { routers, clocks } = pictureOf([...client(C), ...ears], taker(teller));
    assert.equal(scene(routers[0]!.states)[1]![0], fromMs);
    assert.match(clocks[1]!, words);
  });
}

test("makePicture() tells of a wall clock that was set while it was logged", () => {
  const { clocks } = pictureOf(client(C), [
    state(FAR, 0, "backup"),
    state({ ...FAR, wallAheadMs: 3000 }, 10, "active"),
  ]);
  assert.match(clocks[1]!, /Its wall clock was moved by 3000\.000 ms while it wrote its log\./);
});

test("makePicture() makes another lane of a host that has booted", () => {
  const again: Teller = { ...FAR, boot: "third", monotonicAtZeroMs: 5 };
  const { routers } = pictureOf(client(C), [state(FAR, -900, "active"), state(again, 500, "backup")]);
  assert.deepEqual(
    routers.map(({ label }) => label),
    ["b eth0/4/51", "b eth0/4/51 (2)"],
  );
});

test("makePicture() draws routers alone, and nothing of nothing", () => {
  assert.deepEqual(pictureOf(taker(B)).clients, []);
  assert.equal(makePicture(chronicleOf([]), []), undefined);
});
