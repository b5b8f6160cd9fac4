import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import * as v from "valibot";
import { ExitError } from "./exit.ts";
import { readJsonConfig } from "./json-config.ts";

const SCHEMA = v.strictObject({
  list: v.optional(v.array(v.string())),
  number: v.optional(v.pipe(v.number(), v.integer())),
});

const WRONG: readonly (readonly [text: string, code: number, says: RegExp])[] = [
  ['{"number":[]}', 78, /number is a list: needs number$/],
  ['"x"', 78, /the whole is "x": needs an object$/],
  ['{"list":5}', 78, /list is 5: needs a list$/],
  ['{"list":{}}', 78, /list is an object: needs a list$/],
  ['{"number":20.5}', 78, /number is 20\.5: needs a whole number$/],
];

for (const [text, code, says] of WRONG) {
  test(`readJsonConfig() refuses ${text} in words`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), "config-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "x.json");
    writeFileSync(path, text);
    assert.throws(() => readJsonConfig(path, SCHEMA), refusal(code, says));
  });
}

for (const [path, says] of [
  [tmpdir(), /Cannot read .*: it is a folder, needs a regular file$/],
  ["/nope.json", /Cannot read \/nope\.json: there is no such file or folder \(ENOENT\)$/],
] as const) {
  test(`readJsonConfig() says why it cannot read ${path === "/nope.json" ? path : "a folder"}`, () => {
    assert.throws(() => readJsonConfig(path, SCHEMA), refusal(66, says));
  });
}

function refusal(code: number, says: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ExitError);
    assert.match(error.message, says);
    assert.equal(error.code, code);
    return true;
  };
}
