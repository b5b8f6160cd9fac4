/** Scripts that have failed once; those that still fail are to do, and must not pass unnoticed. */
import assert from "node:assert/strict";
import test from "node:test";
import { REGRESSIONS } from "./regressions.ts";
import { simulate } from "./world.ts";

for (const { name, scenario, verdicts, todo } of REGRESSIONS)
  test(name, { todo: todo ?? false }, () => {
    const report = simulate(scenario);
    for (const verdict of verdicts)
      if (todo === undefined) verdict(report);
      else assert.throws(() => verdict(report), assert.AssertionError);
  });
