import assert from "node:assert/strict";
import test from "node:test";
import { Places } from "./places.ts";

const NEVER = new AbortController().signal;

test("take() lets as many in as there are places, and then in turn", async () => {
  const places = new Places(2);
  const order: number[] = [];
  const visits = [1, 2, 3, 4].map(async (n) => {
    const leave = await places.take(NEVER);
    order.push(n);
    return leave!;
  });
  const [first, second] = await Promise.all(visits.slice(0, 2));
  assert.deepEqual(order, [1, 2]);
  second!();
  await visits[2];
  assert.deepEqual(order, [1, 2, 3]);
  first!();
  await visits[3];
  assert.deepEqual([order, places.waited], [[1, 2, 3, 4], 2]);
});

test("take() ends with its signal, and the place goes to the next one", async () => {
  const places = new Places(1);
  const leave = await places.take(NEVER);
  const impatient = new AbortController();
  const given = places.take(impatient.signal);
  const next = places.take(NEVER);
  impatient.abort();
  assert.equal(await given, undefined);
  leave!();
  assert.equal(typeof (await next), "function");
});

test("take() of who has no time any more takes no place", async () => {
  const places = new Places(1);
  assert.equal(await places.take(AbortSignal.abort()), undefined);
  assert.equal(typeof (await places.take(NEVER)), "function");
});
