/** Hundreds of virtual routers that are prepared at once, and what comes in meanwhile. */
import assert from "node:assert/strict";
import test from "node:test";
import { Turns } from "./turns.ts";

test("Turns.next() gives each who asks a turn of the loop, in their order, and others theirs between them", async () => {
  const turns = new Turns();
  const told: string[] = [];
  const other = (): void => {
    told.push("loop");
    if (told.length < 6) setImmediate(other);
  };
  setImmediate(other);
  await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      await turns.next();
      told.push(name);
    }),
  );
  const places = ["a", "b", "c"].map((name) => told.indexOf(name));
  assert.deepEqual(
    told.filter((name) => name !== "loop"),
    ["a", "b", "c"],
  );
  for (const [n, place] of places.slice(1).entries())
    assert.ok(told.slice(places[n], place).includes("loop"), `between two turns: ${told.join(" ")}`);
});
