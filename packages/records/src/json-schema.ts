/**
 * The published form of the vocabulary: JSON Schema (draft 2020-12).
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { VOCABULARY } from "./vocabulary.ts";

/** @param types which records; all, if left out. @returns a schema that a line has to satisfy. */
export function recordJsonSchema(types?: readonly string[]): object {
  const chosen = VOCABULARY.filter((known) => types === undefined || types.includes(known.type));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "viptools record",
    oneOf: chosen.map((known) => {
      const { $schema: _, ...schema } = toJsonSchema(known.schema as unknown as v.GenericSchema);
      return { title: known.type, description: `${known.about}. Written by ${known.writtenBy}.`, ...schema };
    }),
  };
}
