import assert from "node:assert/strict";
import test from "node:test";
import { TimeBins } from "./time-bins.ts";

const MOST = 100;

function binsOf(count: number, valueAt: (n: number) => number | undefined, stepUs = 10): TimeBins {
  const bins = new TimeBins(MOST);
  for (let n = 0; n < count; n += 1) bins.add(n * stepUs, valueAt(n));
  return bins;
}

test("TimeBins keeps each one apart while they are few", () => {
  const { bins } = binsOf(MOST, (n) => n);
  assert.equal(bins.length, MOST);
  assert.ok(
    bins.every(
      ({ count, min, max, fromUs }, n) => count === 1 && min === n && max === n && fromUs === n * 10,
    ),
  );
});

for (const count of [101, 1000, 123_456]) {
  test(`TimeBins holds ${count} in at most ${MOST} bins, and loses none`, () => {
    const { bins } = binsOf(count, (n) => (n % 10 === 3 ? undefined : n));
    assert.ok(bins.length <= MOST && bins.length >= MOST / 4, `${bins.length} bins`);
    assert.equal(
      bins.reduce((sum, bin) => sum + bin.count, 0),
      count,
    );
    const lost = Array.from({ length: count }, (_, n) => n).filter((n) => n % 10 === 3).length;
    assert.equal(
      bins.reduce((sum, { missing }) => sum + missing, 0),
      lost,
    );
    assert.equal(bins[0]!.min, 0);
    assert.equal(bins.at(-1)!.max, count - 1);
    assert.ok(
      bins.every(
        ({ fromUs, toUs }, n) => fromUs <= toUs && toUs < (bins[n + 1]?.fromUs ?? Number.POSITIVE_INFINITY),
      ),
    );
  });
}

test("TimeBins counts what comes late at the newest time", () => {
  const bins = new TimeBins(MOST);
  bins.add(100, 1);
  bins.add(50, 2);
  assert.deepEqual(bins.bins, [{ fromUs: 100, toUs: 100, count: 2, missing: 0, min: 1, max: 2 }]);
});
