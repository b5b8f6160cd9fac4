/**
 * Writes the documentation that comes from the code: docs/records.md from the vocabulary.
 *
 * usage: node scripts/generate-docs.js [--check]   --check only compares, and fails if a page is out of date
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { recordJsonSchema } from "@viptools/records/json-schema";

const PAGE = fileURLToPath(new URL("../docs/records.md", import.meta.url));

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

const { oneOf } = recordJsonSchema();
const HEAD = ["v", "type", "tool", "host", "pid", "ts", "mono_ns", "seq"];
const headRows = HEAD.map(
  (name) => `| \`${name}\` | ${oneOf[0].properties[name].description ?? "noun.fact"} |`,
);
const text = `# Records

One UTF-8 JSON object a line. Generated from \`packages/records\`; \`--schema\` on a tool prints, as JSON Schema, those that
it writes. The others are here so that programs of yours and tools to come say the same thing in the same words.
Readers ignore keys and types that they do not know. Fields in brackets may be absent.

Every record starts with:

| field | meaning |
|---|---|
${headRows.join("\n")}

${oneOf.map(section).join("\n")}`;

if (process.argv[2] !== "--check") writeFileSync(PAGE, text);
else if (readFileSync(PAGE, "utf8") !== text) {
  process.stderr.write("docs/records.md is out of date: npm run docs\n");
  process.exitCode = 1;
} else process.stdout.write("docs/records.md is up to date\n");
