import assert from "node:assert/strict";
import test from "node:test";
import { Delivery } from "./delivery.ts";
import { advertOf, MS } from "./story.fixture.ts";

const A = advertOf();

/** `w` comes in on the wire, `d` is delivered, a number is milliseconds that pass. */
function play(steps: readonly ("w" | "d" | number)[]): number[] {
  const delivery = new Delivery();
  let nowUs = 0;
  const found: number[] = [];
  for (const step of steps) {
    if (step === "w") delivery.wire(A, nowUs);
    else if (step === "d") delivery.delivered(4, A.address, A.vrid);
    else nowUs += step * MS;
    found.push(...delivery.judge(nowUs).map(({ count }) => count));
  }
  return found;
}

const CASES: readonly (readonly [name: string, steps: ("w" | "d" | number)[], found: number[]])[] = [
  ["nothing where all is delivered", ["w", "d", 500, "w", "d", 500, "w", "d", 500], []],
  ["nothing where a delivery is read before the capture", ["d", "w", 500, "d", "w", 500, "d", "w", 500], []],
  ["nothing of one or two", ["w", 500, "w", 5000], []],
  ["three in a row, after a grace", ["w", 500, "w", 500, "w", 100, 99, 1], [3]],
  ["nothing that is delivered late", ["w", "w", "w", 199, "d", 500], []],
  ["nothing while one in three is delivered", ["w", "w", "d", 300, "w", "w", "d", 300], []],
  ["the next three again", ["w", "w", "w", 200, "w", "w", "w", "w", 200], [3, 4]],
];
for (const [name, steps, found] of CASES) {
  test(`Delivery finds ${name}`, () => assert.deepEqual(play(steps), found));
}

test("Delivery tells families, routers and numbers apart", () => {
  const delivery = new Delivery();
  for (let n = 0; n < 3; n++) delivery.wire(A, 0);
  delivery.delivered(6, A.address, A.vrid);
  delivery.delivered(4, "192.0.2.2", A.vrid);
  delivery.delivered(4, A.address, 52);
  assert.equal(delivery.judge(200 * MS).length, 1);
  for (let n = 0; n < 3; n++) delivery.wire(A, 0);
  delivery.forget(4);
  assert.deepEqual(delivery.judge(200 * MS), []);
});

test("Delivery holds no more than it may", () => {
  const delivery = new Delivery();
  for (let n = 0; n < 10_000; n++) delivery.wire(advertOf({ address: `10.0.${n >> 8}.${n & 255}` }), 0);
  for (let n = 0; n < 10_000; n++) delivery.wire(advertOf({ address: "10.0.0.1" }), 0);
  const found = delivery.judge(200 * MS);
  assert.deepEqual(
    found.map(({ count }) => count),
    [1000],
  );
});
