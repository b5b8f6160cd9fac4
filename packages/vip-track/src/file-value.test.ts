import assert from "node:assert/strict";
import test from "node:test";
import { judgeFile } from "./file-value.ts";
import type { FileTarget } from "./target.ts";

const target = (more: Partial<FileTarget>): FileTarget => ({
  kind: "file",
  path: "/x",
  compare: undefined,
  factor: undefined,
  ...more,
});

const ROWS: readonly (readonly [
  text: string | undefined,
  more: Partial<FileTarget>,
  hasPassed: boolean,
  score: number | undefined,
  detail: RegExp,
])[] = [
  ["0\n", {}, true, undefined, /^value 0$/],
  ["1\n", {}, false, undefined, /^value 1$/],
  ["", {}, true, undefined, /^value 0$/],
  [undefined, {}, true, undefined, /^no file: 0$/],
  ["off", {}, false, undefined, /^holds "off": needs a number$/],
  ["3 more words", { factor: 10 }, true, 30, /^value 3$/],
  ["-3", { factor: 10 }, true, -30, /^value -3$/],
  [undefined, { factor: 10 }, true, 0, /^no file/],
  ["on", { factor: 10 }, false, undefined, /needs a number/],
  ["0x10", { factor: 10 }, false, undefined, /needs a number/],
  ["4.5", { compare: "< 5" }, true, undefined, /^value 4.5$/],
  ["5", { compare: "< 5" }, false, undefined, /^value 5$/],
  [undefined, { compare: "< 5" }, false, undefined, /^there is no such file$/],
];
for (const [text, more, hasPassed, score, detail] of ROWS) {
  const name = `${text === undefined ? "no file" : JSON.stringify(text)} with ${JSON.stringify(more)}`;
  test(`judgeFile(): ${name} ${hasPassed ? `passes, worth ${score}` : "fails"}`, () => {
    const outcome = judgeFile(target(more), text);
    assert.deepEqual([outcome.hasPassed, outcome.score], [hasPassed, score]);
    assert.match(outcome.detail!, detail);
  });
}
