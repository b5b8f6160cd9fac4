/**
 * Finds the tools by themselves: every package with a program. Its table is the `SPEC` of `options` or `main`; what its man
 * page tells beside that is the `MANUAL` of `manual`, if it has one.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const TOP = fileURLToPath(new URL("../..", import.meta.url));

/** @returns each tool as `{ name, version, spec, manual }`, by name. @throws {Error} for a tool without a table. */
export async function findTools() {
  const folders = readdirSync(join(TOP, "packages")).sort();
  const packages = folders.map((folder) => ({ folder: join(TOP, "packages", folder), ...describe(folder) }));
  return await Promise.all(packages.filter(({ bin }) => bin !== undefined).map(loadTool));
}

/** A tool's commands, itself first: each as `{ page, spec, manual }`. */
export function commandsOf({ name, spec, manual }) {
  const subcommands = (spec.subcommands ?? []).map((sub) => ({
    page: `${name}-${sub.name}`,
    spec: { ...sub, name: `${name} ${sub.name}` },
    manual: manual.subcommands?.[sub.name] ?? {},
  }));
  return [{ page: name, spec, manual }, ...subcommands];
}

function describe(folder) {
  const file = join(TOP, "packages", folder, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

async function loadTool({ folder, name, version }) {
  const spec = (await load(folder, "options", "SPEC")) ?? (await load(folder, "main", "SPEC"));
  if (spec === undefined)
    throw new Error(
      `${name} has a program and no table: options or main needs to export SPEC, and to be built`,
    );
  const manual = (await load(folder, "manual", "MANUAL")) ?? {};
  return { name: spec.name, version, spec, manual };
}

async function load(folder, module, name) {
  const file = join(folder, "dist", `${module}.js`);
  return existsSync(file) ? (await import(pathToFileURL(file).href))[name] : undefined;
}
