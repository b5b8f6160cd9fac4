/**
 * The configuration file: many virtual routers in one process. Errors name the file, the place in it and the value.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import { ExitCode, ExitError } from "@viptools/cli";
import * as v from "valibot";
import { type RouterOptions, SettingError, toRouterOptions } from "./router-options.ts";
import { configSchema, type Settings } from "./settings.ts";

/** @throws {ExitError} noFile, or configuration with every mistake, one a line. */
export function readConfigFile(path: string): RouterOptions[] {
  const settings = readSettings(path);
  const mistakes: string[] = [];
  const routers = settings.routers.flatMap((router, n): RouterOptions[] => {
    try {
      return [toRouterOptions({ ...settings.defaults, ...router })];
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      mistakes.push(`routers[${n}].${error.key} ${error.message}`);
      return [];
    }
  });
  mistakes.push(...findClashes(routers));
  if (mistakes.length > 0) throw wrong(path, mistakes);
  return routers;
}

/** The published schema of the file. */
export function configJsonSchema(): object {
  return { ...toJsonSchema(configSchema, { errorMode: "ignore" }), title: "vrrp-elect --config" };
}

function readSettings(path: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined) throw new ExitError(ExitCode.noFile, `Cannot read ${path}: ${code}`);
    throw wrong(path, [`is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const result = v.safeParse(configSchema, value);
  if (result.success) return result.output;
  throw wrong(path, result.issues.map(describe));
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).reduce(
    (path, { key }) =>
      typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${key}`,
    "",
  );
  const place = path === "" ? "the whole" : path;
  if (issue.type === "min_length" || issue.type === "non_empty")
    return `${place} is empty: needs at least one`;
  if (issue.received === "undefined") return `${place} is missing: needs ${issue.expected ?? "a value"}`;
  if (issue.expected === "never") return `${place} is unknown`;
  return `${place} is ${issue.received}: needs ${issue.expected ?? issue.message}`;
}

/** One virtual router cannot be there twice, and a sync group of one is a mistake of typing. */
function findClashes(routers: readonly RouterOptions[]): string[] {
  const mistakes: string[] = [];
  routers.forEach(({ instance, syncGroup }, n) => {
    const first = routers.findIndex((other) => other.instance === instance);
    if (first < n) mistakes.push(`routers[${n}] is ${instance} again, like routers[${first}]`);
    const [other, vip] = findSharedVip(routers, n);
    if (vip !== undefined)
      mistakes.push(`routers[${n}].vips has ${vip}, like routers[${other}]: one owner each`);
    const members = routers.filter((other) => other.syncGroup === syncGroup).length;
    if (syncGroup !== undefined && members < 2)
      mistakes.push(`routers[${n}].sync_group is "${syncGroup}": no other router names it`);
  });
  return mistakes;
}

/** @returns an earlier router that lists an address of this one's, and the address. */
function findSharedVip(routers: readonly RouterOptions[], n: number): [number, string | undefined] {
  const own = routers[n]!.vips.map(({ address }) => address);
  const earlier = routers
    .slice(0, n)
    .findIndex(
      ({ vips, instance }) =>
        instance !== routers[n]!.instance && vips.some(({ address }) => own.includes(address)),
    );
  return [earlier, own.find((address) => routers[earlier]?.vips.some((vip) => vip.address === address))];
}

function wrong(path: string, mistakes: readonly string[]): ExitError {
  return new ExitError(ExitCode.configuration, mistakes.map((mistake) => `${path}: ${mistake}`).join("\n"));
}
