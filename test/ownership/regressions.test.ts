/** Scripts that have failed once; those that still fail are to do, and must not pass unnoticed. */
import assert from "node:assert/strict";
import test from "node:test";
import { needsRoot } from "../lab/stage.ts";
import { Lane } from "./claim.ts";
import { REGRESSIONS } from "./regressions.ts";

test("S3 what has failed once", needsRoot, async (t) => {
  const lane = new Lane();
  try {
    for (const { name, script, todo } of REGRESSIONS)
      await t.test(name, { todo: todo ?? false }, async () => {
        const { wrong } = await lane.play(script);
        if (todo === undefined) assert.deepEqual(wrong, []);
        else assert.notDeepEqual(wrong, [], "it works: no longer to do");
      });
  } finally {
    await lane.close();
  }
});
