import assert from "node:assert/strict";
import test from "node:test";
import { recordJsonSchema } from "./json-schema.ts";
import { VOCABULARY } from "./vocabulary.ts";

interface Published {
  readonly oneOf: readonly {
    readonly title: string;
    readonly required: readonly string[];
    readonly properties: object;
  }[];
}

test("recordJsonSchema() publishes every type, with its head and its fields", () => {
  const { oneOf } = recordJsonSchema() as Published;
  assert.equal(oneOf.length, VOCABULARY.length);
  for (const { title, required, properties } of oneOf) {
    for (const key of ["v", "type", "tool", "host", "pid", "ts", "seq"])
      assert.ok(required.includes(key), `${title}: ${key}`);
    assert.ok(!required.includes("mono_ns"), title);
    for (const [name, property] of Object.entries(properties)) {
      assert.ok("description" in property || "const" in property, `${title}: ${name} has no description`);
    }
  }
});

test("recordJsonSchema() publishes the chosen types only", () => {
  const { oneOf } = recordJsonSchema(["vrrp.lease"]) as Published;
  assert.deepEqual(
    oneOf.map(({ title }) => title),
    ["vrrp.lease"],
  );
});
