/** The configuration file: what is wrong in it is named with its place, all of it at once. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import type { CheckOptions } from "./check-options.ts";
import { configJsonSchema, readConfigFile } from "./config-file.ts";

const folder = mkdtempSync(join(tmpdir(), "track-config-"));
test.after(() => rmSync(folder, { recursive: true }));

function read(text: string): CheckOptions[] {
  const path = join(folder, "track.json");
  writeFileSync(path, text);
  return readConfigFile(path);
}

test("readConfigFile() reads the documented file", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../docs/tracking.md", import.meta.url)), "utf8");
  const checks = read(/```json\n([\s\S]*?)```/.exec(page)![1]!);
  assert.deepEqual(
    checks.map(({ name, everyUs, rise, target }) => [name, everyUs, rise, target.kind]),
    [
      ["web", 1e6, 2, "http"],
      ["proxy", 1e6, 2, "process"],
      ["uplink", 1e6, 2, "route"],
      ["disk", 30e6, 2, "command"],
      ["maintenance", 1e6, 2, "file"],
    ],
  );
});

const WRONG: readonly (readonly [name: string, config: object | string, says: RegExp])[] = [
  ["no JSON", "{", /track\.json: is not JSON/],
  ["no checks", { checks: [] }, /checks is empty: needs at least one/],
  [
    "an unknown setting",
    { checks: [{ name: "x", tcp: "127.0.0.1:80", evry: 1 }] },
    /checks\[0\]\.evry is unknown/,
  ],
  ["no name", { checks: [{ tcp: "127.0.0.1:80" }] }, /checks\[0\]\.name is missing/],
  ["a fall of 0", { checks: [{ name: "x", link: "lo", fall: 0 }] }, /checks\[0\]\.fall is 0: needs >=1/],
  [
    "a default that belongs to one kind",
    { defaults: { status: "200" }, checks: [{ name: "x", link: "lo" }] },
    /defaults\.status is unknown/,
  ],
  [
    "several mistakes",
    {
      checks: [
        { name: "x", link: "lo" },
        { name: "x", tcp: "web:80" },
      ],
    },
    /checks\[1\]\.name is "x" again, like checks\[0\]\n.*checks\[1\]\.tcp has "web": needs an address/,
  ],
];
for (const [name, config, says] of WRONG)
  test(`readConfigFile() refuses ${name}`, () => {
    const text = typeof config === "string" ? config : JSON.stringify(config);
    assert.throws(() => read(text), { code: 78, message: says });
  });

test("readConfigFile() says that there is no such file", () => {
  assert.throws(() => readConfigFile(join(folder, "none.json")), { code: 66 });
});

test("configJsonSchema() names every setting of a check", () => {
  const { properties } = configJsonSchema() as {
    properties: Record<string, { items: { properties: object } }>;
  };
  for (const key of ["name", "command", "every", "init_fail", "rrtype"])
    assert.ok(key in properties["checks"]!.items.properties, key);
});
