import assert from "node:assert/strict";
import test from "node:test";
import { Observer } from "./observer.ts";
import { advertOf, type Heard, play, steady } from "./story.fixture.ts";
import { judge, listVrids } from "./verdict.ts";

const A = advertOf();
const B = advertOf({ address: "192.0.2.2", priority: 100 });

const VERDICTS: readonly (readonly [name: string, heard: Heard[], reasons: RegExp[]])[] = [
  ["nobody", [], [/^eth0 VRID 51: nobody advertises$/]],
  ["one Active", steady(A, 0, 4000), []],
  ["one Active each of two", [...steady(A, 0, 4000), ...steady(advertOf({ vrid: 7 }), 0, 4000)], []],
  [
    "a take-over in between",
    [...steady(A, 0, 1000), [1000, { ...A, isLeaving: true }], [1600, B], [2600, B]],
    [],
  ],
  [
    "a farewell, and nobody after it",
    [...steady(A, 0, 3000), [3000, { ...A, isLeaving: true }]],
    [/^eth0.4.51: nobody is Active any more$/],
  ],
  [
    "two Actives",
    [...steady(A, 0, 4000), ...steady(B, 500, 4000)],
    [/^eth0.4.51: 2 are Active: 192.0.2.1 192.0.2.2$/],
  ],
  [
    "a conflict of one",
    [...steady(advertOf({ mac: "00:00:5e:00:01:01" }), 0, 4000)],
    [/there are conflicts$/],
  ],
];
for (const [name, heard, reasons] of VERDICTS) {
  test(`judge() says ${reasons.length === 0 ? "yes" : "no"} to ${name}`, () => {
    const observer = new Observer();
    play(heard, 4000, observer);
    const verdict = judge(observer.virtualRouters, observer.conflicts, "eth0 VRID 51");
    assert.equal(verdict.isGood, reasons.length === 0);
    assert.equal(verdict.reasons.length, reasons.length);
    reasons.forEach((reason, n) => {
      assert.match(verdict.reasons[n]!, reason);
    });
  });
}

test("listVrids() lists each number in use in its order, with what is free beside it", () => {
  const observer = new Observer();
  const adverts = [
    advertOf({ vrid: 200 }),
    B,
    A,
    advertOf({ family: 6, address: "fe80::1", vips: ["fe80::100"], vrid: 51 }),
    advertOf({ vrid: 9, vlans: [100] }),
  ];
  play(
    [
      ...adverts.map((advert, n): Heard => [n, advert]),
      [500, { ...advertOf({ vrid: 200 }), isLeaving: true }],
    ],
    1000,
    observer,
  );
  const found = listVrids(observer.virtualRouters).flatMap((body) =>
    body.type === "vrrp.vrid" ? [body] : [],
  );
  assert.deepEqual(
    found.map(({ instance, active, routers, free_vrids }) => [instance, active, routers.length, free_vrids]),
    [
      ["eth0/4/51", "192.0.2.1", 1, 253],
      ["eth0/6/51", "fe80::1", 1, 253],
      ["eth0/4/200", null, 0, 253],
      ["eth0.100/4/9", "192.0.2.1", 1, 254],
    ],
  );
  assert.deepEqual(found[1]!.vips, ["fe80::100/128"]);
});
