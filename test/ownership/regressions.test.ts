/** Scripts that have failed once. */
import assert from "node:assert/strict";
import test from "node:test";
import { needsRoot } from "../lab/stage.ts";
import { Lane } from "./claim.ts";
import { REGRESSIONS } from "./regressions.ts";

test("S3 what has failed once", needsRoot, async (t) => {
  const lane = new Lane();
  try {
    for (const { name, script } of REGRESSIONS)
      await t.test(name, async () => {
        const { wrong } = await lane.play(script);
        assert.deepEqual(wrong, []);
      });
  } finally {
    await lane.close();
  }
});
