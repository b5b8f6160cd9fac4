/**
 * Chosen fields of records as lines of columns: what scripts want that have no JSON reader at hand.
 *
 * @module
 */
import { type KnownRecord, VOCABULARY } from "@viptools/records";

const HEAD: ReadonlySet<string> = new Set(["v", "type", "tool", "host", "pid", "ts", "mono_ns", "seq"]);

/** @param types of records. @returns every field that one of them has, in the order of their declaration. */
export function fieldsOf(types: readonly string[]): string[] {
  const known = VOCABULARY.filter(({ type }) => types.includes(type));
  return [...new Set(known.flatMap(({ schema }) => Object.keys(schema.entries)))];
}

/** @param text names with commas between. @throws {SyntaxError} for one that no record has, with the list of all. */
export function parseFields(text: string, types: readonly string[]): readonly string[] {
  const known = fieldsOf(types);
  const wanted = text.split(",").map((name) => name.trim());
  const wrong = wanted.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new SyntaxError(`"${wrong}" is no field: needs some of ${known.join(",")}`);
  return wanted;
}

/**
 * @returns the fields with tabs between, empty where the record has none; undefined for a record that is only chosen by
 * what all records have.
 */
export function columnsOf(record: KnownRecord, wanted: readonly string[]): string | undefined {
  const values = record as unknown as Readonly<Record<string, unknown>>;
  const own = wanted.filter((name) => !HEAD.has(name));
  if (own.length > 0 && own.every((name) => values[name] === undefined)) return undefined;
  return wanted.map((name) => plain(values[name])).join("\t");
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(plain).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
