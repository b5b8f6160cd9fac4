import assert from "node:assert/strict";
import test from "node:test";
import { Teller } from "./teller.ts";

const RECORDS = 1000;

/** Says a thousand records at once, and finishes. @returns how many were written before each wait for the reader. */
async function finishWith(
  answers: (waits: number) => boolean,
): Promise<{ written: number; waits: number[] }> {
  const teller = new Teller();
  let written = 0;
  const waits: number[] = [];
  teller.say(Array.from({ length: RECORDS }, () => () => (written += 1)));
  await teller.finish(async () => {
    waits.push(written);
    await new Promise((resolve) => setImmediate(resolve));
    return answers(waits.length);
  });
  return { written, waits };
}

test("Teller.finish() writes nothing while it waits for the reader", async () => {
  const { written, waits } = await finishWith(() => true);
  assert.deepEqual(waits, [200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  assert.equal(written, RECORDS);
});

test("Teller.finish() does not wait again for a reader that has not read", async () => {
  const { written, waits } = await finishWith((n) => n < 3);
  assert.deepEqual(waits, [200, 300, 400]);
  assert.equal(written, RECORDS);
});
