/** Two tools at once on a host that owns nothing: each tidies up behind itself. */
import assert from "node:assert/strict";
import test from "node:test";
import { RunDirectory } from "./run-directory.ts";

const skip = process.geteuid?.() === 0 ? false : "needs root";

test("RunDirectory reads nothing, and throws nothing, where another process has just tidied up", {
  skip,
}, () => {
  const [mine, theirs] = [new RunDirectory(), new RunDirectory()];
  theirs.tidy();
  assert.deepEqual(mine.list("own-"), []);
  mine.sweep();
});
