/** Which files `include PATTERN` means, as a shell would. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test from "node:test";
import { findConfFiles } from "./conf-files.ts";

const folder = mkdtempSync(join(tmpdir(), "keepalived-import-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ["a.conf", "b.conf", ".c.conf", "d[", "e[z-a]", "f+"])
  writeFileSync(join(folder, name), name);
mkdirSync(join(folder, "g.conf"));

const PATTERNS: readonly (readonly [pattern: string, names: readonly string[]])[] = [
  ["*.conf", ["a.conf", "b.conf"]],
  [".*.conf", [".c.conf"]],
  ["[!a].conf", ["b.conf"]],
  ["?.conf", ["a.conf", "b.conf"]],
  ["f+", ["f+"]],
  ["d[", ["d["]],
  ["e[z-a]", ["e[z-a]"]],
  ["[", []],
  ["a\0.conf", []],
];
for (const [pattern, names] of PATTERNS)
  test(`findConfFiles(): ${JSON.stringify(pattern)}`, () => {
    assert.deepEqual(
      findConfFiles(pattern, folder).map(({ path }) => basename(path)),
      names,
    );
  });
