/** Every input that is kept, and every one that a hunt begins with, is read or refused, and no more than that. */
import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { readCorpus, showInput } from "./corpus.ts";
import { playOnce } from "./target.ts";
import { allTargets } from "./targets.ts";

for (const target of await allTargets()) {
  test(`fuzz ${target.name}: inputs that are kept are read or refused`, () => {
    const inputs = [...readCorpus(target.name), ...target.seeds()];
    assert.ok(inputs.length > 0, "there are some");
    for (const input of inputs) {
      const outcome = playOnce(target, input);
      assert.notEqual(
        outcome.kind,
        "fault",
        outcome.kind === "fault" ? `${showInput(input)}: ${inspect(outcome.error)}` : "",
      );
    }
  });
}
