import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { Command } from "./command.ts";
import { describeStartFailure } from "./start-failure.ts";

const folder = mkdtempSync(join(tmpdir(), "start-failure-"));
test.after(() => rmSync(folder, { recursive: true }));

const ROWS: readonly (readonly [firstLine: string | undefined, says: string])[] = [
  [undefined, "ENOENT"],
  ["#!/no/such/thing -x\n", 'its interpreter "/no/such/thing" is missing'],
  ["#! /bin/sh\r\n", 'its interpreter "/bin/sh\\r" is missing'],
];
for (const [n, [firstLine, says]] of ROWS.entries())
  test(`describeStartFailure(): ${JSON.stringify(firstLine)}`, async () => {
    const path = join(folder, `script-${n}`);
    if (firstLine !== undefined) writeFileSync(path, firstLine, { mode: 0o755 });
    const { failure } = await new Command({ argv: [path], environment: {} }).ended;
    assert.equal(failure && describeStartFailure(path, failure), says);
  });
