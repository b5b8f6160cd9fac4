/**
 * A record of each type of the vocabulary, made from its published schema.
 *
 * @module
 */
import { VOCABULARY } from "@viptools/records";
import { recordJsonSchema } from "@viptools/records/json-schema";

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly minimum?: number;
}

/** Of texts with a pattern, the first that fits it. */
const TEXTS: readonly string[] = [
  "00:00:5e:00:01:33",
  "192.0.2.100",
  "192.0.2.100/24",
  "eth0/4/51",
  "2026-11-25T08:56:39.000000005Z",
  "3000000007",
  "vrrp.state",
  "eth0",
];

/** @returns lines without their ends. */
export function sampleLines(): string[] {
  return VOCABULARY.map(({ type }) => JSON.stringify(sampleOf(recordJsonSchema([type]) as Schema)));
}

function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first !== undefined) return sampleOf(first);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? { drops: schema.additionalProperties ?? {} }).map(
          ([key, value]) => [key, sampleOf(value)],
        ),
      );
    case "array":
      return [sampleOf(schema.items ?? {})];
    case "number":
    case "integer":
      return Math.max(schema.minimum ?? 0, 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return schema.pattern === undefined
        ? "eth0"
        : TEXTS.find((text) => new RegExp(schema.pattern!).test(text));
  }
}
