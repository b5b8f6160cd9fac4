/** docs/records.md, from the vocabulary. */
import { recordJsonSchema } from "@viptools/records/json-schema";

const HEAD = ["v", "type", "tool", "host", "pid", "ts", "mono_ns", "seq"];

export function renderRecordsPage() {
  const { oneOf } = recordJsonSchema();
  const headRows = HEAD.map(
    (name) => `| \`${name}\` | ${oneOf[0].properties[name].description ?? "noun.fact"} |`,
  );
  return `# Records

One UTF-8 JSON object a line. Generated from \`packages/records\`; \`--schema\` on a tool prints, as JSON Schema, those that
it writes. The others are here so that programs of yours and tools to come say the same thing in the same words.
Readers ignore keys and types that they do not know. Fields in brackets may be absent.

Every record starts with:

| field | meaning |
|---|---|
${headRows.join("\n")}

${oneOf.map(section).join("\n")}`;
}

/** A word or two for a field's JSON Schema. */
function kindOf(property) {
  if (property.const !== undefined) return `\`${JSON.stringify(property.const)}\``;
  if (property.enum !== undefined) return property.enum.map((value) => `\`${value}\``).join(" ");
  if (property.anyOf !== undefined) return property.anyOf.map(kindOf).join(" or ");
  if (property.type === "array") return `list of ${property.items.type ?? "values"}s`;
  return property.type;
}

function section({ title, description, properties, required }) {
  const own = Object.entries(properties).filter(([name]) => !HEAD.includes(name));
  const rows = own.map(([name, property]) => {
    const shown = required.includes(name) ? `\`${name}\`` : `[\`${name}\`]`;
    return `| ${shown} | ${kindOf(property)} | ${property.description ?? ""} |`;
  });
  return [
    `### \`${title}\``,
    "",
    description,
    "",
    "| field | kind | meaning |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
