/**
 * The sources of all tests, by the names that pages call them.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { TOP } from "../lab/shell.ts";

export interface TestSource {
  /** `wire/vrrp.test.ts`. */
  readonly file: string;
  readonly source: string;
}

/** The tests of this folder name rows that are made up. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|conformance)\//;

export function readTestSources(): TestSource[] {
  return ["packages", "test"]
    .flatMap((folder) =>
      readdirSync(join(TOP, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    )
    .filter((path) => path.endsWith(".test.ts") && !LEFT_OUT.test(path))
    .sort()
    .map((path) => ({ file: shownPath(path), source: readFileSync(join(TOP, path), "utf8") }));
}

/** `packages/wire/src/vrrp.test.ts` is `wire/vrrp.test.ts`, `test/scenarios/x.test.ts` is `scenarios/x.test.ts`. */
function shownPath(path: string): string {
  const folder = basename(dirname(path.replace("/src/", "/")));
  return `${folder}/${basename(path)}`;
}
