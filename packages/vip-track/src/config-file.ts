/**
 * The configuration file: many checks in one process. Errors name the file, the place in it and the value.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import { readJsonConfig, wrongConfig } from "@viptools/cli";
import { type CheckOptions, toCheckOptions } from "./check-options.ts";
import { SettingError } from "./setting-error.ts";
import { configSchema } from "./settings.ts";

/** @throws {ExitError} noFile, or configuration with every mistake, one a line. */
export function readConfigFile(path: string): CheckOptions[] {
  const { checks, defaults } = readJsonConfig(path, configSchema);
  const mistakes: string[] = [];
  const read = checks.flatMap((check, n): CheckOptions[] => {
    const first = checks.findIndex(({ name }) => name === check.name);
    if (first < n) mistakes.push(`checks[${n}].name is "${check.name}" again, like checks[${first}]`);
    try {
      return [toCheckOptions(check, defaults)];
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      mistakes.push(`checks[${n}].${error.key} ${error.message}`);
      return [];
    }
  });
  if (mistakes.length > 0) throw wrongConfig(path, mistakes);
  return read;
}

/** The published schema of the file. */
export function configJsonSchema(): object {
  return { ...toJsonSchema(configSchema, { errorMode: "ignore" }), title: "vip-track --config" };
}
